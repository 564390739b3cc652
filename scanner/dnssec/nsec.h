// Proofs by NSEC (RFC 4035 §5.4).
#pragma once

#include <vector>

#include "scanner/dnssec/denial.h"

namespace caascan::dnssec {

/// What an NSEC record says of delegations. A value.
struct NsecFacts {
  CutProof at_owner = CutProof::kUnproven;  // Of the DS at the record's own name.
  bool may_enclose = false;                 // See MayEnclose().

  static NsecFacts Of(const crypto::Nsec& nsec);
  bool operator==(const NsecFacts&) const = default;
};

/// Does the gap from `owner` to `next` have the name in it, ends not included? Then the name does
/// not exist, or has no data (RFC 4035 §5.4). What lies below a delegation or a DNAME is not the
/// zone's to deny (RFC 6840 §4.1), and the last gap of a zone leads back to its apex.
bool IsInGap(dns::NameView zone, dns::NameView owner, dns::NameView next, bool may_enclose,
             dns::NameView name);

/// See Denial, which has the same methods.
class NsecProver {
 public:
  NsecProver(const dns::Message& message, dns::NameView zone, KeySet* keys, const Means& means);

  bool empty() const { return records_.empty(); }
  Verdict ProveNoData(dns::NameView name, dns::RRType type);
  Verdict ProveNxDomain(dns::NameView name, dns::RRType type);
  Verdict ProveExpansion(dns::NameView name, size_t labels);
  CutProof ProveNoDs(dns::NameView cut, Verdict* verdict);
  uint32_t ttl_s() const { return checker_.ttl_s(); }
  const std::optional<Verdict>& remark() const { return checker_.remark(); }

 private:
  struct Record : ProofRecord {
    Record(Rrset from, const crypto::Nsec& rdata) : ProofRecord(std::move(from)), nsec(rdata) {}
    crypto::Nsec nsec;
    dns::NameView owner() const { return set().owner; }
  };

  const Record* FindMatch(dns::NameView name);
  const Record* FindCover(dns::NameView name);
  const Record* FindEmptyNonTerminal(dns::NameView name);
  bool Covers(const Record& record, dns::NameView name) const;
  static dns::NameView ClosestEncloser(const Record& cover, dns::NameView name);

  ProofChecker checker_;
  std::vector<Record> records_;
};

}  // namespace caascan::dnssec
