// Preloaded into a program, it says on standard error at the end how often memory was allocated:
// `LD_PRELOAD=libcount_allocations.so program`.
#include <atomic>
#include <cstddef>
#include <cstdio>

extern "C" void* __libc_malloc(std::size_t size);  // NOLINT: glibc's own name.

namespace {

std::atomic<unsigned long> allocations{0};

struct Report {
  ~Report() { (void)std::fprintf(stderr, "allocations %lu\n", allocations.load()); }
} const report;

}  // namespace

extern "C" void* malloc(std::size_t size) {  // NOLINT: it takes the place of glibc's.
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}
