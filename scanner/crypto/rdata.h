// The fields of DNSSEC's records (RFC 4034, RFC 5155). All of it comes from strangers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::crypto {

// Each reader gives views into `rdata`, or nullopt where it does not have the type's form.

/// RFC 4034 §2.1.
struct Dnskey {
  uint16_t flags = 0;
  uint8_t protocol = 0;
  uint8_t algorithm = 0;
  std::span<const uint8_t> key;

  static constexpr uint16_t kZoneKey = 0x0100;
  static constexpr uint16_t kRevoked = 0x0080;           // RFC 5011 §3.
  static constexpr uint16_t kSecureEntryPoint = 0x0001;  // RFC 4034 §2.1.1: a key signing key.
  static constexpr uint8_t kProtocol = 3;

  /// May it sign the zone's data (RFC 4034 §2.1.1 and §2.1.2, RFC 5011 §2.1)?
  bool MaySign() const {
    return (flags & kZoneKey) != 0 && (flags & kRevoked) == 0 && protocol == kProtocol;
  }
};
std::optional<Dnskey> ReadDnskey(std::span<const uint8_t> rdata);

/// RFC 4034 appendix B, of a DNSKEY's RDATA.
uint16_t KeyTag(std::span<const uint8_t> rdata);

/// RFC 4034 §5.1.
struct Ds {
  uint16_t key_tag = 0;
  uint8_t algorithm = 0;
  uint8_t digest_type = 0;
  std::span<const uint8_t> digest;
};
std::optional<Ds> ReadDs(std::span<const uint8_t> rdata);

/// RFC 4034 §3.1. The signer's name must stand uncompressed (§3.1.7).
struct Rrsig {
  dns::RRType covered{};
  uint8_t algorithm = 0;
  uint8_t labels = 0;
  uint32_t original_ttl = 0;
  uint32_t expiration = 0;
  uint32_t inception = 0;
  uint16_t key_tag = 0;
  dns::NameView signer;
  std::span<const uint8_t> signature;
};
std::optional<Rrsig> ReadRrsig(std::span<const uint8_t> rdata);

/// RFC 4034 §4.1.2: windows in rising order, each of 1 to 32 octets.
class TypeBitmap {
 public:
  TypeBitmap() = default;
  static std::optional<TypeBitmap> Read(std::span<const uint8_t> bytes);

  bool Has(dns::RRType type) const;
  /// The owner is a delegation, seen from its parent (RFC 6840 §4.1).
  bool IsDelegation() const { return Has(dns::RRType::kNS) && !Has(dns::RRType::kSOA); }

 private:
  std::span<const uint8_t> bytes_;
};

/// RFC 4034 §4.1.
struct Nsec {
  dns::NameView next;
  TypeBitmap types;
};
std::optional<Nsec> ReadNsec(std::span<const uint8_t> rdata);

/// RFC 5155 §3.2.
struct Nsec3 {
  uint8_t hash_algorithm = 0;
  uint8_t flags = 0;
  uint16_t iterations = 0;
  std::span<const uint8_t> salt;
  std::span<const uint8_t> next_hash;
  TypeBitmap types;

  static constexpr uint8_t kSha1 = 1;
  static constexpr uint8_t kOptOut = 1;
};
std::optional<Nsec3> ReadNsec3(std::span<const uint8_t> rdata);

}  // namespace caascan::crypto
