// The DNSSEC records that a signed master file brought along, and which of them belong to an
// answer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/caalab/sign/denial.h"
#include "tools/caalab/world/zone.h"

namespace caascan::lab {

/// A set of a zone's file and the RRSIG set at its owner, as they are.
struct StoredSet {
  dns::Name owner;  // Relative.
  const RRset* set = nullptr;
  const RRset* signatures = nullptr;  // Of all types; may be null.
};

/// Nothing is made up and nothing repaired: what the file lacks is lacking in the answer. Built
/// once, then read from any thread.
class Presigned {
 public:
  /// Does the record belong here rather than among the zone's data: an NSEC3 record, or an RRSIG
  /// over one? Their owners are no names of the zone (RFC 5155 §7.2.8).
  static bool Takes(const ZoneRecord& record);
  /// REQUIRES: Takes(record).
  void Add(const ZoneRecord& record);
  /// Once the zone has all its records; it must outlive this.
  void Seal(const Zone& zone);

  /// The file's NSEC or NSEC3 sets that are to prove this (RFC 4035 §3.1.3, RFC 5155 §7.2).
  std::vector<StoredSet> Prove(dns::NameView apex, const DenialQuestion& question) const;

  /// NSEC unless there are NSEC3 records, which say themselves whether they opt out.
  DenialKind denial() const;
  /// Every NSEC3 set, in the order of hashes.
  std::vector<StoredSet> Nsec3Sets() const;

 private:
  struct Hashed {
    RRset set;
    RRset signatures;
  };

  std::vector<StoredSet> ProveByNsec(const DenialQuestion& question) const;
  std::vector<StoredSet> ProveByNsec3(dns::NameView apex, const DenialQuestion& question) const;
  /// The set at the name or, where there is none, before it.
  void AddNsec(dns::NameView name, std::vector<StoredSet>* proof) const;
  void AddNsec3(const std::string& hash, std::vector<StoredSet>* proof) const;
  std::string HashOf(dns::NameView relative, dns::NameView apex) const;

  std::vector<StoredSet> nsec_;          // In canonical order.
  std::map<std::string, Hashed> nsec3_;  // By owner's label in lower case: base32hex keeps order.
};

/// The RRSIGs of a set of signatures that cover a type.
std::vector<const Rdata*> SignaturesOver(const RRset* signatures, dns::RRType covered);

/// The DS (SHA-256, RFC 4509) of a DNSKEY's RDATA.
std::string DsOfDnskey(dns::NameView apex, std::string_view dnskey);

}  // namespace caascan::lab
