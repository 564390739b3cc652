// The judge walks from the question's name along the aliases, checks each set that it steps on, and
// must arrive where the message was said to lead. Each set is judged by the deepest known zone that
// holds it (for a DS: above it). A set whose signer lies deeper than that shows a zone that nobody
// has told of; an unsigned one may lie in an insecure zone that nobody has told of. Both are left
// to the caller, who comes back with more zones.
//
// A CNAME made from a DNAME is not signed (RFC 6672 §5.3.1): the DNAME is, and the CNAME must be
// what follows from it. Tested by judge_test.cc.
#include "scanner/dnssec/judge.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "scanner/crypto/rdata.h"
#include "scanner/dnssec/order.h"
#include "scanner/dnssec/signature.h"

namespace caascan::dnssec {
namespace {

using dns::Message;
using dns::Name;
using dns::NameView;
using dns::RecordView;
using dns::RRType;
using dns::Section;

constexpr int kMaxSteps = 17;

/// The deepest zone that holds sets of this owner and type.
const KnownZone& ZoneOf(NameView owner, RRType type, std::span<const KnownZone> zones) {
  const KnownZone* best = &zones[0];
  for (const KnownZone& zone : zones) {
    const bool holds =
        type == RRType::kDS ? owner.IsBelow(zone.apex) : owner.IsAtOrBelow(zone.apex);
    if (holds && zone.apex.size() > best->apex.size()) best = &zone;
  }
  return *best;
}

/// The deepest signer below the zone that may sign for the owner; the root for none.
Name SignerBelow(NameView zone, NameView owner, RRType type,
                 std::span<const RecordView> signatures) {
  Name out;
  for (const RecordView& record : signatures) {
    const auto signature = crypto::ReadRrsig(record.rdata);
    if (!signature || !signature->signer.IsBelow(zone)) continue;
    const bool holds = type == RRType::kDS ? owner.IsBelow(signature->signer)
                                           : owner.IsAtOrBelow(signature->signer);
    if (holds && signature->signer.size() > out.size()) out = signature->signer;
  }
  return out;
}

Verdict BogusAlias(NameView zone, NameView owner, RRType type, std::string_view detail) {
  return Verdict::Bogus(Finding::kSignatureInvalid, Evidence::About(zone, owner, type, detail));
}

/// The signatures over NSEC and NSEC3 records in the authority section.
absl::InlinedVector<RecordView, 4> DenialSignatures(const Message& message) {
  absl::InlinedVector<RecordView, 4> out;
  for (const RecordView& record : message.records(Section::kAuthority)) {
    if (record.type != RRType::kRRSIG) continue;
    const auto signature = crypto::ReadRrsig(record.rdata);
    if (signature &&
        (signature->covered == RRType::kNSEC || signature->covered == RRType::kNSEC3)) {
      out.push_back(record);
    }
  }
  return out;
}

class Judge {
 public:
  Judge(const Message& message, std::span<const KnownZone> zones, const Means& means)
      : message_(message), zones_(zones), means_(means) {}

  Judgement Answer(const Question& question) {
    Name current(question.name);
    for (int step = 0; step < kMaxSteps && !ended(); ++step) {
      const NameView at = current;
      if (at == question.end) {
        JudgeEnd(at, question);
        return std::move(out_);
      }
      const auto next = FollowAlias(at);
      if (!next) return std::move(out_);
      current = *next;
    }
    if (!ended()) {
      Weaken(BogusAlias(zones_[0].apex, question.name, RRType::kCNAME,
                        "the aliases do not lead where the answer stands"));
    }
    return std::move(out_);
  }

  DelegationJudgement Delegation(NameView cut) {
    DelegationJudgement found;
    for (const Section section : {Section::kAnswer, Section::kAuthority}) {
      const Rrset ds = FindRrset(message_, section, cut, RRType::kDS);
      if (ds.empty()) continue;
      JudgeSet(ds);
      if (ended()) return Close(DelegationJudgement::Kind::kBogus, std::move(found));
      if (!out_.verdict.is_secure()) {
        return Close(DelegationJudgement::Kind::kInsecure, std::move(found));
      }
      for (const RecordView& record : ds.records) found.ds.Add(record.rdata);
      if (found.ds.IsUsable(means_.policy)) {
        return Close(DelegationJudgement::Kind::kSigned, std::move(found));
      }
      Weaken(UnsupportedZone(cut, found.ds));
      return Close(DelegationJudgement::Kind::kInsecure, std::move(found));
    }
    return NoDs(cut, std::move(found));
  }

