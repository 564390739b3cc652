// Time that passes at once: what waits, in libuv's loops, wakes without having waited.
#pragma once

namespace caascan::net {

/// While it lives, a wait in epoll_wait() takes no time, but the clocks of this process go on by as
/// long. Afterwards they are right again. One at a time, one thread.
class SkippedTime {
 public:
  SkippedTime();
  ~SkippedTime();
  SkippedTime(const SkippedTime&) = delete;
  SkippedTime& operator=(const SkippedTime&) = delete;
};

}  // namespace caascan::net
