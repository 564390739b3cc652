// Proofs by NSEC (RFC 4035 §5.4).
#pragma once

#include <vector>

#include "scanner/dnssec/denial.h"

namespace caascan::dnssec {

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
