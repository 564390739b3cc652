// Messages and names.
//
//   WriteQuery          a CAA query for a name of three labels, EDNS and random letter case
//   PeekQuestion        what is done to every datagram before it is believed
//   ParseNegative       the usual answer: NODATA with a compressed SOA and OPT
//   HashName            the key of every cache
#include <array>
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/allocations.h"
#include "scanner/dns/message.h"
#include "scanner/dns/query.h"

namespace caascan::dns {
namespace {

Name SampleName() {
  Name name;
  if (Name::FromText("www.example.com", &name) != NameError::kNone) std::abort();
  return name;
}

std::vector<uint8_t> SampleQuery() {
  const Name name = SampleName();
  QuerySpec spec;
  spec.name = name;
  std::array<uint8_t, kMaxQuerySize> out;
  const size_t size = WriteQuery(spec, 0x1234, 0, out);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

/// The query turned into NODATA: QR and AA set, one SOA whose owner is a pointer to "example.com".
std::vector<uint8_t> SampleNegative() {
  std::vector<uint8_t> message = SampleQuery();
  constexpr size_t kOptSize = 11;
  const std::vector<uint8_t> opt(message.end() - kOptSize, message.end());
  message.resize(message.size() - kOptSize);
  message[2] |= 0x84;
  message[9] = 1;
  const std::vector<uint8_t> soa = {0xc0, 0x10, 0,    6,    0, 1, 0,    0,    1, 0x2c, 0,   24,
                                    0xc0, 0x10, 0xc0, 0x10, 0, 0, 0,    1,    0, 0,    0xe, 0x10,
                                    0,    0,    2,    0x58, 0, 1, 0x51, 0x80, 0, 0,    1,   0x2c};
  message.insert(message.end(), soa.begin(), soa.end());
  message.insert(message.end(), opt.begin(), opt.end());
  return message;
}

void BM_WriteQuery(benchmark::State& state) {
  const Name name = SampleName();
  QuerySpec spec;
  spec.name = name;
  std::array<uint8_t, kMaxQuerySize> out;
  uint16_t id = 0;
  const AllocationColumn allocations(&state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(WriteQuery(spec, ++id, 0x5555555555555555, out));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_WriteQuery);

void BM_PeekQuestion(benchmark::State& state) {
  const std::vector<uint8_t> message = SampleNegative();
  if (!PeekQuestion(message)) {
    state.SkipWithError("the sample has no question");
    return;
  }
  const AllocationColumn allocations(&state);
  for (auto _ : state) benchmark::DoNotOptimize(PeekQuestion(message));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_PeekQuestion);

void BM_ParseNegative(benchmark::State& state) {
  const std::vector<uint8_t> bytes = SampleNegative();
  Message message;
  if (Message::Parse(bytes, &message).error != ParseError::kNone || !message.edns() ||
      message.count(Section::kAuthority) != 1) {
    state.SkipWithError("the sample is not what it should be");
    return;
  }
  const AllocationColumn allocations(&state);
  for (auto _ : state) benchmark::DoNotOptimize(Message::Parse(bytes, &message));
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
}
BENCHMARK(BM_ParseNegative);

void BM_HashName(benchmark::State& state) {
  const Name name = SampleName();
  const AllocationColumn allocations(&state);
  for (auto _ : state) benchmark::DoNotOptimize(HashName(name));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_HashName);

}  // namespace
}  // namespace caascan::dns
