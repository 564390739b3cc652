// A library for LD_PRELOAD that fails an allocation of the program. Settings are in the
// environment:
//
//   FAIL_ALLOCATION=N      the N-th allocation of the process fails; 0 or unset fails none
//   FAIL_ALLOCATION_ON=1   and so do all that follow
//   FAIL_ALLOCATION_COUNT=FILE   at exit, the number of allocations goes there
//   FAIL_ALLOCATION_TRACE=1      the stack of the first failure goes to standard error
//
// It counts what goes through malloc and its siblings, which is everything: operator new too. The
// memory comes from the C library's own allocator.
#include <execinfo.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): the C library's names.
void* __libc_malloc(size_t size) noexcept;
void* __libc_calloc(size_t count, size_t size) noexcept;
void* __libc_realloc(void* memory, size_t size) noexcept;
void* __libc_memalign(size_t alignment, size_t size) noexcept;
// NOLINTEND(bugprone-reserved-identifier)
}

namespace {

struct Settings {
  unsigned long fail_at = 0;
  bool on = false;
  bool trace = false;
};

std::atomic<unsigned long> allocations{0};

/// getenv() may not be called this early.
const char* Environment(const char* name) {
  const size_t size = std::strlen(name);
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, name, size) == 0 && (*entry)[size] == '=') return *entry + size + 1;
  }
  return nullptr;
}

const Settings& TheSettings() {
  static const Settings settings = [] {
    const char* const at = Environment("FAIL_ALLOCATION");
    return Settings{.fail_at = at != nullptr ? std::strtoul(at, nullptr, 10) : 0,
                    .on = Environment("FAIL_ALLOCATION_ON") != nullptr,
                    .trace = Environment("FAIL_ALLOCATION_TRACE") != nullptr};
  }();
  return settings;
}

void WriteTrace() {
  std::array<void*, 40> frames{};
  const int depth = backtrace(frames.data(), static_cast<int>(frames.size()));
  backtrace_symbols_fd(frames.data(), depth, STDERR_FILENO);
}

bool Fails() {
  const Settings& settings = TheSettings();
  const unsigned long number = ++allocations;
  if (settings.fail_at == 0 || number < settings.fail_at) return false;
  if (number > settings.fail_at && !settings.on) return false;
  if (number == settings.fail_at && settings.trace) WriteTrace();
  errno = ENOMEM;
  return true;
}

__attribute__((destructor)) void WriteCount() {
  const char* const path = Environment("FAIL_ALLOCATION_COUNT");
  if (path == nullptr) return;
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  (void)dprintf(fd, "%lu\n", allocations.load());
  (void)close(fd);
}

}  // namespace

extern "C" {

void* malloc(size_t size) noexcept { return Fails() ? nullptr : __libc_malloc(size); }

void* calloc(size_t count, size_t size) noexcept {
  return Fails() ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* memory, size_t size) noexcept {
  return Fails() ? nullptr : __libc_realloc(memory, size);
}

void* memalign(size_t alignment, size_t size) noexcept {
  return Fails() ? nullptr : __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) noexcept { return memalign(alignment, size); }

int posix_memalign(void** memory, size_t alignment, size_t size) noexcept {
  void* const got = memalign(alignment, size);
  if (got == nullptr) return ENOMEM;
  *memory = got;
  return 0;
}
}
