// The wheel is driven by a single uv timer that is moved only when something earlier comes up, so
// arming a deadline (every query does) touches no libuv structure in the common case.
//
// Deadlines pass only after the sockets were read: libuv runs its timers first, and where the
// machine had no time for us the answers lie there already. So the uv timer merely notes that it
// is time, the idle handle keeps the poll from waiting, and the check after it advances the wheel.
// Tested by network_test.cc.
#include "scanner/async/loop.h"

#include <cassert>
#include <string>

#include "scanner/async/uv_call.h"

namespace caascan::async {
namespace {

std::chrono::nanoseconds MonotonicNow() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace

Loop::Loop() : now_(MonotonicNow()), wheel_(now_.count() / 1'000'000) {
  error_ = uv_loop_init(&loop_);
  if (error_ != 0) return;
  error_ = uv_async_init(&loop_, &wake_, [](uv_async_t*) {});
  if (error_ != 0) {
    MustSucceed(uv_loop_close(&loop_));
    return;
  }
  MustSucceed(uv_timer_init(&loop_, &wheel_timer_));
  MustSucceed(uv_idle_init(&loop_, &overdue_));
  MustSucceed(uv_check_init(&loop_, &check_));
  MustSucceed(uv_prepare_init(&loop_, &prepare_));
  wheel_timer_.data = check_.data = prepare_.data = this;
  MustSucceed(uv_prepare_start(&prepare_, OnPrepare));
  MustSucceed(uv_check_start(&check_, OnCheck));
}

Loop::~Loop() {
  if (error_ != 0) return;
  if (!drained_) Drain();
  MustSucceed(uv_loop_close(&loop_));
}

absl::Status Loop::status() const {
  if (error_ == 0) return absl::OkStatus();
  return absl::UnavailableError(std::string("cannot make an event loop: ") + uv_strerror(error_));
}

void Loop::Wake() {
  if (error_ == 0) MustSucceed(uv_async_send(&wake_));
}

void Loop::RefreshNow() { now_ = MonotonicNow(); }

void Loop::Arm(Timer* timer, std::chrono::milliseconds delay) { ArmAt(timer, now_ + delay); }

void Loop::ArmAt(Timer* timer, std::chrono::nanoseconds when) {
  const int64_t deadline_ms = (when.count() + 999'999) / 1'000'000;
  wheel_.Arm(timer, deadline_ms);
  if (scheduled_ms_ < 0 || deadline_ms < scheduled_ms_) ScheduleWheel(deadline_ms - now_ms());
}

void Loop::ScheduleWheel(int64_t due_in_ms) {
  if (due_in_ms < 0) due_in_ms = 0;
  scheduled_ms_ = now_ms() + due_in_ms;
  // The uv timer counts from the loop's own cached time, which may be older than ours: late by the
  // difference at most.
  MustSucceed(uv_timer_start(&wheel_timer_, OnWheelTimer, static_cast<uint64_t>(due_in_ms), 0));
}

void Loop::OnWheelTimer(uv_timer_t* handle) {
  MustSucceed(uv_idle_start(&static_cast<Loop*>(handle->data)->overdue_, [](uv_idle_t*) {}));
}

void Loop::OnCheck(uv_check_t* handle) {
  Loop* loop = static_cast<Loop*>(handle->data);
  if (uv_is_active(reinterpret_cast<uv_handle_t*>(&loop->overdue_)) == 0) return;
  MustSucceed(uv_idle_stop(&loop->overdue_));
  loop->AdvanceWheel();
}

void Loop::AdvanceWheel() {
  RefreshNow();
  scheduled_ms_ = -1;
  wheel_.Advance(now_ms());
  const int64_t due_in_ms = wheel_.NextDueIn(now_ms());
  if (due_in_ms >= 0 && (scheduled_ms_ < 0 || now_ms() + due_in_ms < scheduled_ms_)) {
    ScheduleWheel(due_in_ms > 0 ? due_in_ms : 1);
  }
}

void Loop::OnPrepare(uv_prepare_t* handle) {
  Loop* loop = static_cast<Loop*>(handle->data);
  loop->RefreshNow();
  if (loop->turn_hook_) loop->turn_hook_();
}

void Loop::Run() {
  assert(error_ == 0 && "status() is OK");
  (void)uv_run(&loop_, UV_RUN_DEFAULT);  // Not 0 after Stop(): handles are left.
}

void Loop::Drain() {
  if (error_ != 0) return;
  turn_hook_ = nullptr;
  for (uv_handle_t* handle :
       {reinterpret_cast<uv_handle_t*>(&wheel_timer_), reinterpret_cast<uv_handle_t*>(&overdue_),
        reinterpret_cast<uv_handle_t*>(&check_), reinterpret_cast<uv_handle_t*>(&prepare_),
        reinterpret_cast<uv_handle_t*>(&wake_)}) {
    if (!uv_is_closing(handle)) uv_close(handle, nullptr);
  }
  MustSucceed(uv_run(&loop_, UV_RUN_DEFAULT));
  drained_ = true;
}

}  // namespace caascan::async
