// Ends the waiting for a file descriptor, from another thread.
#pragma once

#include <memory>

#include <absl/status/statusor.h>

namespace caascan::io {

/// A file descriptor that becomes readable, for good, once somebody calls Notify(). Owns it.
class WakeFd {
 public:
  static absl::StatusOr<std::unique_ptr<WakeFd>> Create();
  ~WakeFd();
  WakeFd(const WakeFd&) = delete;
  WakeFd& operator=(const WakeFd&) = delete;

  /// Any thread, and signal handlers. May be called again.
  void Notify() const;
  bool notified() const;
  int fd() const { return fd_; }

 private:
  explicit WakeFd(int fd) : fd_(fd) {}

  const int fd_;
};

}  // namespace caascan::io
