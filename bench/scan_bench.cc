// From a typed line to a written record.
//
//   ParseTypedName      an ASCII name as lists hold it
//   ShardKey            the registrable domain and its hash, once a name
//   Fingerprint         of a line, for --resume
//   AppendRecord/0      the usual record: permit, no_caa
//   AppendRecord/1      one with a CAA set
#include <string>

#include <benchmark/benchmark.h>

#include "bench/allocations.h"
#include "caascan/record.h"
#include "scanner/input/idna.h"
#include "scanner/plan/shard_key.h"
#include "scanner/scan/fingerprint.h"

namespace caascan::scan {
namespace {

void BM_ParseTypedName(benchmark::State& state) {
  if (!input::ParseTypedName("www.example.co.uk").ok()) {
    state.SkipWithError("the sample is a name");
    return;
  }
  const AllocationColumn allocations(&state);
  for (auto _ : state) benchmark::DoNotOptimize(input::ParseTypedName("www.example.co.uk"));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ParseTypedName);

void BM_ShardKey(benchmark::State& state) {
  const dns::Name name = input::ParseTypedName("www.example.co.uk").name;
  const AllocationColumn allocations(&state);
  for (auto _ : state) benchmark::DoNotOptimize(plan::ShardKey(name));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ShardKey);

void BM_Fingerprint(benchmark::State& state) {
  auto secret = Fingerprinter::Create(1, 2);
  if (!secret.ok()) {
    state.SkipWithError("OpenSSL lacks SipHash");
    return;
  }
  const AllocationColumn allocations(&state);
  for (auto _ : state)
    benchmark::DoNotOptimize(secret->Of("www.example.co.uk", "", Purpose::kTls, "", ""));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Fingerprint);

Record Sample(bool with_caa) {
  Record record;
  record.name = "www.example.com";
  record.zone = "example.com";
  record.reason = with_caa ? Reason::kIssuerAuthorized : Reason::kNoCaa;
  record.may_issue = true;
  if (with_caa) record.caa = CaaRrset{"example.com", 300, {{0, "issue", "letsencrypt.org"}}};
  record.queries = 2;
  record.elapsed = std::chrono::microseconds(31700);
  record.time = std::chrono::system_clock::from_time_t(1'800'000'000);
  return record;
}

void BM_AppendRecord(benchmark::State& state) {
  const Record record = Sample(state.range(0) != 0);
  std::string out;
  AppendRecord(record, &out);
  const size_t size = out.size();
  if (size == 0 || out.back() != '\n') {
    state.SkipWithError("a record is a line");
    return;
  }
  const AllocationColumn allocations(&state);
  for (auto _ : state) {
    out.clear();
    AppendRecord(record, &out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(size));
}
BENCHMARK(BM_AppendRecord)->Arg(0)->Arg(1);

}  // namespace
}  // namespace caascan::scan
