// Memory of coroutine frames: pools by size, one set a thread, so that a name costs no heap
// allocation once they are warm.
#pragma once

#include <cstddef>

namespace caascan::net {

/// Frames are allocated and freed on the same thread (a worker's coroutines never move). Blocks
/// above the largest class come from the heap. The pools go when their thread ends: every frame
/// must have ended by then.
void* AllocateFrame(size_t size);
void FreeFrame(void* frame, size_t size);

}  // namespace caascan::net
