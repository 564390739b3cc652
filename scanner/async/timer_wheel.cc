// A slot holds the timers of its millisecond modulo the wheel's size; one whose deadline lies
// rounds ahead is passed over when its slot comes by. Invariant: a timer armed for d is in
// SlotOf(max(d, last_ms_ + 1)). Tested by timer_wheel_test.cc.
#include "scanner/async/timer_wheel.h"

#include <algorithm>

namespace caascan::async {

TimerWheel::TimerWheel(int64_t now_ms)
    : slots_(std::make_unique<Slot[]>(kSlots)), last_ms_(now_ms) {}

void TimerWheel::Arm(Timer* timer, int64_t deadline_ms) {
  timer->Cancel();
  timer->deadline_ms_ = std::max(deadline_ms, last_ms_ + 1);
  slots_[SlotOf(timer->deadline_ms_)].PushBack(timer);
}

void TimerWheel::Advance(int64_t now_ms) {
  if (now_ms <= last_ms_) return;
  Slot due;
  const int64_t first = std::max(last_ms_ + 1, now_ms - static_cast<int64_t>(kSlots) + 1);
  for (int64_t ms = first; ms <= now_ms; ++ms) {
    Slot& slot = slots_[SlotOf(ms)];
    if (slot.empty()) continue;
    Slot later;
    while (Timer* timer = slot.PopFront()) {
      (timer->deadline_ms_ <= now_ms ? due : later).PushBack(timer);
    }
    slot.TakeAll(&later);
  }
  // Only now does time move on: what the fired timers arm lands behind it.
  last_ms_ = now_ms;
  while (Timer* timer = due.PopFront()) timer->OnTimer();
}

int64_t TimerWheel::NextDueIn(int64_t now_ms) const {
  for (size_t i = 1; i <= kSlots; ++i) {
    const int64_t ms = last_ms_ + static_cast<int64_t>(i);
    if (!slots_[SlotOf(ms)].empty()) return std::max<int64_t>(0, ms - now_ms);
  }
  return -1;
}

}  // namespace caascan::async
