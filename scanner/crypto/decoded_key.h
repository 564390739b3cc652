// A public key in OpenSSL's form. It takes some kilobytes, and as long to make as a quick check.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace caascan::crypto {

/// The numbers of an RSA key, without zeros in front.
struct RsaNumbers {
  std::span<const uint8_t> exponent;
  std::span<const uint8_t> modulus;
};

/// RFC 3110 §2. nullopt too of what it allows and nobody uses, since it makes checks cost
/// milliseconds: a modulus outside 512 to 4096 bits (RFC 5702 §2), an exponent above 2^32 + 1, the
/// largest that signers were seen to choose.
std::optional<RsaNumbers> ReadRsa(std::span<const uint8_t> key);

/// One thread.
class DecodedKey {
 public:
  /// `rdata` is a whole DNSKEY RDATA. What cannot be decoded verifies nothing: see PublicKey.
  explicit DecodedKey(std::span<const uint8_t> rdata);
  DecodedKey(const DecodedKey&) = delete;
  DecodedKey& operator=(const DecodedKey&) = delete;
  ~DecodedKey();

  bool Verify(std::span<const uint8_t> data, std::span<const uint8_t> signature);

 private:
  struct OpenSsl;
  struct P256;

  // Both are null where it cannot be decoded.
  std::unique_ptr<P256> p256_;  // Of algorithm 13.
  std::unique_ptr<OpenSsl> openssl_;
};

/// Those that were used last: a scan meets some few again and again, and most at one zone only.
class DecodedKeyCache {
 public:
  /// `capacity` is at least 1.
  explicit DecodedKeyCache(size_t capacity) : capacity_(capacity) {}

  /// Valid until the next call.
  DecodedKey* Get(std::span<const uint8_t> rdata);
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Entry(std::string_view text, std::span<const uint8_t> octets) : rdata(text), key(octets) {}

    const std::string rdata;
    DecodedKey key;
  };

  const size_t capacity_;
  std::list<Entry> entries_;  // Least recently used first.
  absl::flat_hash_map<std::string_view, std::list<Entry>::iterator> by_rdata_;
};

}  // namespace caascan::crypto
