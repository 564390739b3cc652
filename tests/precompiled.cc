// CMake compiles tests/precompiled.h for this source, and all tests use the outcome.
