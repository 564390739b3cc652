// A failed allocation, in the program or in libuv or OpenSSL, ends the program at once: exit code
// 1, "caascan: out of memory" on standard error, and whole lines in the output.
//
// Containers allocate everywhere: in coroutines, in callbacks of C libraries, on many threads. No
// exception finds its way out of all of these, so the new-handler ends the program where it is
// called. Nothing here allocates. It takes effect by being linked. Tested by
// tests/hostile/memory_test.py.
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
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
void BeginEnd() {
  static std::atomic_flag ending = ATOMIC_FLAG_INIT;
  while (ending.test_and_set()) (void)pause();
  (void)CloseOutputs(kPatience);
}

[[noreturn]] void End(std::string_view why) {
  BeginEnd();
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

/// The C library aborts where it has no memory to note a thread's destructor, after a line of its
/// own about it. Every other abort is a bug: returning from here lets abort() go on.
void EndAborted(int /*signal*/) {
  if (errno != ENOMEM) return;
  BeginEnd();
  _exit(cli::kExitUnfinished);
}

/// Before main, and before the constructors of globals: those allocate as well.
__attribute__((constructor(101))) void EndWhereMemoryRunsOut() {
  (void)std::set_new_handler(EndOutOfMemory);
  (void)std::set_terminate(EndUncaught);
  (void)std::signal(SIGABRT, EndAborted);
  (void)ShareNewHandler();
}

}  // namespace
}  // namespace caascan::tool
