// What validation costs: the prices of dnssec::Work are these numbers, in microseconds, rounded up.
//
//   Verify/N        one signature over a CAA record by algorithm N, its key decoded before
//   Remembered      the same check again: canonical form and a SHA-256 instead of the curve
//   Nsec3Hash/N     one name's hash with N iterations
//   Nsec3Denial     a whole NXDOMAIN proof: three hashes, three signatures, nothing remembered
//   WorstName       all that a name may cost: keys that collide and signatures that are all wrong,
//                   until its work is spent (must stay below 20 ms)
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "scanner/dnssec/denial.h"
#include "scanner/dnssec/nsec3.h"
#include "scanner/dnssec/signature.h"
#include "scanner/dnssec/signature_memo.h"
#include "tests/dnssec/signed_message.h"

namespace caascan::dnssec {
namespace {

using dns::RRType;
using dns::Section;

constexpr uint32_t kWorkPerName = 12'000;  // As scanner/zones/validator.h has it.
const std::vector<std::string> kCaa = {"example. CAA 0 issue \"ca\""};

void Require(bool condition) {
  if (!condition) std::abort();
}

Rrset CaaOf(SignedMessage* message) {
  return FindRrset(message->message(), Section::kAnswer, NameOf("example"), RRType::kCAA);
}

void BM_Verify(benchmark::State& state) {
  const TestKey& key = TestKey::Of(static_cast<uint8_t>(state.range(0)));
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, kCaa, {.key = &key});
  KeySet keys = KeysOf({key.Dnskey()});
  const Rrset set = CaaOf(&message);
  const dns::Name zone = NameOf("example");
  for (auto _ : state) {
    Work work;
    Require(VerifyRrset(set, zone, &keys, {kNow, &work, nullptr}).verdict.is_secure());
  }
  state.counters["price_us"] = keys.keys()[0].price();
}
BENCHMARK(BM_Verify)->Arg(5)->Arg(8)->Arg(10)->Arg(13)->Arg(14)->Arg(15)->Arg(16);

void BM_Remembered(benchmark::State& state) {
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, kCaa);
  KeySet keys = KeysOf({TestKey::Of(13).Dnskey()});
  const Rrset set = CaaOf(&message);
  const dns::Name zone = NameOf("example");
  SignatureMemo memo;
  for (auto _ : state) {
    Work work;
    Require(VerifyRrset(set, zone, &keys, {kNow, &work, &memo}).verdict.is_secure());
  }
}
BENCHMARK(BM_Remembered);

void BM_Nsec3Hash(benchmark::State& state) {
  const dns::Name name = NameOf("www.example.com");
  const auto iterations = static_cast<unsigned>(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(HashForNsec3(name, Octets("\xaa\xbb"), iterations));
  }
}
BENCHMARK(BM_Nsec3Hash)->Arg(0)->Arg(10)->Arg(150);

void BM_Nsec3Denial(benchmark::State& state) {
  SignedMessage message("m.example.");
  const auto add = [&message](const std::string& owner, int from, int to, const char* types) {
    message.Signed(Section::kAuthority,
                   {HashLabel(owner, "", 0, from) + ".example. NSEC3 1 0 0 - " +
                    HashLabel(owner, "", 0, to) + " " + types});
  };
  add("example.", 0, 1, "NS SOA");
  add("m.example.", -1, 1, "A");
  add("*.example.", -1, 1, "A");
  KeySet keys = KeysOf({TestKey::Of(13).Dnskey()});
  const dns::Name zone = NameOf("example");
  const dns::Name name = NameOf("m.example");
  const dns::Message& parsed = message.message();
  for (auto _ : state) {
    Work work;
    Denial denial(parsed, zone, &keys, {kNow, &work, nullptr});
    Require(denial.ProveEmpty(name, RRType::kCAA, true).is_secure());
  }
}
BENCHMARK(BM_Nsec3Denial);

void BM_WorstName(benchmark::State& state) {
  const auto algorithm = static_cast<uint8_t>(state.range(0));
  SignedMessage message("example.");
  for (uint32_t i = 0; i < 60; ++i) {
    message.Signed(Section::kAnswer, kCaa,
                   {.key = &TestKey::Of(algorithm), .inception = kNow - kDay - i, .spoilt = true});
  }
  KeySet keys = KeysOf({TestKey::Of(algorithm).Dnskey()});
  const Rrset set = CaaOf(&message);
  const dns::Name zone = NameOf("example");
  uint32_t checks = 0;
  for (auto _ : state) {
    Work work;
    work.limit = kWorkPerName;
    // As many answers as it takes.
    while (!VerifyRrset(set, zone, &keys, {kNow, &work, nullptr}).verdict.gave_up) {
    }
    checks = work.signature_checks();
  }
  state.counters["checks"] = checks;
}
BENCHMARK(BM_WorstName)->Arg(8)->Arg(13)->Arg(14)->Arg(15)->Arg(16)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace caascan::dnssec
