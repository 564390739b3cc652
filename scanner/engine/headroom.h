// How many names of an asker with many a worker looks up at once, so that others need not queue
// behind them.
#pragma once

#include <chrono>
#include <cstddef>

namespace caascan::engine {

/// Where a worker is busy all the time, more names in flight make no more names a second: they only
/// wait, and so does what comes behind them. Then fewer are let in, until it is idle now and then.
/// A worker that waits for the network has room for all. Loop thread only.
class Headroom {
 public:
  static constexpr size_t kLeast = 128;
  static constexpr std::chrono::milliseconds kWindow{10};

  explicit Headroom(size_t most) : most_(most), limit_(most) {}

  /// Called now and then. `idle` is how long the worker has waited for events, since ever.
  void Note(std::chrono::nanoseconds now, std::chrono::nanoseconds idle);
  size_t limit() const { return limit_; }

 private:
  const size_t most_;
  size_t limit_;
  std::chrono::nanoseconds began_{0};  // The window; 0: none has.
  std::chrono::nanoseconds idle_before_{0};
};

}  // namespace caascan::engine
