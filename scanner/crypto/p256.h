// ECDSA over the curve P-256 (FIPS 186-5, RFC 6605), for keys that are used again and again.
#pragma once

#include <openssl/ec.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace caascan::crypto {

struct FreePoint {
  void operator()(EC_POINT* point) const { EC_POINT_free(point); }
};
struct FreeGroup {
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
};

/// Multiples of one key, which make a check by that key take a third of the time. Immutable, any
/// thread.
class P256Table {
 public:
  /// What one takes: OpenSSL keeps 37 * 64 points of 64 octets.
  static constexpr size_t kBytes = 156'000;

  /// `key`: as for P256Key. It takes 15 to 26 ms. Null where the key is no point of the curve, or
  /// where OpenSSL has no such tables for the curve.
  static std::shared_ptr<const P256Table> Make(std::span<const uint8_t> key);

 private:
  friend class P256Key;
  explicit P256Table(EC_GROUP* group) : group_(group) {}

  const std::unique_ptr<EC_GROUP, FreeGroup> group_;  // Its generator is the key.
};

/// A public key. Immutable, any thread.
class P256Key {
 public:
  static constexpr size_t kSize = 64;
  static constexpr size_t kHashSize = 32;

  /// `key` is x and y, 32 octets each (RFC 6605 §4). Null where that is no point of the curve.
  static std::unique_ptr<const P256Key> Read(std::span<const uint8_t> key);

  /// Is `signature`, r and s of 32 octets each, one of `hash` by this key? The same answer as
  /// OpenSSL's EVP_PKEY_verify(). `table` is this key's, or null. What is wrong may leave errors
  /// in OpenSSL's queue.
  bool Verify(std::span<const uint8_t, kHashSize> hash, std::span<const uint8_t> signature,
              const P256Table* table) const;

 private:
  explicit P256Key(EC_POINT* point) : point_(point) {}

  const std::unique_ptr<EC_POINT, FreePoint> point_;
};

}  // namespace caascan::crypto
