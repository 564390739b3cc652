// One worker's event loop: libuv, the timing wheel, and the only clock of the hot path.
#pragma once

#include <absl/status/status.h>
#include <uv.h>

#include <chrono>
#include <cstdint>
#include <functional>

#include "scanner/async/timer_wheel.h"

namespace caascan::async {

/// Owned and run by one thread; all else is for that thread, save Wake(). Handles opened on uv()
/// must be closed before the Loop is destroyed; Drain() runs their close callbacks.
class Loop {
 public:
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  /// Unavailable where the system had no descriptors for it. Then only Wake() and Drain(), which do
  /// nothing, and the destructor may be called.
  [[nodiscard]] absl::Status status() const;

  uv_loop_t* uv() { return &loop_; }

  /// Monotonic time, read once a turn and once a batch of datagrams.
  std::chrono::nanoseconds now() const { return now_; }
  int64_t now_ms() const { return now_.count() / 1'000'000; }
  void RefreshNow();

  void Arm(Timer* timer, std::chrono::milliseconds delay);
  /// At a point of now()'s clock, rounded up to a millisecond.
  void ArmAt(Timer* timer, std::chrono::nanoseconds when);

  /// Runs at every turn, before the loop waits for events: send what is queued, start new work.
  void SetTurnHook(std::function<void()> hook) { turn_hook_ = std::move(hook); }

  /// Until Stop(). REQUIRES: status() is OK.
  void Run();
  void Stop() { uv_stop(&loop_); }
  /// Any thread: makes the loop take a turn soon.
  void Wake();
  /// Closes the loop's own handles and runs until every handle is closed.
  void Drain();

 private:
  static void OnWheelTimer(uv_timer_t* handle);
  static void OnCheck(uv_check_t* handle);
  static void OnPrepare(uv_prepare_t* handle);
  void AdvanceWheel();
  void ScheduleWheel(int64_t due_in_ms);

  uv_loop_t loop_;
  uv_timer_t wheel_timer_;
  uv_idle_t overdue_;  // Running where the wheel's time has come: the loop must not wait.
  uv_check_t check_;
  uv_prepare_t prepare_;
  uv_async_t wake_;
  std::chrono::nanoseconds now_;
  TimerWheel wheel_;
  int64_t scheduled_ms_ = -1;  // When wheel_timer_ fires; -1 where it is stopped.
  bool drained_ = false;
  int error_ = 0;  // libuv's, of the making. Const after construction.
  std::function<void()> turn_hook_;
};

}  // namespace caascan::async
