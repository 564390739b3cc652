# Flags and helper functions every target of the project uses. Flags are scoped to targets: a project that
# takes caascan in with add_subdirectory keeps its own.

# caascan_flags(target): warnings, as errors where CAASCAN_WERROR is on, as the presets have it; and, where asked for,
# sanitizers.
function(caascan_flags target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
  if(CAASCAN_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
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

# caascan_quick_to_build(target): for code that runs too briefly to earn back -O3: what reads options, and tests. Coroutines
# need sibling calls: without them each that resumes another costs stack.
function(caascan_quick_to_build target)
  if(CMAKE_BUILD_TYPE STREQUAL Release)
    target_compile_options(${target} PRIVATE -O1 -foptimize-sibling-calls)
  endif()
endfunction()

# caascan_unity(target [source ...]): with CAASCAN_UNITY, compiles the target's sources several at a time. Those that are named
# are compiled alone: they have names in anonymous namespaces that others of the target have too.
function(caascan_unity target)
  if(CAASCAN_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON)
    set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    # GCC takes a source that another one includes for a header.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

# caascan_room(name SOURCES a.cc ... [DEPS target ...] [APART a.cc ...]): one room of scanner/ as a static library. DEPS are
# only rooms above it in docs/architecture.md's table, so a forbidden include does not link. APART: see caascan_unity().
function(caascan_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;APART" ${ARGN})
  add_library(caascan_${name} STATIC ${ARG_SOURCES})
  add_library(caascan::${name} ALIAS caascan_${name})
  set_target_properties(caascan_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_include_directories(
    caascan_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(caascan_${name} PUBLIC ${ARG_DEPS})
  caascan_flags(caascan_${name})
  caascan_unity(caascan_${name} ${ARG_APART})
  set_property(GLOBAL APPEND PROPERTY CAASCAN_ROOMS caascan_${name})
endfunction()

# caascan_base64(hex out): bytes written in hexadecimal, as Base64 (RFC 4648). The bytes are 2 more than a multiple of 3, as a
# SHA-256 is.
function(caascan_base64 hex out)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(REGEX MATCHALL "..." groups "${hex}00")
  set(text "")
  foreach(group IN LISTS groups)
    math(EXPR high "0x${group} >> 6")
    math(EXPR low "0x${group} & 63")
    string(SUBSTRING ${alphabet} ${high} 1 high)
    string(SUBSTRING ${alphabet} ${low} 1 low)
    string(APPEND text ${high}${low})
  endforeach()
  string(REGEX REPLACE ".$" "=" text "${text}")
  set(${out} ${text} PARENT_SCOPE)
endfunction()

# caascan_embed(room file function [WITH_DIGEST]): builds a text file of the repository into a room, as
# `std::string_view caascan::<room>::<function>()` of the header scanner/<room>/embedded.h. WITH_DIGEST puts a line feed before
# the text, and gives the SHA-256 of both as `<function>Digest()`, in Base64.
function(caascan_embed room file function)
  cmake_parse_arguments(ARG "WITH_DIGEST" "" "" ${ARGN})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${file})
  file(READ ${PROJECT_SOURCE_DIR}/${file} text)
  set(digest_function "")
  if(ARG_WITH_DIGEST)
    string(PREPEND text "\n")
    string(SHA256 digest "${text}")
    caascan_base64(${digest} digest)
    set(digest_function "\nstd::string_view ${function}Digest() { return \"${digest}\"; }\n")
  endif()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${function}.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
[[// Made by CMake from @file@.
#include "scanner/@room@/embedded.h"

namespace caascan::@room@ {

std::string_view @function@() { return R"~~~(@text@)~~~"; }
@digest_function@
}  // namespace caascan::@room@
]])
  target_sources(caascan_${room} PRIVATE ${source})
endfunction()
