// Records are looked for by what they say, and only then is their signature checked: a message may
// hold many, and few are needed. Where a zone changes from one kind to the other both may be there,
// and one proof that holds is enough. Tested by nsec_test.cc and nsec3_test.cc.
#include "scanner/dnssec/denial.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "scanner/dnssec/nsec.h"
#include "scanner/dnssec/nsec3.h"

namespace caascan::dnssec {
namespace {

using dns::NameView;
using dns::RRType;

constexpr size_t kMaxProofSets = 16;  // Honest proofs have up to three, two kinds together six.
// Each with its signatures, beside SOA and NS. Who sends thousands (CVE-2023-4408) proves nothing.
constexpr uint16_t kMaxProofRecords = 256;

Verdict NoRecords(NameView zone, NameView name, RRType type) {
  return Verdict::Bogus(
      Finding::kDenialMissing,
      Evidence::About(zone, name, type, "an empty answer without NSEC or NSEC3 records"));
}

}  // namespace

bool Denies(const crypto::TypeBitmap& types, RRType type) {
  if (types.Has(type) || types.Has(RRType::kCNAME)) return false;
  return type == RRType::kDS ? !types.Has(RRType::kSOA) : !types.IsDelegation();
}

bool MayEnclose(const crypto::TypeBitmap& types) {
  return !types.IsDelegation() && !types.Has(RRType::kDNAME);
}

CutProof CutProofAt(const crypto::TypeBitmap& types) {
  if (types.Has(RRType::kSOA) || types.Has(RRType::kDS)) return CutProof::kUnproven;
  return types.Has(RRType::kNS) ? CutProof::kInsecure : CutProof::kNoCut;
}

std::vector<Rrset> ProofSets(const dns::Message& message, RRType type, NameView zone) {
  std::vector<Rrset> sets;
  if (message.count(dns::Section::kAuthority) > kMaxProofRecords) return sets;
  for (const dns::RecordView& record : message.records(dns::Section::kAuthority)) {
    if (record.type != type) continue;
    const dns::Name owner = record.owner.ToName();
    const auto same = [&owner](const Rrset& set) { return set.owner.view() == owner.view(); };
    if (!owner.view().IsAtOrBelow(zone) || std::any_of(sets.begin(), sets.end(), same)) continue;
    if (sets.size() == kMaxProofSets) break;
    sets.push_back(FindRrset(message, dns::Section::kAuthority, owner, type));
  }
  const auto has_several = [](const Rrset& set) { return set.records.size() != 1; };
  sets.erase(std::remove_if(sets.begin(), sets.end(), has_several), sets.end());
  return sets;
}

VerifiedSet VerifyDenial(const Rrset& set, NameView zone, KeySet* keys, const Means& means) {
  VerifiedSet verified = VerifyRrset(set, zone, keys, means);
  if (verified.verdict.is_secure() && verified.expanded) {
    verified.verdict = Verdict::Bogus(
        Finding::kDenialInvalid,
        Evidence::About(zone, set.owner, set.type, "a denial that was made from a wildcard"));
  }
  return verified;
}

bool ProofChecker::IsGood(ProofRecord* record) {
  if (record->state_ != ProofRecord::State::kUnchecked) {
    return record->state_ == ProofRecord::State::kGood;
  }
  VerifiedSet verified = VerifyDenial(record->set_, zone_, keys_, means_);
  const bool good = verified.verdict.is_secure();
  record->state_ = good ? ProofRecord::State::kGood : ProofRecord::State::kBad;
  if (good) {
    ttl_s_ = std::min(ttl_s_, verified.ttl_s);
    if (verified.verdict.finding != Finding::kNone && !remark_) {
      remark_ = std::move(verified.verdict);
    }
  } else if (!failure_) {
    failure_ = std::move(verified.verdict);
  }
  return good;
}

Verdict ProofChecker::Failed(NameView name, RRType type, std::string_view detail) const {
  if (failure_) return *failure_;
  return Verdict::Bogus(Finding::kDenialInvalid, Evidence::About(zone_, name, type, detail));
}

template <typename Step>
Verdict Denial::Try(NameView name, RRType type, const Step& step) {
  Verdict verdict = NoRecords(zone_, name, type);
  NsecProver nsec(message_, zone_, keys_, means_);
  if (!nsec.empty()) {
    verdict = step(&nsec);
    ttl_s_ = nsec.ttl_s();
    if (nsec.remark() && !verdict.is_bogus()) verdict.Weaken(*nsec.remark());
    if (!verdict.is_bogus()) return verdict;
  }
  Nsec3Prover nsec3(message_, zone_, keys_, means_);
  if (!nsec3.empty()) {
    verdict = step(&nsec3);
    ttl_s_ = nsec3.ttl_s();
    if (nsec3.remark() && !verdict.is_bogus()) verdict.Weaken(*nsec3.remark());
  }
  return verdict;
}

Verdict Denial::ProveEmpty(NameView name, RRType type, bool nxdomain) {
  return Try(name, type, [&](auto* prover) {
    if (!nxdomain) return prover->ProveNoData(name, type);
    Verdict verdict = prover->ProveNxDomain(name, type);
    if constexpr (std::is_same_v<decltype(prover), NsecProver*>) {
      if (verdict.is_bogus() && !verdict.gave_up) {
        Verdict lenient = prover->ProveNoData(name, type);
        if (!lenient.is_bogus()) return lenient;
      }
    }
    return verdict;
  });
}

Verdict Denial::ProveExpansion(NameView name, size_t labels) {
  return Try(name, RRType::kNSEC,
             [&](auto* prover) { return prover->ProveExpansion(name, labels); });
}

CutProof Denial::ProveNoDs(NameView cut, Verdict* verdict) {
  CutProof proof = CutProof::kUnproven;
  *verdict = Try(cut, RRType::kDS, [&](auto* prover) {
    Verdict out;
    proof = prover->ProveNoDs(cut, &out);
    return out;
  });
  return proof;
}

}  // namespace caascan::dnssec
