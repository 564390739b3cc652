# GoogleTest programs: one a room, so that what its tests share is compiled once, and every test with the same
# precompiled headers. Compiling the tests is half of a build.

# What a test takes of the places that `ctest -j` has: scripts/test gives each processor four. An end-to-end test takes
# one, since it waits nearly all the time.
set(CAASCAN_PLACES_UNIT_TEST 2)
set(CAASCAN_PLACES_BUSY 4)

# What all sources of tests are compiled with. What is tested is optimised and checked in full; in the tests themselves
# AddressSanitizer sees null pointers without UBSan's help.
function(caascan_test_flags target)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  caascan_flags(${target})
  # GCC 12 reports false positives of these inside the standard library's headers, where they are precompiled.
  target_compile_options(
    ${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread>")
  caascan_quick_to_build(${target})
  if(CAASCAN_SANITIZE MATCHES undefined)
    target_compile_options(${target} PRIVATE -fno-sanitize=null,alignment,vptr)
  endif()
  if(NOT target STREQUAL caascan_test_headers)
    target_precompile_headers(${target} REUSE_FROM caascan_test_headers)
  endif()
endfunction()

# The headers that most tests include, compiled once.
add_library(caascan_test_headers OBJECT ${PROJECT_SOURCE_DIR}/tests/precompiled.cc)
target_link_libraries(caascan_test_headers PRIVATE GTest::gmock absl::statusor absl::inlined_vector PkgConfig::libuv)
target_precompile_headers(caascan_test_headers PRIVATE ${PROJECT_SOURCE_DIR}/tests/precompiled.h)
caascan_test_flags(caascan_test_headers)

# caascan_test_support(name SOURCES a.cc ... DEPS target ...): what several programs of tests link.
function(caascan_test_support name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} GTest::gmock)
  caascan_test_flags(${name})
endfunction()

# caascan_tests(room TESTS a_test.cc ... DEPS target ... [PROGRAM name] [SUPPORT b.cc ...] [THREADS a_test.cc ...]
# [BUSY a_test.cc ...]): the program <room>_tests, and an entry <room>_<a_test> of CTest for each file of tests, which runs
# in a process of its own. SUPPORT are the other sources.
# THREADS start threads: ThreadSanitizer has something to find there, and CI runs no other test with it. BUSY have real
# sockets, and timeouts of milliseconds: they want no crowd beside them.
function(caascan_tests room)
  cmake_parse_arguments(ARG "" "PROGRAM" "TESTS;DEPS;SUPPORT;THREADS;BUSY" ${ARGN})
  if(NOT ARG_PROGRAM)
    set(ARG_PROGRAM ${room}_tests)
  endif()
  add_executable(${ARG_PROGRAM} ${PROJECT_SOURCE_DIR}/tests/main.cc ${ARG_TESTS} ${ARG_SUPPORT})
  target_link_libraries(${ARG_PROGRAM} PRIVATE ${ARG_DEPS} GTest::gmock)
  caascan_test_flags(${ARG_PROGRAM})
  foreach(file IN LISTS ARG_TESTS)
    get_filename_component(stem ${file} NAME_WE)
    set(places ${CAASCAN_PLACES_UNIT_TEST})
    if(file IN_LIST ARG_BUSY)
      set(places ${CAASCAN_PLACES_BUSY})
    endif()
    set(labels "")
    if(file IN_LIST ARG_THREADS)
      set(labels threads)
    endif()
    add_test(NAME ${room}_${stem} COMMAND ${ARG_PROGRAM} ${file} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${room}_${stem} PROPERTIES TIMEOUT 120 LABELS "${labels}" PROCESSORS ${places})
  endforeach()
  if(ARG_THREADS)
    add_dependencies(threaded_tests ${ARG_PROGRAM})
  endif()
endfunction()
