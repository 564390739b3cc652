// A write counts before it asks whether outputs are closed, and outputs are closed before writes
// are counted. So either CloseOutputs() sees a write, or the write sees that it must not begin.
// Tested by memory_test.cc, and with failing allocations by tests/hostile/memory_test.py.
#include "scanner/scan/memory.h"

#include <openssl/crypto.h>
#include <unistd.h>
#include <uv.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <new>

#include "caascan/memory.h"

namespace caascan {
namespace {

std::atomic<bool> outputs_closed{false};
std::atomic<unsigned> writes_under_way{0};
thread_local unsigned own_writes = 0;

/// Calls `allocate` until it succeeds or there is no new-handler.
template <typename Allocate>
void* AllocateOrHandle(size_t size, const Allocate& allocate) {
  while (true) {
    void* const memory = allocate();
    if (memory != nullptr || size == 0) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) return nullptr;
    handler();
  }
}

void* Malloc(size_t size) {
  return AllocateOrHandle(size, [size] { return std::malloc(size); });
}

void* Realloc(void* memory, size_t size) {
  return AllocateOrHandle(size, [memory, size] { return std::realloc(memory, size); });
}

void* Calloc(size_t count, size_t size) {
  // NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI): nothing is asked for, nothing given.
  return AllocateOrHandle(count * size, [count, size] { return std::calloc(count, size); });
}

void* CryptoMalloc(size_t size, const char* /*file*/, int /*line*/) { return Malloc(size); }

/// OpenSSL wants a size of zero to free.
void* CryptoRealloc(void* memory, size_t size, const char* /*file*/, int /*line*/) {
  if (size != 0) return Realloc(memory, size);
  std::free(memory);
  return nullptr;
}

void CryptoFree(void* memory, const char* /*file*/, int /*line*/) { std::free(memory); }

}  // namespace

bool ShareNewHandler() {
  const bool crypto = CRYPTO_set_mem_functions(CryptoMalloc, CryptoRealloc, CryptoFree) == 1;
  return uv_replace_allocator(Malloc, Realloc, Calloc, std::free) == 0 && crypto;
}

bool CloseOutputs(std::chrono::milliseconds patience) {
  outputs_closed.store(true);
  constexpr timespec kMillisecond = {.tv_sec = 0, .tv_nsec = 1'000'000};
  for (; writes_under_way.load() > own_writes; --patience) {
    if (patience.count() <= 0) return false;
    (void)nanosleep(&kMillisecond, nullptr);
  }
  return true;
}

namespace scan {

WriteUnderWay::WriteUnderWay() {
  writes_under_way.fetch_add(1);
  ++own_writes;
  if (!outputs_closed.load()) return;
  --own_writes;
  writes_under_way.fetch_sub(1);
  while (true) (void)pause();
}

WriteUnderWay::~WriteUnderWay() {
  --own_writes;
  writes_under_way.fetch_sub(1);
}

}  // namespace scan
}  // namespace caascan
