// The chain of trust is walked from the root down: the first break decides, and nothing below an
// insecure delegation counts. In an answer the record set comes first, then the proof. Tested by
// truth_test.cc, and with Unbound as the judge by secure_lab_test.py.
#include "scanner/lab/security.h"

#include <array>
#include <optional>

#include "scanner/lab/signing.h"

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

/// Does the parent's data name the key of a zone from a file?
bool HasDs(const Place& parent, const Place& child) {
  const Node* cut = parent.zone->FindNode(RelativePart(child.apex, parent.apex));
  return cut != nullptr && cut->Find(RRType::kDS) != nullptr;
}

RRType DenialType(const SigningDescription& signing) {
  return ProvesByNsec3(signing) ? RRType::kNSEC3 : RRType::kNSEC;
}

/// What is wrong with the signatures of a type's sets, if anything is.
std::optional<std::string_view> SignatureFinding(const SigningDescription& signing, RRType type) {
  static constexpr std::pair<SigningFault, std::string_view> kFindings[] = {
      {SigningFault::kMissing, "dnssec_signature_missing"},
      {SigningFault::kInvalid, "dnssec_signature_invalid"},
      {SigningFault::kFuture, "dnssec_signature_future"},
      {SigningFault::kExpired, "dnssec_signature_expired"},
  };
  for (const auto& [fault, finding] : kFindings) {
    if (signing.Strikes(fault, type)) return finding;
  }
  return std::nullopt;
}

/// A proof that something is not there. `covers`: by the gap that the name falls into.
Verdict JudgeProof(const SigningDescription& signing, RRType asked, bool covers) {
  if (signing.Strikes(SigningFault::kDenialMissing, asked)) return Bogus("dnssec_denial_missing");
  if (const auto finding = SignatureFinding(signing, DenialType(signing))) return Bogus(*finding);
  if (!ProvesByNsec3(signing)) return {};
  if (signing.iterations > kMaxProvingIterations) {
    return {Security::kInsecure, {"dnssec_nsec3_iterations"}};
  }
  // A gap may hold unsigned delegations: it does not prove that the name is not there (RFC 5155
  // §9.2).
  if (covers && signing.denial == DenialKind::kNsec3OptOut) return {Security::kInsecure, {}};
  return {};
}

Verdict JudgeEmptyAnswer(const SigningDescription& signing, const Match& match) {
  if (const auto finding = SignatureFinding(signing, RRType::kSOA)) return Bogus(*finding);
  const bool absent = match.kind == Match::Kind::kNxDomain;
  Verdict verdict = signing.Has(SigningFault::kEmptyAnswersInvalid)
                        ? Bogus("dnssec_signature_invalid")
                        : JudgeProof(signing, RRType::kCAA, absent || match.wildcard);
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
  if (const auto finding = SignatureFinding(parent, RRType::kDS)) return Bogus(*finding);
  if (child->algorithm == SigningAlgorithm::kUnsupported) {
    return {Security::kInsecure, {"dnssec_algorithm_unsupported"}};
  }
  if (child->Has(SigningFault::kNoDnskey)) return Bogus("dnssec_no_dnskey");
  if (child->Has(SigningFault::kDsMismatch)) return Bogus("dnssec_ds_mismatch");
  if (const auto finding = SignatureFinding(*child, RRType::kDNSKEY)) return Bogus(*finding);
  return {};
}

}  // namespace

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
  if (place.apex.is_root()) return JudgeCut(*own, own);  // The trust anchor stands for the DS.
  const Place parent = world.Enclosing(place.apex.parent());
  Verdict above = JudgeZone(world, parent);
  if (above.security != Security::kSecure) return above;
  if (place.zone->presigned() != nullptr && !HasDs(parent, place)) own = nullptr;
  return JudgeCut(*SigningOf(*parent.zone), own);
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
  if (const auto finding = SignatureFinding(signing, match.set->type)) return Bogus(*finding);
  return match.wildcard ? JudgeProof(signing, RRType::kCAA, true) : Verdict{};
}

}  // namespace caascan::lab
