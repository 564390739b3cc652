// What a value holds on the heap, for caches that are bounded by bytes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace caascan::dns {

/// What the allocator needs for a block beside the block itself, about.
inline constexpr size_t kAllocationBytes = 16;

/// None where the text is so short that it is kept inside.
inline size_t HeapBytes(const std::string& text) {
  static const size_t inside = std::string().capacity();
  return text.capacity() > inside ? text.capacity() + 1 + kAllocationBytes : 0;
}

/// The elements themselves, not what they hold in turn. For std::vector.
template <typename T>
size_t BlockBytes(const std::vector<T>& elements) {
  return elements.capacity() == 0 ? 0 : elements.capacity() * sizeof(T) + kAllocationBytes;
}

/// Likewise for vectors that keep `inside` elements inside.
template <typename Inlined>
size_t SpilledBytes(const Inlined& elements, size_t inside) {
  return elements.capacity() <= inside
             ? 0
             : elements.capacity() * sizeof(elements[0]) + kAllocationBytes;
}

}  // namespace caascan::dns
