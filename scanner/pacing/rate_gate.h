// So many turns a second, for all threads together.
#pragma once

#include <atomic>
#include <cassert>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace caascan::pacing {

/// A rate limit by the generic cell rate algorithm: one atomic word, exact over any window. Time is
/// an argument. Any thread.
class RateGate {
 public:
  /// `per_second` turns in every `period`; 0 is no limit. `burst` is how far behind the steady rate
  /// the takers may catch up.
  RateGate(uint32_t per_second, std::chrono::nanoseconds burst,
           std::chrono::nanoseconds period = std::chrono::seconds(1))
      : period_(period.count()), burst_(burst.count()), interval_(0) {
    SetRate(per_second);
  }

  bool unlimited() const { return interval_.load(std::memory_order_relaxed) == 0; }
  void SetRate(double per_second) {
    interval_.store(IntervalOf(per_second), std::memory_order_relaxed);
  }
  /// Another rate until then, whatever happens to who set it. REQUIRES: per_second is above 0.
  void Lend(double per_second, std::chrono::nanoseconds until) {
    assert(per_second > 0 && "a loan is no lack of a limit");
    lent_until_.store(0, std::memory_order_relaxed);
    lent_interval_.store(IntervalOf(per_second), std::memory_order_relaxed);
    lent_until_.store(until.count(), std::memory_order_release);
  }
  std::chrono::nanoseconds burst() const { return std::chrono::nanoseconds(burst_); }
  /// No turn that was taken counts any more: a new gate would do the same.
  bool is_idle(std::chrono::nanoseconds now) const {
    return unlimited() || next_.load(std::memory_order_relaxed) <= now.count() - burst_;
  }

  /// Takes one turn, or says when to try again. zero() means taken.
  std::chrono::nanoseconds TryTake(std::chrono::nanoseconds now) {
    int64_t next = next_.load(std::memory_order_relaxed);
    while (true) {
      const int64_t start = next > now.count() - burst_ ? next : now.count() - burst_;
      if (start > now.count()) return std::chrono::nanoseconds(start);
      const int64_t interval = Interval(now);
      if (next_.compare_exchange_weak(next, start + interval, std::memory_order_relaxed)) {
        return std::chrono::nanoseconds::zero();
      }
    }
  }

  /// Counts a turn that is taken in any case: those who come later wait for it.
  void Charge(std::chrono::nanoseconds now) {
    const int64_t floor = now.count() - burst_;
    int64_t next = next_.load(std::memory_order_relaxed);
    const int64_t interval = Interval(now);
    while (!next_.compare_exchange_weak(next, (next > floor ? next : floor) + interval,
                                        std::memory_order_relaxed)) {
    }
  }

 private:
  int64_t IntervalOf(double per_second) const {
    if (per_second <= 0) return 0;
    return static_cast<int64_t>(std::ceil(static_cast<double>(period_) / per_second));
  }
  int64_t Interval(std::chrono::nanoseconds now) const {
    const bool lent = now.count() < lent_until_.load(std::memory_order_acquire);
    return (lent ? lent_interval_ : interval_).load(std::memory_order_relaxed);
  }

  const int64_t period_;
  const int64_t burst_;
  std::atomic<int64_t> interval_;
  std::atomic<int64_t> lent_interval_{0};
  std::atomic<int64_t> lent_until_{0};
  std::atomic<int64_t> next_{0};
};

}  // namespace caascan::pacing
