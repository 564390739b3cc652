// What waiting costs besides system calls.
//
//   AwaitTask       a coroutine called and awaited by another: frame, switch there, switch back
//   ArmCancel       a query's deadline that never fires
#include <cstdint>

#include <benchmark/benchmark.h>

#include "bench/allocations.h"
#include "scanner/async/task.h"
#include "scanner/async/timer_wheel.h"

namespace caascan::async {
namespace {

Task<int64_t> One() { co_return 1; }

Task<void> Sum(benchmark::State* state, int64_t* sum) {
  const AllocationColumn allocations(state);
  for (auto _ : *state) {
    const int64_t one = co_await One();
    *sum += one;
  }
}

void BM_AwaitTask(benchmark::State& state) {
  int64_t sum = 0;
  Spawn(Sum(&state, &sum));
  if (sum != static_cast<int64_t>(state.iterations())) state.SkipWithError("a task was lost");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_AwaitTask);

class CountingTimer : public Timer {
 public:
  int fired = 0;

 private:
  void OnTimer() override { ++fired; }
};

void BM_ArmCancel(benchmark::State& state) {
  TimerWheel wheel(0);
  CountingTimer timer;
  int64_t now_ms = 0;
  const AllocationColumn allocations(&state);
  for (auto _ : state) {
    wheel.Arm(&timer, ++now_ms + 2000);
    timer.Cancel();
  }
  wheel.Advance(now_ms + 10000);
  if (timer.fired != 0) state.SkipWithError("a cancelled timer fired");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ArmCancel);

}  // namespace
}  // namespace caascan::async
