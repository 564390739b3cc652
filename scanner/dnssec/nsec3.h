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
/// The other way round. REQUIRES: the zone's name is short enough, as that of any signed zone.
dns::Name OwnerOf(const Nsec3Hash& hash, dns::NameView zone);

/// What an NSEC3 record says of delegations. A value.
struct Nsec3Facts {
  CutProof at_match = CutProof::kUnproven;  // Of the DS at the name that the record matches.
  bool may_enclose = false;                 // See MayEnclose().
  bool opt_out = false;

  static Nsec3Facts Of(const crypto::Nsec3& nsec3);
  bool operator==(const Nsec3Facts&) const = default;
};

/// Where a proof finds its records. The rules below are the same, wherever they come from.
class Nsec3Records {
 public:
  /// nullopt where a limit is met.
  virtual std::optional<Nsec3Hash> Hash(dns::NameView name) = 0;
  /// The record at the hash, its signature checked; null where there is none.
  virtual const Nsec3Facts* FindMatch(const Nsec3Hash& hash) = 0;
  /// Likewise, the record whose span has the hash in it.
  virtual const Nsec3Facts* FindCover(const Nsec3Hash& hash) = 0;

 protected:
  ~Nsec3Records() = default;
};

/// RFC 5155 §8.3: the nearest name above that exists, and what covers the one below it.
struct ClosestEncloser {
  dns::NameView name;
  const Nsec3Facts* next_closer_cover = nullptr;
};
/// `hash` is the name's own, which no record matches. REQUIRES: `name` is in the zone.
std::optional<ClosestEncloser> FindClosestEncloser(dns::NameView zone, dns::NameView name,
                                                   std::optional<Nsec3Hash> hash,
                                                   Nsec3Records* records);

struct NoDsProof {
  CutProof proof = CutProof::kUnproven;
  bool has_match = false;  // The record at the very name decided.
};
/// RFC 5155 §8.6: is there no DS at `cut`? REQUIRES: `cut` is in the zone.
NoDsProof ProveNoDs(dns::NameView zone, dns::NameView cut, Nsec3Records* records);

/// Does a span from `owner` to `next` have the hash in it, ends not included?
bool IsWithinSpan(const Nsec3Hash& owner, const Nsec3Hash& next, const Nsec3Hash& hash);

/// Takes the price of a hash; false where that is too much.
bool ChargeForHash(unsigned iterations, Work* work);

/// Can a proof use it (RFC 5155 §8.1, §8.2)?
bool IsKnownKind(const crypto::Nsec3& nsec3);

/// See Denial, which has the same methods.
class Nsec3Prover : private Nsec3Records {
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
  struct Record : ProofRecord, Nsec3Facts {
    Record(Rrset from, const crypto::Nsec3& rdata)
        : ProofRecord(std::move(from)), Nsec3Facts(Nsec3Facts::Of(rdata)), nsec3(rdata) {}
    crypto::Nsec3 nsec3;
    Nsec3Hash owner{};
    Nsec3Hash next{};
  };

  static std::optional<Record> ReadRecord(Rrset set, dns::NameView zone);
  std::optional<Nsec3Hash> Hash(dns::NameView name) override;
  const Record* FindMatch(const Nsec3Hash& hash) override;
  const Record* FindCover(const Nsec3Hash& hash) override;
  Verdict TooManyIterations(dns::NameView name, dns::RRType type);
  bool has_too_many_iterations() const;
  Verdict Failed(dns::NameView name, dns::RRType type, std::string_view detail) const;
  Verdict OptedOut(dns::NameView name, dns::RRType type) const;

  ProofChecker checker_;
  std::vector<Record> records_;  // All with the first one's salt and iterations (§8.2).
  bool gave_up_ = false;
};

}  // namespace caascan::dnssec
