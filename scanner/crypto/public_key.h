// One public key of a zone.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace caascan::crypto {

/// A DNSKEY's key (RFC 3110, 5702, 6605, 8080). A value.
class PublicKey {
 public:
  /// `rdata` is a whole DNSKEY RDATA. It is decoded at the first Verify(), and kept so by the
  /// thread as long as it is among those used last; what cannot be decoded verifies nothing: RSA
  /// that ReadRsa() does not take; points off the curve; unsupported algorithms.
  explicit PublicKey(std::span<const uint8_t> rdata);

  uint16_t tag() const { return tag_; }
  uint8_t algorithm() const { return algorithm_; }
  std::span<const uint8_t> rdata() const {
    return {reinterpret_cast<const uint8_t*>(rdata_.data()), rdata_.size()};
  }
  /// False of an RSA key that ReadRsa() does not take: a signature by it cannot be checked, and
  /// proves nothing. Nor does it make its zone insecure: other resolvers call that bogus.
  bool is_usable() const { return is_usable_; }
  /// What one check costs (Work).
  uint32_t price() const { return price_; }

  /// Is this a signature of `data` by the key, in the form of the algorithm's RRSIG?
  bool Verify(std::span<const uint8_t> data, std::span<const uint8_t> signature) const;

 private:
  std::string rdata_;
  uint16_t tag_;
  uint8_t algorithm_;
  bool is_usable_ = true;
  uint32_t price_ = 0;
};

}  // namespace caascan::crypto
