// For allocations that fail inside C libraries.
#pragma once

#include <new>

namespace caascan::io {

/// Calls the new-handler, then throws std::bad_alloc: what `operator new` would have done.
[[noreturn]] inline void OutOfMemory() {
  if (const std::new_handler handler = std::get_new_handler(); handler != nullptr) handler();
  throw std::bad_alloc();
}

}  // namespace caascan::io
