// Tested by task_test.cc.
#include "scanner/async/frame_pool.h"

#include <array>
#include <new>
#include <utility>

#include "scanner/async/fixed_pool.h"

namespace caascan::async {
namespace {

constexpr size_t kGranule = FixedPool::kLine;
constexpr size_t kClasses = 64;  // Frames up to 4 KiB.

/// Pool i has blocks of i + 1 granules.
template <size_t... kIndices>
std::array<FixedPool, sizeof...(kIndices)> MakePools(std::index_sequence<kIndices...>) {
  return {FixedPool((kIndices + 1) * kGranule)...};
}

thread_local std::array<FixedPool, kClasses> pools =
    MakePools(std::make_index_sequence<kClasses>());

struct FreeFrameBlock {
  FreeFrameBlock* next;
};

// Blocks of the pools that no frame is in. Beside them, since the pools must be constructed: each
// access would first look whether they are. Nearly every frame is found here.
constinit thread_local std::array<FreeFrameBlock*, kClasses> free_blocks = {};

size_t ClassOf(size_t size) { return (size - 1) / kGranule; }

/// Not inlined: what is seldom needed would cost the others its registers.
[[gnu::noinline]] void* AllocateNew(size_t size) {
  if (size == 0 || ClassOf(size) >= kClasses) return ::operator new(size);
  return pools[ClassOf(size)].Take();
}

[[gnu::noinline]] void FreeToPool(void* frame, size_t size) {
  if (size == 0 || ClassOf(size) >= kClasses) {
    ::operator delete(frame);
    return;
  }
  pools[ClassOf(size)].Give(frame);
}

}  // namespace

void* AllocateFrame(size_t size) {
  if (size == 0 || ClassOf(size) >= kClasses || free_blocks[ClassOf(size)] == nullptr) {
    return AllocateNew(size);
  }
  FreeFrameBlock*& free = free_blocks[ClassOf(size)];
  return std::exchange(free, free->next);
}

void FreeFrame(void* frame, size_t size) {
  if (!FixedPool::kPooled || size == 0 || ClassOf(size) >= kClasses) {
    return FreeToPool(frame, size);
  }
  FreeFrameBlock*& free = free_blocks[ClassOf(size)];
  free = new (frame) FreeFrameBlock{free};
}

}  // namespace caascan::async
