// The chain of trust is walked from the root down: the first break decides, and nothing below an
// insecure delegation counts. In an answer the record set comes first, then the proof. Tested by
// truth_test.cc, and with Unbound as the judge by secure_lab_test.py.
#include "tools/caalab/sign/security.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>

#include "tools/caalab/sign/signing.h"

namespace caascan::lab {
namespace {

using dns::RRType;

Verdict Bogus(std::string_view finding) { return {Security::kBogus, {finding}}; }

bool ProvesByNsec3(const SigningDescription& signing) {
  return signing.denial == DenialKind::kNsec3 || signing.denial == DenialKind::kNsec3OptOut;
}

/// A file that came signed is taken for sound; where one is not, its expectations say so.
const SigningDescription* SigningOf(const Zone& zone) {
  if (zone.presigned() == nullptr) return zone.signing();
  static const auto kSound = [] {
    std::array<SigningDescription, 3> out;
    out[0].denial = DenialKind::kNsec;
    out[1].denial = DenialKind::kNsec3;
    out[2].denial = DenialKind::kNsec3OptOut;
    return out;
  }();
  return &kSound[static_cast<size_t>(zone.presigned()->denial())];
}

/// A server of both zones answers for the lower one, and the upper one proves that it is none.
bool IsDelegated(const Place& parent, const Place& child) {
  const Node* cut = parent.zone->FindNode(RelativePart(child.apex, parent.apex));
  return child.member.kind != nullptr || (cut != nullptr && cut->Find(RRType::kNS) != nullptr);
}

/// Does the parent's data name the key of a zone from a file?
bool HasDs(const Place& parent, const Place& child) {
  const Node* cut = parent.zone->FindNode(RelativePart(child.apex, parent.apex));
  return cut != nullptr && cut->Find(RRType::kDS) != nullptr;
}

RRType DenialType(const SigningDescription& signing) {
  return ProvesByNsec3(signing) ? RRType::kNSEC3 : RRType::kNSEC;
}

/// Do the signatures begin so soon that a validator takes its own clock for slow? As Unbound has it
/// (val-sig-skew-min and -max): within a tenth of the validity, at least an hour, at most a day.
bool BeginSoon(const SigningFaultRule& rule) {
  constexpr uint32_t kHour_s = 3600;
  constexpr uint32_t kDay_s = 86400;
  constexpr uint32_t kUsualLifetime_s = 30 * kDay_s;
  const uint32_t lifetime_s = rule.lifetime_s > 0 ? rule.lifetime_s : kUsualLifetime_s;
  return rule.begins_in_s > 0 && rule.begins_in_s <= std::clamp(lifetime_s / 10, kHour_s, kDay_s);
}

/// Should the signatures have been made anew? Within a week of their end, in the last quarter of
/// their validity.
bool EndSoon(const SigningFaultRule& rule) {
  constexpr uint32_t kDay_s = 86400;
  const uint32_t left_s = rule.begins_in_s > 0 ? rule.begins_in_s : 3 * kDay_s;
  const uint32_t lifetime_s = rule.lifetime_s > 0 ? rule.lifetime_s : 30 * kDay_s;
  return left_s < 7 * kDay_s && left_s < lifetime_s / 4;
}

/// What the signatures of a type's sets are worth.
Verdict JudgeSignatures(const SigningDescription& signing, RRType type) {
  if (signing.Strikes(SigningFault::kMissing, type)) return Bogus("dnssec_signature_missing");
  if (signing.Strikes(SigningFault::kInvalid, type)) return Bogus("dnssec_signature_invalid");
  if (const SigningFaultRule* rule = signing.Find(SigningFault::kFuture, type)) {
    return {BeginSoon(*rule) ? Security::kSecure : Security::kBogus, {"dnssec_signature_future"}};
  }
  if (signing.Strikes(SigningFault::kExpired, type)) return Bogus("dnssec_signature_expired");
  const SigningFaultRule* ending = signing.Find(SigningFault::kExpiring, type);
  if (ending != nullptr && EndSoon(*ending)) return {Security::kSecure, {"dnssec_expiring"}};
  return {};
}

bool IsBogus(const Verdict& verdict) { return verdict.security == Security::kBogus; }

/// A proof that something is not there. `covers`: by the gap that the name falls into.
Verdict JudgeProof(const SigningDescription& signing, RRType asked, bool covers) {
  if (signing.Strikes(SigningFault::kDenialMissing, asked)) return Bogus("dnssec_denial_missing");
  Verdict verdict = JudgeSignatures(signing, DenialType(signing));
  if (IsBogus(verdict) || !ProvesByNsec3(signing)) return verdict;
  if (signing.iterations > kMaxProvingIterations) {
    Weaken({Security::kInsecure, {"dnssec_nsec3_iterations"}}, &verdict);
  }
  // A gap may hold unsigned delegations: it does not prove that the name is not there (RFC 5155
  // §9.2).
  if (covers && signing.denial == DenialKind::kNsec3OptOut) {
    Weaken({Security::kInsecure, {}}, &verdict);
  }
  return verdict;
}

Verdict JudgeEmptyAnswer(const SigningDescription& signing, const Match& match) {
  Verdict verdict = JudgeSignatures(signing, RRType::kSOA);
  if (IsBogus(verdict)) return verdict;
  const bool absent = match.kind == Match::Kind::kNxDomain;
  Weaken(signing.Has(SigningFault::kEmptyAnswersInvalid)
             ? Bogus("dnssec_signature_invalid")
             : JudgeProof(signing, RRType::kCAA, absent || match.wildcard),
         &verdict);
  // The lie is about the name's types, and where there is no name it harms nothing.
  if (verdict.security == Security::kSecure && !absent &&
      signing.Strikes(SigningFault::kDenialInvalid, RRType::kCAA)) {
    verdict = Bogus("dnssec_denial_invalid");
  }
  // The SOA, and so any positive answer that is not singled out, does validate.
  if (verdict.security == Security::kBogus) verdict.findings.push_back("dnssec_empty_answers_only");
  return verdict;
}

/// A delegation out of a secure zone: is the child secure?
Verdict JudgeCut(const SigningDescription& parent, const SigningDescription* child) {
  if (child == nullptr || !child->ds) {
    const Verdict proof = JudgeProof(parent, RRType::kCAA, false);
    return proof.security == Security::kBogus ? proof : Verdict{Security::kInsecure, {}};
  }
  Verdict verdict = JudgeSignatures(parent, RRType::kDS);
  if (IsBogus(verdict)) return verdict;
  if (child->algorithm == SigningAlgorithm::kUnsupported) {
    return {Security::kInsecure, {"dnssec_algorithm_unsupported"}};
  }
  if (child->Has(SigningFault::kNoDnskey)) return Bogus("dnssec_no_dnskey");
  if (child->Has(SigningFault::kDsMismatch)) return Bogus("dnssec_ds_mismatch");
  if (child->Has(SigningFault::kExtraDs)) {
    Weaken({Security::kSecure, {"dnssec_algorithm_incomplete"}}, &verdict);
  }
  Weaken(JudgeSignatures(*child, RRType::kDNSKEY), &verdict);
  return verdict;
}

}  // namespace

void Weaken(const Verdict& by, Verdict* verdict) {
  if (verdict->security == Security::kBogus) return;
  if (by.security == Security::kBogus) verdict->findings.clear();
  verdict->security = std::max(verdict->security, by.security);
  for (const std::string_view finding : by.findings) {
    const auto& all = verdict->findings;
    if (std::find(all.begin(), all.end(), finding) == all.end()) {
      verdict->findings.push_back(finding);
    }
  }
}

std::string_view SecurityText(Security security) {
  switch (security) {
    case Security::kSecure:
      return "secure";
    case Security::kInsecure:
      return "insecure";
    case Security::kBogus:
      break;
  }
  return "bogus";
}

Verdict JudgeZone(const World& world, const Place& place) {
  const SigningDescription* own = SigningOf(*place.zone);
  assert((own != nullptr || !place.apex.is_root()) && "the root is signed");
  if (place.apex.is_root()) return JudgeCut(*own, own);  // The trust anchor stands for the DS.
  const Place parent = world.Enclosing(place.apex.parent());
  Verdict above = JudgeZone(world, parent);
  if (above.security != Security::kSecure) return above;
  if (!IsDelegated(parent, place)) return Bogus("undelegated_child");
  if (place.zone->presigned() != nullptr && !HasDs(parent, place)) own = nullptr;
  Weaken(JudgeCut(*SigningOf(*parent.zone), own), &above);
  return above;
}

Verdict JudgeAnswer(const Place& place, const Match& match) {
  const SigningDescription& signing = *SigningOf(*place.zone);
  switch (match.kind) {
    case Match::Kind::kNoData:
    case Match::Kind::kNxDomain:
      return JudgeEmptyAnswer(signing, match);
    case Match::Kind::kDelegation:  // To nobody: who is there would have been asked.
      return {};
    case Match::Kind::kAnswer:
    case Match::Kind::kAlias:
    case Match::Kind::kDname:
      break;
  }
  Verdict verdict = JudgeSignatures(signing, match.set->type);
  if (match.wildcard) Weaken(JudgeProof(signing, RRType::kCAA, true), &verdict);
  return verdict;
}

}  // namespace caascan::lab
