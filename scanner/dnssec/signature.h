// Is a record set signed by its zone (RFC 4035 §5.3)?
#pragma once

#include <algorithm>
#include <cstdint>

#include "scanner/dnssec/key_set.h"
#include "scanner/dnssec/rrset.h"
#include "scanner/dnssec/verdict.h"
#include "scanner/dnssec/work.h"

namespace caascan::dnssec {

/// Signatures of one set that are checked by cryptography, and keys that are tried for one
/// signature: key tags are 16 bits, and honest zones hardly ever have two keys with the same one.
constexpr int kMaxChecksPerSet = 8;
constexpr int kMaxKeysPerSignature = 4;

/// How far in the future a signature's inception may lie, in seconds: clocks differ. Unbound's
/// rule: a tenth of the time from inception to expiration, at least an hour and at most a day. An
/// expiration has no such tolerance: BIND and Knot Resolver have none either.
constexpr uint32_t InceptionTolerance(uint32_t validity_s) {
  return std::clamp<uint32_t>(validity_s / 10, 3'600, 86'400);
}

/// Does a signature end so soon that it should have been made anew? Within the time that the policy
/// says, and less than a quarter of its validity is left: signers that sign for hours or days on
/// purpose renew in time.
constexpr bool EndsSoon(const crypto::Rrsig& signature, const Means& means) {
  const uint32_t left_s = signature.expiration - means.now;
  return left_s < means.policy.expiring_s &&
         left_s < (signature.expiration - signature.inception) / 4;
}

struct VerifiedSet {
  /// Secure or bogus. A finding of a secure one is a remark: the inception lies in the future,
  /// within the tolerance; or the signature ends soon, and no later one stands beside it; or else
  /// nothing but a signature over SHA-1 is good.
  Verdict verdict;
  /// Secure: how long the set may be kept, its signature's end and original TTL considered
  /// (RFC 4035 §5.3.3).
  uint32_t ttl_s = 0;
  /// The set was made from a wildcard: whoever uses it must also see proven that nothing closer to
  /// the name exists (§5.3.4). `labels` are those of the name below which the wildcard stands.
  bool expanded = false;
  uint8_t labels = 0;
  // Secure: of the signature that is good. The key's RDATA are a view into the key.
  uint32_t inception = 0;
  uint32_t expiration = 0;
  std::span<const uint8_t> key;
};

/// One good signature is enough (RFC 4035 §5.3.3, RFC 6840 §5.4); of several that are not, the one
/// that came furthest gives the finding. Only signatures by `zone` are looked at. The set must be
/// in the zone: an owner outside is bogus. Never insecure: that the zone is signed is known before.
/// REQUIRES: !set.empty().
VerifiedSet VerifyRrset(const Rrset& set, dns::NameView zone, KeySet* keys, const Means& means);

/// The same with one key alone, to find the key of a DNSKEY set that a DS names.
VerifiedSet VerifyRrsetWith(const Rrset& set, dns::NameView zone, crypto::PublicKey* key,
                            const Means& means);

/// RFC 1982 over 32 bits (RFC 4034 §3.1.5): does `a` come before `b`? For two that are 2^31 apart,
/// no.
constexpr bool ComesBefore(uint32_t a, uint32_t b) { return a != b && b - a < 0x80000000u; }

}  // namespace caascan::dnssec
