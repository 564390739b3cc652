// Memory of coroutine frames, and of what they hold only for a part of their time: pools by size,
// one set a thread, so that a name costs no heap allocation once they are warm.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace caascan::async {

/// Frames are allocated and freed on the same thread (a worker's coroutines never move). Blocks
/// above the largest class come from the heap. The pools go when their thread ends: every frame
/// must have ended by then.
void* AllocateFrame(size_t size);
void FreeFrame(void* frame, size_t size);

template <typename T>
struct FreePooled {
  void operator()(T* object) const {
    object->~T();
    FreeFrame(object, sizeof(T));
  }
};
/// A T in the pools, on one thread from its making to its end as frames are.
template <typename T>
using Pooled = std::unique_ptr<T, FreePooled<T>>;

template <typename T>
Pooled<T> MakePooled() {
  static_assert(alignof(T) <= alignof(std::max_align_t), "blocks are aligned like any");
  return Pooled<T>(new (AllocateFrame(sizeof(T))) T());
}

}  // namespace caascan::async
