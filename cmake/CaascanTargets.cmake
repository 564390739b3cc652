# Flags and helper functions every target of the project uses. Flags are scoped to targets: a project that
# takes caascan in with add_subdirectory keeps its own.

# caascan_flags(target): warnings as errors and, where asked for, sanitizers.
function(caascan_flags target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
  # GCC 12 reports false positives of these at -O2 inside its own and Abseil's headers.
  target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-restrict>")
  if(CAASCAN_LIBFUZZER)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(CAASCAN_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${CAASCAN_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${CAASCAN_SANITIZE})
    # GCC says so itself: pools then free what they are given, and messages are poisoned after their time.
    if(CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CAASCAN_SANITIZE MATCHES address)
      target_compile_definitions(${target} PRIVATE __SANITIZE_ADDRESS__=1)
    endif()
  endif()
endfunction()

# caascan_room(name SOURCES a.cc ... [DEPS target ...]): one room of scanner/ as a static library. DEPS are
# only rooms above it in docs/architecture.md's table, so a forbidden include does not link.
function(caascan_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(caascan_${name} STATIC ${ARG_SOURCES})
  add_library(caascan::${name} ALIAS caascan_${name})
  set_target_properties(caascan_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_include_directories(
    caascan_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(caascan_${name} PUBLIC ${ARG_DEPS})
  caascan_flags(caascan_${name})
  set_property(GLOBAL APPEND PROPERTY CAASCAN_ROOMS caascan_${name})
endfunction()

# What a test takes of the places that `ctest -j` has: scripts/test gives each processor four. An end-to-end test takes
# one, since it waits nearly all the time.
set(CAASCAN_PLACES_UNIT_TEST 2)
set(CAASCAN_PLACES_BUSY 4)

# caascan_test(name SOURCES a_test.cc ... DEPS target ... [LABELS threads]): a GoogleTest program and its CTest entry.
# What starts threads is labelled so: ThreadSanitizer has something to find there, and CI builds no other test with it.
function(caascan_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest_main GTest::gmock)
  caascan_flags(${name})
  # Compiling the tests is half of a build. What is tested is optimised and checked in full, but the code of the tests
  # themselves runs too briefly to earn back -O3, and AddressSanitizer sees null pointers without UBSan's help.
  # Coroutines need sibling calls: without them each that resumes another costs stack.
  if(CMAKE_BUILD_TYPE STREQUAL Release)
    target_compile_options(${name} PRIVATE -O1 -foptimize-sibling-calls)
  elseif(CAASCAN_SANITIZE MATCHES undefined)
    target_compile_options(${name} PRIVATE -fno-sanitize=null,alignment,vptr)
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set(places ${CAASCAN_PLACES_UNIT_TEST})
  if(ARG_SOURCES MATCHES "client.cc")  # Real sockets, and timeouts of milliseconds: they want no crowd beside them.
    set(places ${CAASCAN_PLACES_BUSY})
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}" PROCESSORS ${places})
  if("threads" IN_LIST ARG_LABELS)
    add_dependencies(threaded_tests ${name})
  endif()
endfunction()

# caascan_embed(room file function): builds a text file of the repository into a room, as
# `std::string_view caascan::<room>::<function>()` of the header scanner/<room>/embedded.h.
function(caascan_embed room file function)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${file})
  file(READ ${PROJECT_SOURCE_DIR}/${file} text)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${function}.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
[[// Made by CMake from @file@.
#include "scanner/@room@/embedded.h"

namespace caascan::@room@ {

std::string_view @function@() { return R"~~~(@text@)~~~"; }

}  // namespace caascan::@room@
]])
  target_sources(caascan_${room} PRIVATE ${source})
endfunction()
