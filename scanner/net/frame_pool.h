// Memory of coroutine frames: free lists by size, one set a thread, so that a name costs no heap
// allocation once the lists are warm.
#pragma once

#include <cstddef>

namespace caascan::net {

/// Frames are allocated and freed on the same thread (a worker's coroutines never move). Blocks
/// above the largest class come from the heap. Free blocks go back to the heap when their thread
/// ends.
void* AllocateFrame(size_t size);
void FreeFrame(void* frame, size_t size);

}  // namespace caascan::net
