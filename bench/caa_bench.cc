// The decision.
//
//   DecideOne       the usual set: one issue property
//   DecideMany      a long set whose last record authorizes, parameters included
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/allocations.h"
#include "caascan/caa.h"

namespace caascan {
namespace {

IssuanceRequest Request() {
  IssuanceRequest request;
  request.issuer_domains = {"letsencrypt.org"};
  return request;
}

void Time(benchmark::State& state, const std::vector<CaaRecord>& rrset) {
  const IssuanceRequest request = Request();
  if (!Decide(rrset, request).permit) {
    state.SkipWithError("the set should permit");
    return;
  }
  const AllocationColumn allocations(&state);
  for (auto _ : state) benchmark::DoNotOptimize(Decide(rrset, request));
  state.SetItemsProcessed(state.iterations());
}

void BM_DecideOne(benchmark::State& state) { Time(state, {{0, "issue", "letsencrypt.org"}}); }
BENCHMARK(BM_DecideOne);

void BM_DecideMany(benchmark::State& state) {
  std::vector<CaaRecord> rrset(static_cast<size_t>(state.range(0)),
                               {0, "issue", "ca.example; account=12345"});
  rrset.push_back({0, "issue", "letsencrypt.org; validationmethods=dns-01,http-01"});
  Time(state, rrset);
}
BENCHMARK(BM_DecideMany)->Arg(10)->Arg(1000);

}  // namespace
}  // namespace caascan
