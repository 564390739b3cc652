// Deadlines by the ten thousand: a hashed timing wheel with a slot a millisecond.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "scanner/async/list.h"

namespace caascan::async {

struct TimerTag {};

/// Something with a deadline. Derive, and override OnTimer. Cancel (or let it fire) before it is
/// destroyed.
class Timer : public ListNode<TimerTag> {
 public:
  bool armed() const { return linked(); }
  void Cancel() { Unlink(); }

 protected:
  ~Timer() = default;
  /// Runs on the wheel's thread, disarmed; may arm this or any timer again, and may destroy this.
  virtual void OnTimer() = 0;

 private:
  // The wheel and the deadlines of its timers are one structure: an armed deadline must not change.
  friend class TimerWheel;
  int64_t deadline_ms_ = 0;
};

/// Time comes in as an argument, in milliseconds from any fixed origin, and never goes back. Arming
/// and cancelling cost O(1); a deadline beyond the wheel's span waits for further rounds. One
/// thread. Timers fire at their millisecond or later, never earlier; within one Advance, slot by
/// slot and in the order in which they were armed.
class TimerWheel {
 public:
  explicit TimerWheel(int64_t now_ms);

  /// Arms anew where already armed. A deadline in the past fires at the next Advance.
  void Arm(Timer* timer, int64_t deadline_ms);
  /// Fires all that is due. Timers armed meanwhile for a time not after `now_ms` fire in the next
  /// call: a timer that arms itself cannot keep the loop from its sockets.
  void Advance(int64_t now_ms);
  /// Milliseconds from `now_ms` until something may be due (0 where it is overdue), or -1 where
  /// nothing is armed within the span and nothing beyond it. May be early by rounds, never late.
  int64_t NextDueIn(int64_t now_ms) const;

 private:
  static constexpr size_t kSlots = 4096;
  using Slot = List<Timer, TimerTag>;

  static size_t SlotOf(int64_t ms) { return static_cast<size_t>(ms) & (kSlots - 1); }

  std::unique_ptr<Slot[]> slots_;
  int64_t last_ms_;  // Everything due up to here has fired.
};

}  // namespace caascan::async
