// A store of denials as its tests fill it, and what the judge says of the same records.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "scanner/dnssec/denial_store.h"
#include "scanner/dnssec/judge.h"
#include "tests/dnssec/denial_rows.h"

namespace caascan::dnssec {

inline constexpr std::chrono::nanoseconds kStart = std::chrono::seconds(1000);
inline constexpr char kSoa[] = "example. 3600 SOA ns.example. host.example. 1 2 3 4 900";

inline std::string TextOf(CutProof proof) {
  switch (proof) {
    case CutProof::kInsecure:
      return "insecure";
    case CutProof::kNoCut:
      return "no cut";
    case CutProof::kUnproven:
      break;
  }
  return "none";
}

/// A record of its own, which a Signing signs.
struct SignedLine {
  std::string text;
  Signing signing;
};

/// A store that has records of `example.`, and the keys of that zone.
class Stored {
 public:
  explicit Stored(size_t octets = 1 << 20) : store_(octets, 150) {}

  /// As a server's reply brings them.
  void Add(const std::vector<SignedLine>& lines, const std::string& soa = kSoa,
           dns::RCode rcode = dns::RCode::kNXDomain) {
    SignedMessage message("x.example.", dns::RRType::kDS, rcode);
    if (!soa.empty()) message.Signed(dns::Section::kAuthority, {soa});
    for (const SignedLine& line : lines) {
      message.Signed(dns::Section::kAuthority, {Expand(line.text)}, line.signing);
    }
    Work work;
    store_.Add(message.message(), zone_, &keys_, MeansWith(&work), kStart);
    checks_ += work.signature_checks();
  }
  void Add(const std::string& line) { Add({{line, {}}}); }

  /// As a zone file has them. Each `from_the_end`: its signature comes first.
  bool AddFile(const std::vector<SignedLine>& lines, bool from_the_end = false, int times = 1) {
    bool has_room = true;
    for (const SignedLine& line : lines) {
      SignedMessage message("x.example.");
      message.Signed(dns::Section::kAuthority, {Expand(line.text)}, line.signing);
      std::vector<dns::RecordView> records;
      for (const auto& record : message.message().records(dns::Section::kAuthority)) {
        records.push_back(record);
      }
      if (from_the_end) std::reverse(records.begin(), records.end());
      for (int time = 0; time < times; ++time) {
        for (const dns::RecordView& record : records) {
          has_room &= store_.AddUnchecked(zone_, record.owner.ToName(), record.type, record.rdata);
        }
      }
    }
    return has_room;
  }

  std::string Ask(const std::string& name, std::chrono::nanoseconds now = kStart) {
    work_ = Work();
    work_.limit = limit_;
    const auto proof = store_.ProveNoDs(zone_, NameOf(name), &keys_, MeansWith(&work_), now);
    ttl_s_ = proof ? proof->ttl_s : 0;
    return TextOf(proof ? proof->proof : CutProof::kUnproven);
  }

  void SetKeys(const std::vector<std::string>& keys) { keys_ = KeysOf(keys); }
  void SetWallClock(uint32_t now_s) { now_s_ = now_s; }
  void SetLimit(uint32_t limit) { limit_ = limit; }
  size_t octets() const { return store_.octets(); }
  const Work& work() const { return work_; }
  uint32_t ttl_s() const { return ttl_s_; }
  /// By Add(), in all.
  uint32_t checks() const { return checks_; }

 private:
  Means MeansWith(Work* work) { return {now_s_, work, nullptr, {}}; }

  DenialStore store_;
  const dns::Name zone_ = NameOf("example.");
  KeySet keys_ = KeysOf({TestKey::Of(13).Dnskey()});
  uint32_t now_s_ = kNow;
  uint32_t limit_ = Work::kUnlimited;
  Work work_;
  uint32_t ttl_s_ = 0;
  uint32_t checks_ = 0;
};

/// Mostly a good one.
inline Signing AnySigning(std::mt19937* random) {
  Signing signing;
  switch ((*random)() % 30) {
    case 0:
      signing.spoilt = true;
      break;
    case 1:
      signing.expiration = kNow - 1;
      break;
    case 2:  // Not yet valid, within the tolerance.
      signing.inception = kNow + 600;
      break;
    case 3:
      signing.inception = kNow + 600;
      signing.expiration = kNow + 1200;
      break;
    case 4:
      signing.key = &TestKey::Of(13, 7);
      break;
    case 5:
      signing.signer = "a.example.";
      break;
    case 6:
      signing.signed_owner = "*.example.";
      break;
    case 7:  // It ends soon: a finding of the parent's own, which the child does not get.
      signing.inception = kNow - 100 * kDay;
      break;
    default:
      break;
  }
  return signing;
}

/// What the judge says of a reply with all of them, but those that the store does not keep because
/// they are not valid yet.
inline std::string Judged(const std::vector<SignedLine>& lines, const std::string& asked) {
  SignedMessage message(asked, dns::RRType::kDS);
  message.Signed(dns::Section::kAuthority, {kSoa});
  for (const SignedLine& line : lines) {
    if (line.signing.inception > kNow) continue;
    message.Signed(dns::Section::kAuthority, {line.text}, line.signing);
  }
  KeySet keys = KeysOf({TestKey::Of(13).Dnskey()});
  Work work;
  const dns::Name apex = NameOf("example.");
  const KnownZone zones[] = {{apex, Security::kSecure, &keys}};
  crypto::Policy policy;
  policy.expiring_s = 7 * kDay;
  const DelegationJudgement judged =
      JudgeDelegation(message.message(), NameOf(asked), zones, {kNow, &work, nullptr, policy});
  switch (judged.kind) {
    case DelegationJudgement::Kind::kInsecure:
      return "insecure";
    case DelegationJudgement::Kind::kNoCut:
      return "no cut";
    default:
      return "none";
  }
}

}  // namespace caascan::dnssec
