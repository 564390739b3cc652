// Tested by beforehand_test.cc, and by tests/e2e/dnssec_test.py and encrypted_resolvers_test.py.
#include "scanner/scan/beforehand.h"

#include <chrono>
#include <utility>

#include "scanner/async/loop.h"

namespace caascan::scan {
namespace {

using NetworkTask = std::function<async::Task<>(net::Network*)>;

/// Asks `stop` ten times a second until it says yes. Loop thread only.
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

async::Task<> RunAndStop(const NetworkTask& task, net::Network* network) {
  co_await task(network);
  network->loop()->Stop();
}

}  // namespace

absl::Status RunBeforehand(const WorkerSetup& setup, const std::function<bool()>& stop,
                           const NetworkTask& task) {
  async::Loop loop;
  if (absl::Status made = loop.status(); !made.ok()) return made;
  net::Network network(&loop, setup.limits, setup.network);
  absl::Status status = network.Open();
  if (status.ok()) {
    bool started = false;
    StopTimer timer(&loop, stop);
    loop.SetTurnHook([&] {
      if (!std::exchange(started, true)) async::Spawn(RunAndStop(task, &network));
      if (timer.stopped() && !network.cancelled()) network.CancelAll();
      network.Flush();
    });
    loop.Wake();
    loop.Run();
    loop.SetTurnHook(nullptr);
    if (timer.stopped()) status = absl::CancelledError("stopped");
    timer.Cancel();
  }
  network.Close();
  loop.Drain();
  return status;
}

}  // namespace caascan::scan
