// Signatures of P-256 whose check meets any point of the curve, and OpenSSL's own answer to them.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace caascan::crypto {

struct FreeTestNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeTestNumber>;

Number FromHex(const char* hex);
Number FromWord(uint64_t word);
Number Plus(const BIGNUM* a, const BIGNUM* b);
Number Minus(const BIGNUM* a, const BIGNUM* b);
/// Modulo the curve's order.
Number Times(const BIGNUM* a, const BIGNUM* b);
Number Inverted(const BIGNUM* a);
const BIGNUM* Order();
const BIGNUM* Prime();

/// As signatures and digests have them; of numbers above 2^256 the low octets.
std::array<uint8_t, 32> ToOctets(const BIGNUM* number);

struct Crafted {
  std::array<uint8_t, 32> hash{};
  std::array<uint8_t, 64> signature{};

  void SetR(const BIGNUM* r);
  void SetS(const BIGNUM* s);
};

/// A public key for tests.
class TestPoint {
 public:
  /// `secret` times the generator. REQUIRES: secret is in [1, order-1].
  static TestPoint Of(const BIGNUM* secret);

  /// x and y, as P256Key takes them.
  std::span<const uint8_t, 64> octets() const { return octets_; }
  /// OpenSSL's answer, by EVP_PKEY_verify().
  bool OpensslVerifies(std::span<const uint8_t> hash, std::span<const uint8_t> signature) const;
  /// A good signature whose check computes of_g * G + of_key * this. nullopt where none can be: the
  /// sum or a factor is zero.
  std::optional<Crafted> Craft(const BIGNUM* of_g, const BIGNUM* of_key) const;

  /// A key by which that check comes to the point (x, y): one with y even. nullopt where the
  /// curve has no such x.
  static std::optional<TestPoint> Towards(const BIGNUM* x, const BIGNUM* of_g,
                                          const BIGNUM* of_key);

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  struct FreePoint {
    void operator()(EC_POINT* point) const { EC_POINT_free(point); }
  };
  using Point = std::unique_ptr<EC_POINT, FreePoint>;

  explicit TestPoint(Point point);

  Point point_;
  std::array<uint8_t, 64> octets_{};
  std::unique_ptr<EVP_PKEY, FreeKey> key_;
};

}  // namespace caascan::crypto
