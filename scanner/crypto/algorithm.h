// Which algorithms and digests we can check: IANA's registries of DNS security algorithm numbers
// and DS digest algorithms.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "scanner/crypto/policy.h"

namespace caascan::crypto {

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

constexpr bool IsRsa(uint8_t algorithm) {
  return algorithm == static_cast<uint8_t>(Algorithm::kRsaSha1) ||
         algorithm == static_cast<uint8_t>(Algorithm::kRsaSha1Nsec3) ||
         algorithm == static_cast<uint8_t>(Algorithm::kRsaSha256) ||
         algorithm == static_cast<uint8_t>(Algorithm::kRsaSha512);
}

/// Are signatures of that algorithm over SHA-1?
constexpr bool SignsSha1(uint8_t algorithm) {
  return algorithm == static_cast<uint8_t>(Algorithm::kRsaSha1) ||
         algorithm == static_cast<uint8_t>(Algorithm::kRsaSha1Nsec3);
}

/// Can signatures of that number be checked, and do they count? The same on every machine. Any
/// thread.
bool IsSupported(uint8_t algorithm, const Policy& policy = {});

/// Is a DS record's digest one that can be computed (RFC 8624 §3.3: SHA-1, SHA-256, SHA-384), and
/// does it count?
bool IsSupportedDigest(uint8_t digest_type, const Policy& policy = {});

/// The digest of a DS (RFC 4034 §5.1.4) over `bytes`. Empty where the type is not supported.
std::string DigestOf(uint8_t digest_type, std::span<const uint8_t> bytes);

}  // namespace caascan::crypto
