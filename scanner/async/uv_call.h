// Results of libuv's calls.
#pragma once

#include <uv.h>

#include <cassert>

namespace caascan::async {

/// For a call that fails only where its caller is at fault: a handle that is closing, a descriptor
/// that another handle has. What depends on the system is an error that the caller passes on.
inline void MustSucceed(int result) {
  assert(result == 0 && "libuv was called rightly");
  (void)result;
}

}  // namespace caascan::async
