#include "tests/crypto/crafted_signature.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace caascan::crypto {
namespace {

void Require(bool done) {
  if (done) return;
  (void)std::fputs("crafted_signature: OpenSSL failed\n", stderr);
  std::abort();
}

const EC_GROUP* Group() {
  static const EC_GROUP* const kGroup = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  Require(kGroup != nullptr);
  return kGroup;
}

BN_CTX* Context() {
  static BN_CTX* const kContext = BN_CTX_new();
  return kContext;
}

Number New() {
  Number number(BN_new());
  Require(number != nullptr);
  return number;
}

}  // namespace

Number FromHex(const char* hex) {
  BIGNUM* number = nullptr;
  Require(BN_hex2bn(&number, hex) != 0);
  return Number(number);
}

Number FromWord(uint64_t word) {
  Number out = New();
  Require(BN_set_word(out.get(), word) == 1);
  return out;
}

Number Plus(const BIGNUM* a, const BIGNUM* b) {
  Number out = New();
  Require(BN_add(out.get(), a, b) == 1);
  return out;
}

Number Minus(const BIGNUM* a, const BIGNUM* b) {
  Number out = New();
  Require(BN_sub(out.get(), a, b) == 1);
  return out;
}

Number Times(const BIGNUM* a, const BIGNUM* b) {
  Number out = New();
  Require(BN_mod_mul(out.get(), a, b, Order(), Context()) == 1);
  return out;
}

Number Inverted(const BIGNUM* a) { return Number(BN_mod_inverse(nullptr, a, Order(), Context())); }

const BIGNUM* Order() { return EC_GROUP_get0_order(Group()); }
const BIGNUM* Prime() { return EC_GROUP_get0_field(Group()); }

std::array<uint8_t, 32> ToOctets(const BIGNUM* number) {
  std::array<uint8_t, 40> padded{};
  Require(BN_bn2binpad(number, padded.data(), padded.size()) > 0);
  std::array<uint8_t, 32> out{};
  std::copy(padded.end() - 32, padded.end(), out.begin());
  return out;
}

void Crafted::SetR(const BIGNUM* r) {
  const auto octets = ToOctets(r);
  std::copy(octets.begin(), octets.end(), signature.begin());
}

void Crafted::SetS(const BIGNUM* s) {
  const auto octets = ToOctets(s);
  std::copy(octets.begin(), octets.end(), signature.begin() + 32);
}

TestPoint::TestPoint(Point point) : point_(std::move(point)) {
  std::array<uint8_t, 65> uncompressed{};
  Require(EC_POINT_point2oct(Group(), point_.get(), POINT_CONVERSION_UNCOMPRESSED,
                             uncompressed.data(), uncompressed.size(), Context()) == 65);
  std::copy(uncompressed.begin() + 1, uncompressed.end(), octets_.begin());
  std::string curve = "P-256";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, uncompressed.data(), 65),
      OSSL_PARAM_construct_end()};
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
  EVP_PKEY* key = nullptr;
  Require(EVP_PKEY_fromdata_init(context) == 1 &&
          EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(params)) ==
              1);
  EVP_PKEY_CTX_free(context);
  key_.reset(key);
}

TestPoint TestPoint::Of(const BIGNUM* secret) {
  Point point(EC_POINT_new(Group()));
  Require(EC_POINT_mul(Group(), point.get(), secret, nullptr, nullptr, Context()) == 1);
  return TestPoint(std::move(point));
}

bool TestPoint::OpensslVerifies(std::span<const uint8_t> hash,
                                std::span<const uint8_t> signature) const {
  ECDSA_SIG* const numbers = ECDSA_SIG_new();
  Require(ECDSA_SIG_set0(numbers, BN_bin2bn(signature.data(), 32, nullptr),
                         BN_bin2bn(signature.data() + 32, 32, nullptr)) == 1);
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(numbers, &der);
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr);
  Require(size > 0 && EVP_PKEY_verify_init(context) == 1);
  const bool good =
      EVP_PKEY_verify(context, der, static_cast<size_t>(size), hash.data(), hash.size()) == 1;
  EVP_PKEY_CTX_free(context);
  OPENSSL_free(der);
  ECDSA_SIG_free(numbers);
  return good;
}

std::optional<Crafted> TestPoint::Craft(const BIGNUM* of_g, const BIGNUM* of_key) const {
  const Point sum(EC_POINT_new(Group()));
  Require(EC_POINT_mul(Group(), sum.get(), of_g, point_.get(), of_key, Context()) == 1);
  if (EC_POINT_is_at_infinity(Group(), sum.get()) == 1) return std::nullopt;
  const Number x = New();
  Require(EC_POINT_get_affine_coordinates(Group(), sum.get(), x.get(), nullptr, Context()) == 1);
  const Number r = Times(x.get(), FromWord(1).get());
  const Number inverted = Inverted(of_key);
  if (inverted == nullptr) return std::nullopt;
  const Number s = Times(r.get(), inverted.get());
  if (BN_is_zero(s.get())) return std::nullopt;
  Crafted out{.hash = ToOctets(Times(of_g, s.get()).get())};
  out.SetR(r.get());
  out.SetS(s.get());
  return out;
}

std::optional<TestPoint> TestPoint::Towards(const BIGNUM* x, const BIGNUM* of_g,
                                            const BIGNUM* of_key) {
  Point point(EC_POINT_new(Group()));
  if (EC_POINT_set_compressed_coordinates(Group(), point.get(), x, 0, Context()) != 1) {
    return std::nullopt;
  }
  const Number minus = Minus(Order(), of_g);  // R - of_g * G, divided by of_key.
  const Number inverted = Inverted(of_key);
  Require(EC_POINT_mul(Group(), point.get(), minus.get(), point.get(), FromWord(1).get(),
                       Context()) == 1 &&
          EC_POINT_mul(Group(), point.get(), nullptr, point.get(), inverted.get(), Context()) == 1);
  return TestPoint(std::move(point));
}

}  // namespace caascan::crypto
