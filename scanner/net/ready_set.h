// Which of many descriptors have something to read, found by one system call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <sys/epoll.h>

#include "scanner/async/loop.h"

namespace caascan::net {

/// An epoll set that the loop watches as one descriptor. So its owner can ask for what is ready at
/// any time, and not only at the loop's next turn. Owns none of the descriptors; one that is closed
/// leaves the set. Loop thread only.
class ReadySet {
 public:
  ReadySet() = default;
  ReadySet(const ReadySet&) = delete;
  ReadySet& operator=(const ReadySet&) = delete;
  ~ReadySet();

  /// `on_ready` runs in each turn of the loop in which some descriptor is ready. False where the
  /// system has no descriptor left. REQUIRES: it is not open.
  bool Open(async::Loop* loop, std::function<void()> on_ready);
  bool is_open() const { return watch_ != nullptr; }
  /// Watches `fd`, which Ready() names by `tag`. False where the system refuses. REQUIRES: open.
  bool Add(int fd, uint32_t tag);
  /// REQUIRES: open; `fd` was added.
  void Remove(int fd);
  /// Tags of those that are ready now, all of them; empty where the set is not open. Valid until
  /// the next call.
  std::span<const uint32_t> Ready();
  /// Ends the watching; the loop must then run until it has closed the handle.
  void Close();

 private:
  struct Watch;

  Watch* watch_ = nullptr;  // Frees itself when the loop has closed it.
  size_t added_ = 0;        // Descriptors that the set may hold.
  std::vector<epoll_event> events_;
  std::vector<uint32_t> tags_;
};

}  // namespace caascan::net
