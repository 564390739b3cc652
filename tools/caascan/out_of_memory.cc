// A failed allocation, in the program or in a library, ends the program at once: exit code 1,
// "caascan: out of memory" on standard error, and whole lines in the output.
//
// Containers allocate everywhere: in coroutines, in callbacks of C libraries, on many threads. No
// exception finds its way out of all of these, so the new-handler ends the program where it is
// called. C libraries do worse. A signature that OpenSSL has no memory for does not verify, libuv
// aborts, ldns calls a good zone file bad or follows a null pointer, and the C library aborts where
// it cannot note a thread's destructor. So malloc() itself calls the handler.
//
// Nothing here allocates. It takes effect by being linked. Tested by tests/hostile/memory_test.py.
#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <system_error>

#include "caascan/memory.h"
#include "tools/cli/program.h"

namespace caascan::tool {
namespace {

/// How long the reader of a pipe may take for the lines that are being written.
constexpr std::chrono::seconds kPatience(5);

/// One thread ends the program; others that want to wait here.
[[noreturn]] void End(std::string_view why) {
  static std::atomic_flag ending = ATOMIC_FLAG_INIT;
  while (ending.test_and_set()) (void)pause();
  (void)CloseOutputs(kPatience);
  std::array<char, 256> line{};
  const int size = std::snprintf(line.data(), line.size(), "caascan: %.*s\n",
                                 static_cast<int>(why.size()), why.data());
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, line.data(), static_cast<size_t>(size));
  _exit(cli::kExitUnfinished);
}

[[noreturn]] void EndOutOfMemory() { End("out of memory"); }

/// A thread that the system refuses is an exception, which may meet another thread's owner on its
/// way: that ends here too. Everything else is a bug, and a core helps to find it.
[[noreturn]] void EndUncaught() {
  if (std::uncaught_exceptions() > 0) End("cannot start a thread");
  try {
    if (const std::exception_ptr error = std::current_exception()) std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    EndOutOfMemory();
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::resource_unavailable_try_again) End("cannot start a thread");
  } catch (...) {  // NOLINT(bugprone-empty-catch): a bug, below.
  }
  std::abort();
}

/// Before main, and before the constructors of globals: those allocate as well.
__attribute__((constructor(101))) void EndWhereMemoryRunsOut() {
  (void)std::set_new_handler(EndOutOfMemory);
  (void)std::set_terminate(EndUncaught);
}

}  // namespace
}  // namespace caascan::tool

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// A program's own malloc() is taken by all libraries. These ask the allocator that would have been
// taken without them, the C library's or a preloaded one, which keeps its own free().
namespace {

using MallocFunction = void*(size_t);
using TwoSizesFunction = void*(size_t, size_t);
using ReallocFunction = void*(void*, size_t);

template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// The memory; or what the new-handler says. Before it is set libraries start up, and bear null.
void* Checked(void* memory, size_t size) {
  if (memory == nullptr && size != 0) {
    if (const std::new_handler handler = std::get_new_handler(); handler != nullptr) handler();
  }
  return memory;
}

}  // namespace

extern "C" {

void* malloc(size_t size) noexcept {
  static MallocFunction* const next = Next<MallocFunction>("malloc");
  return Checked(next(size), size);
}

void* calloc(size_t count, size_t size) noexcept {
  static TwoSizesFunction* const next = Next<TwoSizesFunction>("calloc");
  return Checked(next(count, size), count == 0 ? 0 : size);
}

void* realloc(void* memory, size_t size) noexcept {
  static ReallocFunction* const next = Next<ReallocFunction>("realloc");
  return Checked(next(memory, size), size);
}
}
#endif
