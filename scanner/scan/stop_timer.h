// For loops that run before there are workers: is the scan to stop?
#pragma once

#include <chrono>
#include <functional>

#include "scanner/async/loop.h"

namespace caascan::scan {

/// Asks `stop` ten times a second until it says yes. Loop thread only; cancelled before the loop
/// ends, which both outlive it.
class StopTimer : public async::Timer {
 public:
  StopTimer(async::Loop* loop, const std::function<bool()>& stop) : loop_(loop), stop_(stop) {
    loop_->Arm(this, kEvery);
  }
  bool stopped() const { return stopped_; }

 private:
  static constexpr std::chrono::milliseconds kEvery{100};

  void OnTimer() override {
    stopped_ = stop_();
    if (!stopped_) loop_->Arm(this, kEvery);
  }

  async::Loop* const loop_;
  const std::function<bool()>& stop_;
  bool stopped_ = false;
};

}  // namespace caascan::scan
