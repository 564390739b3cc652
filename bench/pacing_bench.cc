// What a limit costs.
//
//   RateGate        one turn under a rate limit
#include <chrono>
#include <cstdint>

#include <benchmark/benchmark.h>

#include "bench/allocations.h"
#include "scanner/pacing/limits.h"

namespace caascan::pacing {
namespace {

void BM_RateGate(benchmark::State& state) {
  constexpr uint32_t kRate = 1'000'000;
  RateGate gate(kRate, std::chrono::nanoseconds::zero());
  std::chrono::nanoseconds now = std::chrono::seconds(1);
  const AllocationColumn allocations(&state);
  for (auto _ : state) {
    now += std::chrono::microseconds(1);
    if (gate.TryTake(now) != std::chrono::nanoseconds::zero()) {
      state.SkipWithError("the gate refused a turn that was due");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RateGate);

}  // namespace
}  // namespace caascan::pacing
