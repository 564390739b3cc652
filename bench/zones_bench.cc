// The caches of delegations and of parents' answers.
//
//   FindCached      a name among as many as the cache holds
//   FindAbsent      a name that is not there
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/allocations.h"
#include "scanner/zones/name_cache.h"

namespace caascan::zones {
namespace {

constexpr size_t kEntries = 100'000;

std::vector<dns::Name> Names(std::string_view tld) {
  std::vector<dns::Name> names(kEntries);
  for (size_t i = 0; i < kEntries; ++i) {
    (void)dns::Name::FromText("domain-" + std::to_string(i) + "." + std::string(tld), &names[i]);
  }
  return names;
}

void TimeFinding(benchmark::State& state, std::string_view tld, bool there) {
  NameCache<int> cache(kEntries, kEntries * 1024);
  for (const dns::Name& name : Names("example")) cache.Insert(name);
  const std::vector<dns::Name> names = Names(tld);
  if (static_cast<bool>(cache.Find(names.front())) != there) {
    state.SkipWithError("the sample is not what it should be");
    return;
  }
  size_t next = 0;
  const AllocationColumn allocations(&state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(cache.Find(names[next]));
    next = (next + 7919) % kEntries;  // A prime: all of them, far apart.
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_FindCached(benchmark::State& state) { TimeFinding(state, "example", true); }
BENCHMARK(BM_FindCached);

void BM_FindAbsent(benchmark::State& state) { TimeFinding(state, "test", false); }
BENCHMARK(BM_FindAbsent);

}  // namespace
}  // namespace caascan::zones
