// From a DS set, or a trust anchor, to a zone's keys (RFC 4035 §5.2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scanner/dnssec/key_set.h"
#include "scanner/dnssec/rrset.h"
#include "scanner/dnssec/verdict.h"
#include "scanner/dnssec/work.h"

namespace caascan::dnssec {

/// What a zone's parent, or the trust anchor, says of its keys. A value.
class DsSet {
 public:
  static constexpr size_t kMaxRecords = 32;

  /// Records that do not have a DS's form are left out, and those beyond kMaxRecords.
  void Add(std::span<const uint8_t> ds_rdata);
  /// A DNSKEY as trust anchor: the DS (SHA-256) of it.
  void AddKey(dns::NameView zone, std::span<const uint8_t> dnskey_rdata);

  /// Is there a record whose algorithm and digest can be checked, and count? A zone without one is
  /// insecure (RFC 4035 §5.2, RFC 6840 §5.2).
  bool IsUsable(const crypto::Policy& policy = {}) const;
  /// Does a record name this key of the zone, by its tag, algorithm and digest?
  bool Names(dns::NameView zone, std::span<const uint8_t> dnskey_rdata) const;
  bool empty() const { return records_.empty(); }
  /// What it holds outside itself.
  size_t HeapBytes() const;

 private:
  friend class KeyFinder;
  struct Record {
    uint16_t key_tag = 0;
    uint8_t algorithm = 0;
    uint8_t digest_type = 0;
    std::string digest;
    bool IsUsable(const crypto::Policy& policy) const;
    bool Names(dns::NameView zone, std::span<const uint8_t> dnskey_rdata) const;
  };
  std::vector<Record> records_;
};

/// Why the zone is insecure: no algorithm or digest of its DS set can be checked, or the user does
/// not let those count that can. For DS sets that the policy leaves nothing of.
Verdict UnsupportedZone(dns::NameView zone, const DsSet& ds);

struct VerifiedKeys {
  Verdict verdict;  // Secure, insecure (no usable DS), or bogus.
  KeySet keys;      // Where secure.
  /// Where secure: what is remarkable of the DS and the signature that the keys are trusted by.
  std::vector<Verdict> remarks;
  uint32_t ttl_s = 0;
};

/// The DNSKEY set (which may be empty: then bogus) must be signed by a key that a DS names. SHA-1
/// digests count only where no usable DS has another (RFC 4509 §3). Any one chain that works is
/// enough (RFC 6840 §5.11); those with SHA-1 come last, so they are used, and remarked upon, only
/// where no other works.
VerifiedKeys VerifyKeys(const Rrset& dnskeys, dns::NameView zone, const DsSet& ds,
                        const Means& means);

}  // namespace caascan::dnssec
