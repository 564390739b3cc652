// The program's own definitions of clock_gettime() and epoll_wait() are taken before the C
// library's, by libuv and by the C++ library.
#include "tests/fuzz/skipped_time.h"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>

namespace {

bool skips = false;
int64_t skipped_ms = 0;

/// The system call alone.
int Poll(int epoll, epoll_event* events, int most, int timeout_ms) {
  return static_cast<int>(syscall(SYS_epoll_pwait, epoll, events, most, timeout_ms, nullptr, 0));
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  constexpr int64_t kMillisecondsPerSecond = 1'000;
  constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;
  constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
  const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (result != 0 || !skips) return result;
  time->tv_sec += skipped_ms / kMillisecondsPerSecond;
  time->tv_nsec += skipped_ms % kMillisecondsPerSecond * kNanosecondsPerMillisecond;
  if (time->tv_nsec >= kNanosecondsPerSecond) {
    time->tv_nsec -= kNanosecondsPerSecond;
    ++time->tv_sec;
  }
  return 0;
}

extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int timeout_ms) {
  if (!skips || timeout_ms <= 0) return Poll(epoll, events, most, timeout_ms);
  const int ready = Poll(epoll, events, most, 0);
  if (ready == 0) skipped_ms += timeout_ms;
  return ready;
}

namespace caascan::net {

SkippedTime::SkippedTime() {
  skips = true;
  skipped_ms = 0;
}

SkippedTime::~SkippedTime() { skips = false; }

}  // namespace caascan::net
