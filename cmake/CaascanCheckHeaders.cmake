# The target check_headers: every header compiles alone, warnings as errors. A header that is the first thing some
# source includes compiles alone in that source already, so only the others are compiled here; which ones those
# are is read when CMake runs, which scripts/lint has it do. The one place that finds files by pattern: a header that
# somebody forgot to list is the very one that nobody would check.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/include/caascan/*.h ${PROJECT_SOURCE_DIR}/scanner/*.h ${PROJECT_SOURCE_DIR}/tools/*.h)
file(GLOB_RECURSE including CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/scanner/*.cc)  # Not of tools/, which have precompiled headers.
set(first_includes "")
foreach(source IN LISTS including)
  file(STRINGS ${source} first_include REGEX "^#include" LIMIT_COUNT 1)
  list(APPEND first_includes "${first_include}")
endforeach()
set(sources "")
foreach(header IN LISTS headers)
  string(REGEX REPLACE "^include/" "" spelling ${header})
  if("#include \"${spelling}\"" IN_LIST first_includes)
    continue()
  endif()
  string(REGEX REPLACE "\\.h$" ".cc" source ${PROJECT_BINARY_DIR}/check_headers/${header})
  file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${spelling}\"\n" @ONLY)
  list(APPEND sources ${source})
endforeach()
add_library(check_headers OBJECT EXCLUDE_FROM_ALL ${sources})
target_include_directories(check_headers PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(check_headers PRIVATE PkgConfig::libuv PkgConfig::libnghttp2 PkgConfig::libssl PkgConfig::ldns PkgConfig::libpsl PkgConfig::libidn2 PkgConfig::libzstd PkgConfig::zlib
                                            simdjson::simdjson nlohmann_json::nlohmann_json absl::function_ref absl::status absl::statusor CLI11::CLI11)
caascan_flags(check_headers)
