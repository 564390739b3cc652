// Results of libuv's calls.
#pragma once

#include <uv.h>

#include <cstdio>
#include <cstdlib>

namespace caascan::lab {

/// A lab that lacks a loop, a timer or a signal cannot go on: says so and ends the program.
inline void MustSucceed(int result, const char* call) {
  if (result >= 0) return;
  (void)std::fprintf(stderr, "caalab: %s: %s\n", call, uv_strerror(result));
  std::_Exit(EXIT_FAILURE);
}

}  // namespace caascan::lab
