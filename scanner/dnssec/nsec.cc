// An NSEC record speaks of its owner, and of the gap up to the next name of the zone. A gap that
// ends below a name shows that this name exists though it has no data (an empty non-terminal). The
// closest encloser of a name that is not there is what it shares with one end of its gap. Tested
// by nsec_test.cc.
#include "scanner/dnssec/nsec.h"

#include "scanner/dnssec/order.h"

namespace caascan::dnssec {

using dns::NameView;
using dns::RRType;

NsecFacts NsecFacts::Of(const crypto::Nsec& nsec) {
  return {CutProofAt(nsec.types), MayEnclose(nsec.types)};
}

bool IsInGap(NameView zone, NameView owner, NameView next, bool may_enclose, NameView name) {
  if (CompareNames(owner, name) >= 0) return false;
  if (name.IsBelow(owner) && !may_enclose) return false;
  // The last record of a zone leads back to its apex (RFC 4034 §4.1.1).
  return next == zone || CompareNames(name, next) < 0;
}

NsecProver::NsecProver(const dns::Message& message, NameView zone, KeySet* keys, const Means& means)
    : checker_(zone, keys, means) {
  for (Rrset& set : ProofSets(message, RRType::kNSEC, zone)) {
    const auto nsec = crypto::ReadNsec(set.records[0].rdata);
    if (nsec && nsec->next.IsAtOrBelow(zone)) records_.emplace_back(std::move(set), *nsec);
  }
}

bool NsecProver::Covers(const Record& record, NameView name) const {
  return IsInGap(checker_.zone(), record.owner(), record.nsec.next, MayEnclose(record.nsec.types),
                 name);
}

const NsecProver::Record* NsecProver::FindMatch(NameView name) {
  for (Record& record : records_) {
    if (record.owner() == name && checker_.IsGood(&record)) return &record;
  }
  return nullptr;
}

/// Of a name that does not exist at all.
const NsecProver::Record* NsecProver::FindCover(NameView name) {
  for (Record& record : records_) {
    if (Covers(record, name) && !record.nsec.next.IsBelow(name) && checker_.IsGood(&record)) {
      return &record;
    }
  }
  return nullptr;
}

const NsecProver::Record* NsecProver::FindEmptyNonTerminal(NameView name) {
  for (Record& record : records_) {
    if (Covers(record, name) && record.nsec.next.IsBelow(name) && checker_.IsGood(&record)) {
      return &record;
    }
  }
  return nullptr;
}

NameView NsecProver::ClosestEncloser(const Record& cover, NameView name) {
  const NameView before = CommonAncestor(name, cover.owner());
  const NameView after = CommonAncestor(name, cover.nsec.next);
  return before.size() >= after.size() ? before : after;
}

Verdict NsecProver::ProveNoData(NameView name, RRType type) {
  if (const Record* match = FindMatch(name)) {
    if (Denies(match->nsec.types, type)) return Verdict::Secure();
    return checker_.Failed(name, type, "the NSEC record does not deny the type");
  }
  if (FindEmptyNonTerminal(name) != nullptr) return Verdict::Secure();
  const Record* const cover = FindCover(name);
  if (cover == nullptr) {
    return checker_.Failed(name, type, "no NSEC record is about the name");
  }
  const auto wildcard = WildcardOf(ClosestEncloser(*cover, name));
  if (wildcard) {
    if (const Record* match = FindMatch(*wildcard)) {
      if (Denies(match->nsec.types, type)) return Verdict::Secure();
      return checker_.Failed(name, type, "the wildcard's NSEC record does not deny the type");
    }
    if (FindEmptyNonTerminal(*wildcard) != nullptr) return Verdict::Secure();
  }
  return checker_.Failed(name, type, "the NSEC records say that the name does not exist");
}

Verdict NsecProver::ProveNxDomain(NameView name, RRType type) {
  const Record* const cover = FindCover(name);
  if (cover == nullptr) {
    return checker_.Failed(name, type, "no NSEC record covers the name");
  }
  const auto wildcard = WildcardOf(ClosestEncloser(*cover, name));
  // A wildcard that is too long for a name cannot exist.
  if (!wildcard || FindCover(*wildcard) != nullptr) return Verdict::Secure();
  return checker_.Failed(name, type, "no NSEC record covers the wildcard that might give it");
}

Verdict NsecProver::ProveExpansion(NameView name, size_t labels) {
  if (FindCover(name.suffix(labels + 1)) != nullptr) return Verdict::Secure();
  return checker_.Failed(name, RRType::kNSEC,
                         "no NSEC record shows that the wildcard is nearest to the name");
}

CutProof NsecProver::ProveNoDs(NameView cut, Verdict* verdict) {
  *verdict = Verdict::Secure();
  if (const Record* match = FindMatch(cut)) {
    const CutProof proof = CutProofAt(match->nsec.types);
    if (proof == CutProof::kUnproven) {
      *verdict = checker_.Failed(cut, RRType::kDS, "the NSEC record does not deny the DS");
    }
    return proof;
  }
  if (FindCover(cut) != nullptr || FindEmptyNonTerminal(cut) != nullptr) return CutProof::kNoCut;
  *verdict = checker_.Failed(cut, RRType::kDS, "no NSEC record is about the delegation");
  return CutProof::kUnproven;
}

}  // namespace caascan::dnssec
