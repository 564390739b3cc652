# What `cmake --install` puts where, and the package that find_package(caascan) finds.
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY CAASCAN_ROOMS)
install(TARGETS ${rooms} EXPORT caascanTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(tool caascan_cli caalab_cli)
  if(TARGET ${tool})
    install(TARGETS ${tool} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/caascan DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT caascanTargets NAMESPACE caascan:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/caascan)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/caascanConfig.cmake.in ${PROJECT_BINARY_DIR}/caascanConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/caascan)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/caascanConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/caascanConfig.cmake ${PROJECT_BINARY_DIR}/caascanConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/caascan)
