// Proofs by NSEC3 (RFC 5155 §8).
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "scanner/dnssec/denial.h"

namespace caascan::dnssec {

using Nsec3Hash = std::array<uint8_t, 20>;

/// RFC 5155 §5. The name's letters count as small ones. nullopt where OpenSSL refuses.
std::optional<Nsec3Hash> HashForNsec3(dns::NameView name, std::span<const uint8_t> salt,
                                      unsigned iterations);

/// The hash in the owner of a zone's NSEC3 record: its first label, in base32 (RFC 5155 §3.3), and
/// the zone above it. nullopt where it is none.
std::optional<Nsec3Hash> HashAt(dns::NameView owner, dns::NameView zone);

/// See Denial, which has the same methods.
class Nsec3Prover {
 public:
  Nsec3Prover(const dns::Message& message, dns::NameView zone, KeySet* keys, const Means& means);

  bool empty() const { return records_.empty(); }
  Verdict ProveNoData(dns::NameView name, dns::RRType type);
  Verdict ProveNxDomain(dns::NameView name, dns::RRType type);
  Verdict ProveExpansion(dns::NameView name, size_t labels);
  CutProof ProveNoDs(dns::NameView cut, Verdict* verdict);
  uint32_t ttl_s() const { return checker_.ttl_s(); }
  const std::optional<Verdict>& remark() const { return checker_.remark(); }

 private:
  struct Record : ProofRecord {
    Record(Rrset from, const crypto::Nsec3& rdata) : ProofRecord(std::move(from)), nsec3(rdata) {}
    crypto::Nsec3 nsec3;
    Nsec3Hash owner{};
    Nsec3Hash next{};
    bool opt_out() const { return (nsec3.flags & crypto::Nsec3::kOptOut) != 0; }
    bool Covers(const Nsec3Hash& hash) const;
  };
  /// RFC 5155 §8.3: the nearest name above that exists, and what covers the one below it.
  struct ClosestEncloser {
    dns::NameView name;
    const Record* next_closer_cover = nullptr;
  };

  static std::optional<Record> ReadRecord(Rrset set, dns::NameView zone);
  std::optional<Nsec3Hash> Hash(dns::NameView name);
  const Record* FindMatch(const Nsec3Hash& hash);
  const Record* FindCover(const Nsec3Hash& hash);
  std::optional<ClosestEncloser> FindClosestEncloser(dns::NameView name,
                                                     std::optional<Nsec3Hash> next_closer);
  Verdict TooManyIterations(dns::NameView name, dns::RRType type);
  bool has_too_many_iterations() const;
  Verdict Failed(dns::NameView name, dns::RRType type, std::string_view detail) const;
  Verdict OptedOut(dns::NameView name, dns::RRType type) const;

  ProofChecker checker_;
  std::vector<Record> records_;  // All with the first one's salt and iterations (§8.2).
  bool gave_up_ = false;
};

}  // namespace caascan::dnssec
