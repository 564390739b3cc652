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

size_t ClassOf(size_t size) { return (size - 1) / kGranule; }

}  // namespace

void* AllocateFrame(size_t size) {
  if (size == 0 || ClassOf(size) >= kClasses) return ::operator new(size);
  return pools[ClassOf(size)].Take();
}

void FreeFrame(void* frame, size_t size) {
  if (size == 0 || ClassOf(size) >= kClasses) {
    ::operator delete(frame);
    return;
  }
  pools[ClassOf(size)].Give(frame);
}

}  // namespace caascan::async
