// Signals as a file descriptor, for the time a job runs.
#pragma once

#include <csignal>

namespace caascan::io {

/// While it lives, SIGINT and SIGTERM do not end the program but wait to be taken, and SIGPIPE and
/// SIGXFSZ are ignored, so that a closed or full output is an error of write(). Holds for the
/// thread that makes it and for those begun afterwards: make it first. Destroy it in that thread.
class SignalScope {
 public:
  SignalScope();
  ~SignalScope();
  SignalScope(const SignalScope&) = delete;
  SignalScope& operator=(const SignalScope&) = delete;

  /// Readable while a signal waits.
  int fd() const { return fd_; }
  /// The next waiting signal, or 0. Any thread.
  int Take() const;

 private:
  int fd_ = -1;
  sigset_t old_mask_{};
  struct sigaction old_pipe_ {};
  struct sigaction old_size_ {};
};

/// While it lives, SIGINT and SIGTERM reach this thread again, as if there were no SignalScope: for
/// an open() that may wait for ever, before anything has begun. Begin no thread meanwhile. Destroy
/// it in the thread that made it.
class SignalGap {
 public:
  SignalGap();
  ~SignalGap();
  SignalGap(const SignalGap&) = delete;
  SignalGap& operator=(const SignalGap&) = delete;

 private:
  sigset_t old_mask_{};
};

}  // namespace caascan::io
