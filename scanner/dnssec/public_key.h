// One public key of a zone, ready for use: OpenSSL's form of it is made once and kept.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace caascan::dnssec {

/// A DNSKEY's key (RFC 3110, 5702, 6605, 8080). Movable. One thread.
class PublicKey {
 public:
  /// `rdata` is a whole DNSKEY RDATA. Decoding happens at the first Verify(); what cannot be
  /// decoded verifies nothing: RSA with a modulus outside 512 to 4096 bits (RFC 5702 §2) or an
  /// exponent above 64 bits, which makes checks cost milliseconds; points off the curve;
  /// unsupported algorithms.
  explicit PublicKey(std::span<const uint8_t> rdata);
  PublicKey(PublicKey&&) noexcept;
  PublicKey& operator=(PublicKey&&) noexcept;
  ~PublicKey();

  uint16_t tag() const { return tag_; }
  uint8_t algorithm() const { return algorithm_; }
  std::span<const uint8_t> rdata() const {
    return {reinterpret_cast<const uint8_t*>(rdata_.data()), rdata_.size()};
  }
  /// What one check costs (Work).
  uint32_t price() const;

  /// Is this a signature of `data` by the key, in the form of the algorithm's RRSIG?
  bool Verify(std::span<const uint8_t> data, std::span<const uint8_t> signature);

 private:
  struct Decoded;
  void Decode();

  std::string rdata_;
  uint16_t tag_;
  uint8_t algorithm_;
  bool decoded_once_ = false;
  std::unique_ptr<Decoded> decoded_;
};

}  // namespace caascan::dnssec
