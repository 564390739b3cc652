# What `cmake --install` puts where. Its parts (--component): `caascan` and `caalab` are the programs with their pages,
# `library` the shared library, `development` what compiles and links other programs.
#
# The package that find_package(caascan) finds has these components: `caa`, the decision alone (no network, no
# files); `caascan`, the whole library as archives, which is what one gets without naming any; `shared`, the same as a
# shared library.
include(CMakePackageConfigHelpers)

add_library(caascan_library INTERFACE)
add_library(caascan::caascan ALIAS caascan_library)
set_target_properties(caascan_library PROPERTIES EXPORT_NAME caascan)
target_link_libraries(caascan_library INTERFACE caascan::redecide caascan::compare caascan::history caascan::dnstap caascan::explain caascan::forecast caascan::scan caascan::serve caascan::caa)

# The lab serves our own tests: caalab is installed, its library is not.
get_property(rooms GLOBAL PROPERTY CAASCAN_ROOMS)
list(REMOVE_ITEM rooms caascan_lab)

# The shared library is all rooms, and exports what include/caascan/ declares. Until version 1.0 a minor version may change
# it, so the soname has both numbers.
set(api_version ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
configure_file(${PROJECT_SOURCE_DIR}/cmake/caascan.map.in ${PROJECT_BINARY_DIR}/shared/caascan.map @ONLY)
# A sanitizer's functions are in the program, and this library has to be complete in itself: it is left out then.
set(shared_library "")
if(NOT CAASCAN_SANITIZE)
  list(TRANSFORM rooms REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE objects)
  add_library(caascan_shared SHARED ${objects})
  set_target_properties(
    caascan_shared
    PROPERTIES OUTPUT_NAME caascan EXPORT_NAME shared VERSION ${PROJECT_VERSION} SOVERSION ${api_version}
               LINK_DEPENDS ${PROJECT_BINARY_DIR}/shared/caascan.map)
  target_include_directories(caascan_shared INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_options(caascan_shared PRIVATE LINKER:--version-script=${PROJECT_BINARY_DIR}/shared/caascan.map
                      LINKER:--no-undefined LINKER:--as-needed)
  target_link_libraries(caascan_shared PRIVATE ${rooms} INTERFACE absl::status absl::statusor)
  set(shared_library caascan_shared)
endif()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/caascan)
install(TARGETS caascan_library ${rooms} EXPORT caascanTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/caascan DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT caascanTargets NAMESPACE caascan:: DESTINATION ${package} COMPONENT development)
if(shared_library)
  install(TARGETS caascan_shared EXPORT caascanSharedTargets
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
  install(EXPORT caascanSharedTargets NAMESPACE caascan:: DESTINATION ${package} COMPONENT development)
endif()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/caascanConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/caascanConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/caascanConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/caascanConfig.cmake ${PROJECT_BINARY_DIR}/caascanConfigVersion.cmake
        DESTINATION ${package} COMPONENT development)
file(RELATIVE_PATH up_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" up_to_prefix ${up_to_prefix})
configure_file(${PROJECT_SOURCE_DIR}/cmake/caascan.pc.in ${PROJECT_BINARY_DIR}/caascan.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/caascan.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

# All that `cmake --install` copies.
add_custom_target(installed)
add_dependencies(installed caascan_cli caalab_cli caascan_documents caalab_documents caascan_manual ${shared_library} ${rooms})

install(TARGETS caascan_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT caascan)
install(TARGETS caalab_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT caalab)

# What scripts read: schemas of records and reports, tables for databases, data. Lab worlds belong to the lab.
set(share ${CMAKE_INSTALL_DATADIR}/caascan)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${share}/schemas COMPONENT caascan
        FILES_MATCHING PATTERN "*.schema.json" PATTERN images EXCLUDE PATTERN sql EXCLUDE PATTERN systemd EXCLUDE
        PATTERN grafana EXCLUDE)
foreach(folder docs/sql docs/grafana)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} DESTINATION ${share} COMPONENT caascan)
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/datasets/README.md ${PROJECT_SOURCE_DIR}/datasets/cas.tsv
              ${PROJECT_SOURCE_DIR}/datasets/operators.tsv
        DESTINATION ${share}/datasets COMPONENT caascan)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/datasets/lab DESTINATION ${share}/datasets COMPONENT caalab)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples DESTINATION ${share} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/systemd DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT caascan)
