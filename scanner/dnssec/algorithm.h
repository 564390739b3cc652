// Which algorithms and digests we can check: IANA's registries of DNS security algorithm numbers
// and DS digest algorithms.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace caascan::dnssec {

enum class Algorithm : uint8_t {
  kRsaSha1 = 5,
  kRsaSha1Nsec3 = 7,
  kRsaSha256 = 8,
  kRsaSha512 = 10,
  kEcdsaP256Sha256 = 13,
  kEcdsaP384Sha384 = 14,
  kEd25519 = 15,
  kEd448 = 16,
};

enum class DigestType : uint8_t { kSha1 = 1, kSha256 = 2, kSha384 = 4 };

/// Can we check signatures of that number? The same on every machine. Any thread.
bool IsSupported(uint8_t algorithm);

/// A DS record's digest is one that we can compute (RFC 8624 §3.3: SHA-1, SHA-256, SHA-384).
bool IsSupportedDigest(uint8_t digest_type);

/// The digest of a DS (RFC 4034 §5.1.4) over `bytes`. Empty where the type is not supported.
std::string DigestOf(uint8_t digest_type, std::span<const uint8_t> bytes);

}  // namespace caascan::dnssec
