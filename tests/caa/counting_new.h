// Counts heap allocations of the test program that links counting_new.cc.
#pragma once

#include <cstddef>

namespace caascan {

/// Calls of operator new so far, all threads.
size_t AllocationCount();

}  // namespace caascan
