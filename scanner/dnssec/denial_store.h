// Denials that are used again (RFC 8198).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>

#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/dnssec/denial.h"
#include "scanner/dnssec/key_set.h"
#include "scanner/dnssec/work.h"

namespace caascan::dnssec {

/// NSEC and NSEC3 records by zone. Out of them comes one answer alone: there is no DS at a name.
/// The rules are those for a server's reply (nsec.h, nsec3.h), and each record counts only while it
/// is signed by a key that its user trusts.
///
/// What it does not keep or answer, and why:
/// - Denials of data. A server may serve an undelegated child zone too, whose data are bogus then;
///   a denial taken without a query would be a permission.
/// - NXDOMAIN. What lies in the gap of an NSEC record is no zone of its own: that is all it says
///   here. Names below a delegation or a DNAME are not in it (RFC 6840 §4.1), and the record at a
///   child's apex says nothing of the child's DS (RFC 6840 §4.4).
/// - A second delegation by an NSEC record. Each has a record of its own, so it saves the queries
///   for what is not delegated (any more) alone. So those of a zone are kept from the first
///   NXDOMAIN on. A zone file's come with their delegations, and are not kept here.
/// - NSEC3 with more iterations than `max_iterations`, which proves nothing.
/// - Signatures that begin in the future. They are a finding, so the servers are queried.
///
/// A server's records are kept for their TTL, at most that of the SOA and its MINIMUM (RFC 9077
/// §3), and three hours. A zone file's are kept while their signatures are valid, as its
/// delegations are: the file has the age it has.
///
/// Bounded by octets. First to go are records that were not used since the store was last full,
/// then every second one that never was used, then every second one. Any thread.
class DenialStore {
 public:
  DenialStore(size_t max_octets, uint16_t max_iterations);
  ~DenialStore();

  /// Keeps the NSEC and NSEC3 records of a server's reply that `keys` have signed. Three of each in
  /// one reply at most: an honest one has no more.
  void Add(const dns::Message& message, dns::NameView zone, KeySet* keys, const Means& means,
           std::chrono::nanoseconds now);

  /// Keeps an NSEC3 record of a zone file, or an RRSIG of one, in any order. Its signature is
  /// checked when it is first used. False where there is no room. What is no such record is left
  /// out, and so is a second record of one owner.
  bool AddUnchecked(dns::NameView zone, dns::NameView owner, dns::RRType type,
                    std::span<const uint8_t> rdata);

  struct NoDs {
    CutProof proof = CutProof::kUnproven;  // kInsecure or kNoCut.
    uint32_t ttl_s = 0;
  };
  /// Is there no DS at `cut`, by records that `keys` have signed? nullopt where the records do not
  /// suffice, and where that costs more than means.work allows. REQUIRES: `cut` is below `zone`.
  std::optional<NoDs> ProveNoDs(dns::NameView zone, dns::NameView cut, KeySet* keys,
                                const Means& means, std::chrono::nanoseconds now);

  size_t octets() const;

 private:
  class Tables;

  bool KeepsNsec(const dns::Message& message, dns::NameView zone) const;
  void AddSet(const Rrset& set, dns::NameView zone, uint32_t negative_ttl_s, KeySet* keys,
              const Means& means, std::chrono::nanoseconds now);

  mutable std::shared_mutex mutex_;
  const std::unique_ptr<Tables> tables_;
};

}  // namespace caascan::dnssec
