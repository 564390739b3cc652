// Blocks of one size that come and go by the million, carved from slabs.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace caascan::async {

/// Slabs go back to the heap with the pool: whatever lives in its blocks must have ended by then.
/// Blocks are aligned like those of operator new. One thread at a time. Under AddressSanitizer
/// every block comes from the heap, so that use after free stays visible.
class FixedPool {
 public:
  explicit FixedPool(size_t block_size) : block_size_(RoundUp(block_size)) {}
  FixedPool(const FixedPool&) = delete;
  FixedPool& operator=(const FixedPool&) = delete;

  void* Take() {
    if (!kPooled) return ::operator new(block_size_);
    if (free_ == nullptr) return Carve();
    FreeBlock* block = free_;
    free_ = block->next;
    return block;
  }
  void Give(void* block) {
    if (kPooled) {
      free_ = new (block) FreeBlock{free_};
    } else {
      ::operator delete(block);
    }
  }

 private:
#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool kPooled = false;
#else
  static constexpr bool kPooled = true;
#endif
  static constexpr size_t kSlabSize = 64 << 10;

  struct FreeBlock {
    FreeBlock* next;
  };

  static size_t RoundUp(size_t size) {
    constexpr size_t kAlignment = alignof(std::max_align_t);
    return (size + kAlignment - 1) / kAlignment * kAlignment;
  }

  void* Carve() {
    if (left_ < block_size_) {
      left_ = block_size_ > kSlabSize ? block_size_ : kSlabSize;
      slabs_.push_back(std::make_unique_for_overwrite<std::byte[]>(left_));
      next_ = slabs_.back().get();
    }
    void* block = next_;
    next_ += block_size_;
    left_ -= block_size_;
    return block;
  }

  const size_t block_size_;
  FreeBlock* free_ = nullptr;
  std::vector<std::unique_ptr<std::byte[]>> slabs_;
  std::byte* next_ = nullptr;  // In the last slab.
  size_t left_ = 0;
};

}  // namespace caascan::async