 private:
  bool ended() const { return out_.verdict.is_bogus(); }

  void Weaken(Verdict verdict) { out_.verdict.Weaken(std::move(verdict)); }

  /// Only the first thing that is missing counts.
  void Miss(Missing::Kind kind, NameView name) {
    if (out_.missing.kind != Missing::Kind::kNone) return;
    out_.missing = {kind, dns::CompactName(name)};
  }

  /// The zone's verdict where it is insecure: then nothing in it needs a proof.
  static Verdict InInsecureZone(const KnownZone& zone) {
    return Verdict::Insecure(Finding::kNone, Evidence::About(zone.apex, {}, {}, {}));
  }

  void JudgeSet(const Rrset& set) {
    const KnownZone& zone = ZoneOf(set.owner, set.type, zones_);
    if (zone.security != Security::kSecure) {
      Weaken(InInsecureZone(zone));
      return;
    }
    const VerifiedSet verified = VerifyRrset(set, zone.apex, zone.keys, means_);
    if (verified.verdict.is_bogus()) {
      NoteMissing(zone.apex, set.owner, set.type, set.signatures);
      Weaken(verified.verdict);
      return;
    }
    out_.ttl_s = std::min(out_.ttl_s, verified.ttl_s);
    if (verified.verdict.finding != Finding::kNone) Weaken(verified.verdict);
    if (!verified.expanded) return;
    if (set.type == RRType::kDNAME || set.type == RRType::kDS) {
      Weaken(BogusAlias(zone.apex, set.owner, set.type, "a wildcard's, which it cannot be"));
      return;
    }
    Denial denial(message_, zone.apex, zone.keys, means_);
    Weaken(denial.ProveExpansion(set.owner, verified.labels));
    out_.ttl_s = std::min(out_.ttl_s, denial.ttl_s());
  }

  /// Something does not verify with the zone's keys. Is that because it belongs to another zone?
  void NoteMissing(NameView zone, NameView owner, RRType type,
                   std::span<const RecordView> signatures) {
    const Name signer = SignerBelow(zone, owner, type, signatures);
    if (!signer.view().is_root()) {
      Miss(Missing::Kind::kKeys, signer);
    } else if (signatures.empty() && owner.IsBelow(zone) && !ProvesWith(zone)) {
      Miss(Missing::Kind::kCut, owner);
    }
  }

  /// Does an empty answer come with a proof that `zone` has signed? Then the zone itself speaks,
  /// and nothing in it is an insecure zone's.
  bool ProvesWith(NameView zone) const {
    if (message_.count(Section::kAnswer) > 0) return false;
    const auto signatures = DenialSignatures(message_);
    return std::any_of(signatures.begin(), signatures.end(), [zone](const RecordView& record) {
      const auto signature = crypto::ReadRrsig(record.rdata);
      return signature && signature->signer == zone;
    });
  }

  void JudgeEnd(NameView end, const Question& question) {
    switch (question.claim) {
      case Claim::kAlias:
        return;
      case Claim::kAnswer: {
        const Rrset set = FindRrset(message_, Section::kAnswer, end, question.type);
        if (set.empty()) {
          Weaken(BogusAlias(zones_[0].apex, end, question.type, "there is no such set"));
        } else {
          JudgeSet(set);
        }
        return;
      }
      case Claim::kNoData:
      case Claim::kNxDomain:
        JudgeEmpty(end, question.type, question.claim == Claim::kNxDomain);
        return;
    }
  }

  void JudgeEmpty(NameView name, RRType type, bool nxdomain) {
    // The SOA tells whose empty answer that is.
    const KnownZone* zone = &ZoneOf(name, type, zones_);
    for (const RecordView& record : message_.records(Section::kAuthority)) {
      if (record.type != RRType::kSOA) continue;
      const Name owner = record.owner.ToName();
      if (!name.IsAtOrBelow(owner) || !owner.view().IsAtOrBelow(zones_[0].apex)) continue;
      JudgeSet(FindRrset(message_, Section::kAuthority, owner, RRType::kSOA));
      if (ended()) return;
      break;
    }
    if (zone->security != Security::kSecure) {
      Weaken(InInsecureZone(*zone));
      return;
    }
    Denial denial(message_, zone->apex, zone->keys, means_);
    Verdict verdict = denial.ProveEmpty(name, type, nxdomain);
    if (verdict.is_bogus()) NoteMissing(zone->apex, name, type, DenialSignatures(message_));
    Weaken(std::move(verdict));
    out_.ttl_s = std::min(out_.ttl_s, denial.ttl_s());
  }

