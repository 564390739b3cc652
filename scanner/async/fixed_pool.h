// Blocks of one size that come and go by the million, carved from slabs.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace caascan::async {

/// Slabs go back to the heap with the pool: whatever lives in its blocks must have ended by then.
/// Blocks are aligned to a line of the processor's cache. One thread at a time. Under
/// AddressSanitizer every block comes from the heap, so that use after free stays visible.
class FixedPool {
 public:
  /// Octets that the processor's caches take together.
  static constexpr size_t kLine = 64;
#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool kPooled = false;
#else
  static constexpr bool kPooled = true;
#endif

  explicit FixedPool(size_t block_size) : block_size_(RoundUp(block_size)) {}
  FixedPool(const FixedPool&) = delete;
  FixedPool& operator=(const FixedPool&) = delete;

  void* Take() {
    if (!kPooled) return ::operator new(block_size_, kAlignment);
    if (free_ == nullptr) return Carve();
    FreeBlock* block = free_;
    free_ = block->next;
    return block;
  }
  void Give(void* block) {
    if (kPooled) {
      free_ = new (block) FreeBlock{free_};
    } else {
      ::operator delete(block, kAlignment);
    }
  }

 private:
  static constexpr size_t kSlabSize = 64 << 10;
  static constexpr std::align_val_t kAlignment{kLine};

  struct FreeBlock {
    FreeBlock* next;
  };
  struct FreeSlab {
    void operator()(std::byte* slab) const { ::operator delete(slab, kAlignment); }
  };

  static size_t RoundUp(size_t size) { return (size + kLine - 1) / kLine * kLine; }

  void* Carve() {
    if (left_ < block_size_) {
      left_ = block_size_ > kSlabSize ? block_size_ : kSlabSize;
      next_ = static_cast<std::byte*>(::operator new(left_, kAlignment));
      slabs_.emplace_back(next_);
    }
    void* block = next_;
    next_ += block_size_;
    left_ -= block_size_;
    return block;
  }

  const size_t block_size_;
  FreeBlock* free_ = nullptr;
  std::vector<std::unique_ptr<std::byte, FreeSlab>> slabs_;
  std::byte* next_ = nullptr;  // In the last slab.
  size_t left_ = 0;
};

}  // namespace caascan::async
