// Tested by task_test.cc. Under AddressSanitizer the lists are off, so that use after free stays
// visible.
#include "scanner/net/frame_pool.h"

#include <array>
#include <new>

namespace caascan::net {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif

constexpr size_t kGranule = 64;
constexpr size_t kClasses = 64;  // Frames up to 4 KiB.

struct FreeBlock {
  FreeBlock* next;
};

class FreeLists {
 public:
  FreeLists() = default;
  FreeLists(const FreeLists&) = delete;
  FreeLists& operator=(const FreeLists&) = delete;
  ~FreeLists() {
    for (FreeBlock*& head : heads_) {
      while (head != nullptr) {
        FreeBlock* block = head;
        head = block->next;
        ::operator delete(block);
      }
    }
  }

  void* Take(size_t size_class) {
    FreeBlock*& head = heads_[size_class];
    if (head == nullptr) return ::operator new((size_class + 1) * kGranule);
    FreeBlock* block = head;
    head = block->next;
    return block;
  }

  void Give(void* frame, size_t size_class) {
    heads_[size_class] = new (frame) FreeBlock{heads_[size_class]};
  }

 private:
  std::array<FreeBlock*, kClasses> heads_{};
};

thread_local FreeLists free_lists;

size_t ClassOf(size_t size) { return (size - 1) / kGranule; }

}  // namespace

void* AllocateFrame(size_t size) {
  if (!kPooled || size == 0 || ClassOf(size) >= kClasses) return ::operator new(size);
  return free_lists.Take(ClassOf(size));
}

void FreeFrame(void* frame, size_t size) {
  if (!kPooled || size == 0 || ClassOf(size) >= kClasses) {
    ::operator delete(frame);
    return;
  }
  free_lists.Give(frame, ClassOf(size));
}

}  // namespace caascan::net
