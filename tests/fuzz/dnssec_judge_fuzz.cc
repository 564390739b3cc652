// Any bytes as a response, judged by the keys and at the time of the lab that signed the corpus, as
// everything that it might be said to be. Whatever was changed in them, nobody can make a signed
// zone say what it does not: no CAA set but those that it has, no denial of one that is there, no
// signed delegation turned insecure; and the work stays within its limit.
#include <absl/strings/escaping.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "scanner/dnssec/judge.h"
#include "scanner/dnssec/signature_memo.h"
#include "tests/fuzz/lab_keys.h"

namespace caascan::dnssec {
namespace {

using dns::NameView;
using dns::RRType;

constexpr uint32_t kWorkLimit = 4'000;
// Judgements of the corpus that are not bogus; all would be, were it not signed by these keys.
constexpr int kTelling = 50;
int good_judgements = 0;

void Require(bool holds, const char* what) {
  if (holds) return;
  (void)std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

std::string FromHex(std::string_view digits) {
  return absl::HexStringToBytes(absl::string_view(digits.data(), digits.size()));
}

std::span<const uint8_t> Octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// A signed zone of datasets/lab/dnssec.json.
struct LabZone {
  LabZone(std::string_view name, std::string_view dnskey, bool with_records)
      : has_records(with_records) {
    Require(dns::Name::FromText(name, &apex) == dns::NameError::kNone, "a zone of the lab");
    const std::string rdata = FromHex(dnskey);
    keys.Add(Octets(rdata));
    ds.AddKey(apex, Octets(rdata));
  }

  dns::Name Below(std::string_view relative) const {
    dns::Name out;
    const std::string text = std::string(relative) + "." + apex.view().ToText();
    Require(dns::Name::FromText(text, &out) == dns::NameError::kNone, "a name of the lab");
    return out;
  }

  dns::Name apex;
  KeySet keys;
  DsSet ds;
  bool has_records;  // Those that Truth knows.
};

constexpr size_t kTest = 4;
constexpr size_t kOrg = 5;

std::array<LabZone, 7>& Zones() {
  static std::array<LabZone, 7> zones = {{{"rsa-nsec.test", kLabRsaDnskey, true},
                                          {"ecdsa-nsec3.test", kLabEcdsaDnskey, true},
                                          {"ed25519-nsec3.test", kLabEd25519Dnskey, true},
                                          {"ecdsa-minimal.test", kLabEcdsaDnskey, true},
                                          {"test", kLabEcdsaDnskey, false},
                                          {"org", kLabEcdsaDnskey, false},
                                          {".", kLabRsaDnskey, false}}};
  return zones;
}

/// The deepest zone at or above the name.
LabZone& ZoneOf(NameView name) {
  for (LabZone& zone : Zones()) {
    if (name.IsAtOrBelow(zone.apex)) return zone;
  }
  return Zones().back();
}

/// What a zone with records says of CAA at a name: the issuer, "" where there is no such set, and
/// "alias" where an alias stands in its place.
std::string_view Truth(NameView name, const LabZone& zone) {
  if (name == zone.apex) return "letsencrypt.org";
  if (name == zone.Below("mail") || name == zone.Below("x.e")) return "ca.example";
  if (name.IsBelow(zone.Below("wild"))) return "ca.example";
  return name == zone.Below("alias") || name.IsBelow(zone.Below("d")) ? "alias" : "";
}

void CheckAnswer(const dns::Message& message, const Question& question, const LabZone& zone) {
  if (!zone.has_records || question.type != RRType::kCAA) return;
  const std::string_view truth = Truth(question.end, zone);
  if (question.claim == Claim::kNoData || question.claim == Claim::kNxDomain) {
    Require(truth.empty(), "nobody denies what is there");
  } else if (question.claim == Claim::kAnswer) {
    const Rrset set = FindRrset(message, dns::Section::kAnswer, question.end, RRType::kCAA);
    Require(set.records.size() == 1, "one CAA record each");
    const dns::CaaRdata caa = dns::ReadCaa(set.records[0].rdata);
    Require(caa.flags == 0 && caa.tag == "issue" && caa.value == truth, "the zone's own CAA set");
  }
}

void CheckDelegation(const DelegationJudgement& judged, NameView cut) {
  using Kind = DelegationJudgement::Kind;
  if (judged.kind == Kind::kBogus) return;
  for (const LabZone& zone : Zones()) {
    if (zone.apex.view() != cut) continue;
    Require(judged.kind == Kind::kSigned && judged.ds.IsUsable(), "a signed zone stays so");
  }
  const LabZone& test = Zones()[kTest];
  const bool insecure = cut == test.Below("unsigned") || cut == test.Below("island");
  if (insecure) Require(judged.kind == Kind::kInsecure, "a zone without DS has none");
}

class Trial {
 public:
  explicit Trial(const dns::Message& message)
      : message_(message), name_(message.question_name().ToName()) {}

  void Run() {
    const RRType type = message_.question_type();
    if (type == RRType::kDNSKEY) JudgeTheKeys();
    if (!name_.view().is_root()) JudgeTheDelegation(name_);
    for (const dns::RecordView& record : message_.records(dns::Section::kAuthority)) {
      const dns::Name cut = record.owner.ToName();
      if (record.type == RRType::kNS && !cut.view().is_root()) JudgeTheDelegation(cut);
    }
    const LabZone& zone = ZoneOf(name_);
    JudgeTheAnswer(zone.apex, {name_, type, name_, Claim::kAnswer});
    const dns::Name end = EndOfAliases();
    if (end.view() != name_) JudgeTheAnswer(zone.apex, {name_, type, end, Claim::kAnswer});
  }

 private:
  static constexpr int kMaxAliases = 4;

  Means MeansOf(Work* work) {
    static SignatureMemo memo;
    work->limit = kWorkLimit;
    return {kLabNow, work, &memo};
  }

  dns::Name EndOfAliases() const {
    dns::Name end = name_;
    for (int hops = 0; hops < kMaxAliases; ++hops) {
      const Rrset alias = FindRrset(message_, dns::Section::kAnswer, end, RRType::kCNAME);
      if (alias.empty()) break;
      end = alias.records[0].NameRdata().ToName();
    }
    return end;
  }

  void JudgeTheKeys() {
    LabZone& zone = ZoneOf(name_);
    Work work;
    VerifiedKeys verified = JudgeKeys(message_, name_, zone.ds, MeansOf(&work));
    Require(work.spent <= kWorkLimit, "no more work than allowed");
    if (!verified.verdict.is_secure()) return;
    Require(zone.apex.view() == name_ && verified.keys.keys().size() == 1, "the zone's one key");
  }

  void JudgeTheDelegation(NameView cut) {
    LabZone& zone = ZoneOf(cut.parent());
    const KnownZone known[] = {{zone.apex, Security::kSecure, &zone.keys}};
    Work work;
    CheckDelegation(JudgeDelegation(message_, cut, known, MeansOf(&work)), cut);
    Require(work.spent <= kWorkLimit, "no more work than allowed");
  }

  void JudgeTheAnswer(NameView apex, Question question) {
    LabZone& zone = ZoneOf(apex);
    const KnownZone known[] = {{apex, Security::kSecure, &zone.keys}};
    for (const Claim claim : {Claim::kAnswer, Claim::kAlias, Claim::kNoData, Claim::kNxDomain}) {
      question.claim = claim;
      Work work;
      const Judgement judgement = JudgeAnswer(message_, question, known, MeansOf(&work));
      Require(work.spent <= kWorkLimit, "no more work than allowed");
      if (judgement.verdict.is_bogus()) continue;
      ++good_judgements;
      const bool opt_out = &zone == &Zones()[kOrg];
      Require(opt_out || judgement.verdict.is_secure(), "a signed zone's answers are not insecure");
      if (question.end.IsAtOrBelow(apex)) CheckAnswer(message_, question, zone);
    }
  }

  const dns::Message& message_;
  const dns::Name name_;
};

}  // namespace
}  // namespace caascan::dnssec

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  caascan::dns::Message message;
  const auto failure = caascan::dns::Message::Parse({data, size}, &message);
  if (failure.error != caascan::dns::ParseError::kNone || !message.has_question()) return 0;
  caascan::dnssec::Trial(message).Run();
  return 0;
}

extern "C" bool CorpusIsTelling() {
  return caascan::dnssec::good_judgements >= caascan::dnssec::kTelling;
}