  /// Where the aliases at `at` lead; nullopt where the judgement has ended.
  std::optional<Name> FollowAlias(NameView at) {
    const Rrset cname = FindRrset(message_, Section::kAnswer, at, RRType::kCNAME);
    if (cname.signatures.empty()) {
      if (auto target = FollowDname(at, cname)) return target;
      if (ended()) return std::nullopt;
    }
    if (cname.records.size() != 1) {
      Weaken(BogusAlias(zones_[0].apex, at, RRType::kCNAME, "not exactly one alias"));
      return std::nullopt;
    }
    JudgeSet(cname);
    if (ended()) return std::nullopt;
    return cname.records[0].NameRdata().ToName();
  }

  /// nullopt too where no DNAME stands above the name.
  std::optional<Name> FollowDname(NameView at, const Rrset& cname) {
    for (const RecordView& record : message_.records(Section::kAnswer)) {
      if (record.type != RRType::kDNAME) continue;
      const Name owner = record.owner.ToName();
      if (!at.IsBelow(owner) || !owner.view().IsAtOrBelow(zones_[0].apex)) continue;
      const Rrset dname = FindRrset(message_, Section::kAnswer, owner, RRType::kDNAME);
      auto target = Name::Substitute(at, owner, record.NameRdata().ToName());
      if (dname.records.size() != 1 || !target ||
          (!cname.empty() && !cname.records[0].NameRdata().Equals(*target))) {
        Weaken(BogusAlias(zones_[0].apex, at, RRType::kCNAME,
                          "the alias does not follow from the DNAME above it"));
        return std::nullopt;
      }
      JudgeSet(dname);
      if (ended()) return std::nullopt;
      return target;
    }
    return std::nullopt;
  }

  DelegationJudgement NoDs(NameView cut, DelegationJudgement found) {
    using Kind = DelegationJudgement::Kind;
    const KnownZone& zone = ZoneOf(cut, RRType::kDS, zones_);
    if (zone.security != Security::kSecure) {
      Weaken(InInsecureZone(zone));
      return Close(Kind::kInsecure, std::move(found));
    }
    const Rrset alias = FindRrset(message_, Section::kAnswer, cut, RRType::kCNAME);
    if (!alias.empty()) {  // Then nothing else stands at that name (RFC 2181 §10.1).
      JudgeSet(alias);
      return Close(ended() ? Kind::kBogus : Kind::kNoCut, std::move(found));
    }
    Denial denial(message_, zone.apex, zone.keys, means_);
    Verdict verdict;
    const CutProof proof = denial.ProveNoDs(cut, &verdict);
    out_.ttl_s = std::min(out_.ttl_s, denial.ttl_s());
    if (proof == CutProof::kUnproven) {
      NoteMissing(zone.apex, cut, RRType::kDS, DenialSignatures(message_));
    }
    Weaken(std::move(verdict));
    const Kind kind = proof == CutProof::kUnproven ? Kind::kBogus
                      : proof == CutProof::kNoCut  ? Kind::kNoCut
                                                   : Kind::kInsecure;
    return Close(kind, std::move(found));
  }

  DelegationJudgement Close(DelegationJudgement::Kind kind, DelegationJudgement found) {
    found.kind = kind;
    found.verdict = std::move(out_.verdict);
    found.missing = out_.missing;
    found.ttl_s = out_.ttl_s;
    if (kind == DelegationJudgement::Kind::kInsecure && found.verdict.is_secure()) {
      found.verdict.security = Security::kInsecure;
    }
    return found;
  }

  const Message& message_;
  const std::span<const KnownZone> zones_;
  const Means& means_;
  Judgement out_;
};

}  // namespace

Judgement JudgeAnswer(const Message& message, const Question& question,
                      std::span<const KnownZone> zones, const Means& means) {
  assert(question.name.IsAtOrBelow(zones[0].apex) && "its servers were asked for a name of theirs");
  return Judge(message, zones, means).Answer(question);
}

DelegationJudgement JudgeDelegation(const Message& message, NameView cut,
                                    std::span<const KnownZone> zones, const Means& means) {
  assert(cut.IsBelow(zones[0].apex) && "a zone delegates what lies below it");
  return Judge(message, zones, means).Delegation(cut);
}

VerifiedKeys JudgeKeys(const Message& message, NameView zone, const DsSet& ds, const Means& means) {
  return VerifyKeys(FindRrset(message, Section::kAnswer, zone, RRType::kDNSKEY), zone, ds, means);
}

}  // namespace caascan::dnssec
