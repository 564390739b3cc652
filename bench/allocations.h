// Heap allocations per operation, as a column beside the times.
#pragma once

#include <benchmark/benchmark.h>

#include "tests/caa/counting_new.h"

namespace caascan {

/// Made just before the timed loop; from there to its end it counts calls of operator new, the two
/// that the loop itself makes at its start among them.
class AllocationColumn {
 public:
  explicit AllocationColumn(benchmark::State* state) : state_(state), before_(AllocationCount()) {}
  AllocationColumn(const AllocationColumn&) = delete;
  AllocationColumn& operator=(const AllocationColumn&) = delete;
  ~AllocationColumn() {
    const auto made = static_cast<double>(AllocationCount() - before_);
    state_->counters["allocs"] = benchmark::Counter(made, benchmark::Counter::kAvgIterations);
  }

 private:
  benchmark::State* const state_;
  const size_t before_;
};

}  // namespace caascan
