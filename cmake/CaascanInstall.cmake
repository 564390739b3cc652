# What `cmake --install` puts where, and the package that find_package(caascan) finds: caascan::caascan is the whole
# library, caascan::caa the decision alone (no network, no files).
include(CMakePackageConfigHelpers)

add_library(caascan_library INTERFACE)
add_library(caascan::caascan ALIAS caascan_library)
set_target_properties(caascan_library PROPERTIES EXPORT_NAME caascan)
target_link_libraries(caascan_library INTERFACE caascan::compare caascan::history caascan::dnstap caascan::explain caascan::forecast caascan::scan caascan::serve caascan::caa)

# The lab serves our own tests: caalab is installed, its library is not.
get_property(rooms GLOBAL PROPERTY CAASCAN_ROOMS)
list(REMOVE_ITEM rooms caascan_lab)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/caascan)
install(TARGETS caascan_library ${rooms} EXPORT caascanTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/caascan DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT caascanTargets NAMESPACE caascan:: DESTINATION ${package})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/caascanConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/caascanConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/caascanConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/caascanConfig.cmake ${PROJECT_BINARY_DIR}/caascanConfigVersion.cmake
        DESTINATION ${package})

# All that `cmake --install` copies.
add_custom_target(installed)
add_dependencies(installed caascan_cli caalab_cli caascan_documents caalab_documents ${rooms})

install(TARGETS caascan_cli caalab_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/systemd DESTINATION ${CMAKE_INSTALL_DOCDIR})
