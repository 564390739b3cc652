// With Q the key, n the order of the curve and z the hash, a signature (r, s) is good where the
// point R = (z / s) G + (r / s) Q has an x that is r modulo n. OpenSSL does the curve's arithmetic.
// Three things are cheaper here than in its own check, which makes no use of the numbers being
// public and of the key being met again and again:
//
//   - 1 / s comes from Inverse(), which need not take constant time.
//   - R stays in Jacobian form (X, Y, Z) with x = X / Z^2: r Z^2 = X needs no inversion.
//   - Q's multiples come from a table, as OpenSSL has one of G's built in. The table is made by a
//     copy of the curve's group whose generator is Q.
//
// The functions for the last two are deprecated since OpenSSL 3.0, since providers do not have
// them. No others give access to the table. Where they are missing, there are no tables, and x is
// computed. Tested by p256_test.cc against EVP_PKEY_verify(), and by ecdsa_fuzz.cc.
#include "scanner/crypto/p256.h"

#include <openssl/bn.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "scanner/crypto/digest.h"
#include "scanner/crypto/inverse.h"
#include "scanner/crypto/openssl_ptr.h"

namespace caascan::crypto {
namespace {

struct FreeNumbers {
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using PointPtr = std::unique_ptr<EC_POINT, FreePoint>;
using GroupPtr = std::unique_ptr<EC_GROUP, FreeGroup>;

constexpr size_t kHalf = P256Key::kSize / 2;
constexpr Number256 kOrder = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                              0xffffffff00000000};

/// The curve. Never freed: threads that end late may still use it.
struct Curve {
  EC_GROUP* const group = EC_GROUP_new_by_curve_name_ex(Library(), nullptr, NID_X9_62_prime256v1);
  const BIGNUM* const order = group == nullptr ? nullptr : EC_GROUP_get0_order(group);
  const BIGNUM* const prime = group == nullptr ? nullptr : EC_GROUP_get0_field(group);
};

/// The group is null where OpenSSL does not have it.
const Curve& P256() {
  static const auto* const kCurve = new Curve;
  return *kCurve;
}

/// What a check computes with, kept by the thread: making it anew would take as long as an
/// addition.
struct Scratch {
  std::unique_ptr<BN_CTX, FreeNumbers> context{BN_CTX_new()};
  NumberPtr r{BN_new()}, s{BN_new()}, hash{BN_new()}, inverse{BN_new()};
  NumberPtr of_g{BN_new()}, of_key{BN_new()};
  NumberPtr x{BN_new()}, y{BN_new()}, z{BN_new()};
  PointPtr sum{EC_POINT_new(P256().group)}, multiple{EC_POINT_new(P256().group)};

  /// Was there memory for all of it?
  bool ok() const {
    return context && r && s && hash && inverse && of_g && of_key && x && y && z && sum && multiple;
  }
};

#ifndef OPENSSL_NO_DEPRECATED_3_0
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // See the top of the file.

bool MakeTable(EC_GROUP* group, BN_CTX* context) {
  return EC_GROUP_precompute_mult(group, context) == 1 && EC_GROUP_have_precompute_mult(group) == 1;
}

/// Only the implementation that has G's table built in computes by a table alone. With others a
/// table is of no use: they take longer with it for a single multiple.
bool ComputesByTable(const EC_GROUP* group) { return EC_GROUP_have_precompute_mult(group) == 1; }

/// Is `number` the x of `point`, which is not at infinity?
bool IsX(const BIGNUM* number, const EC_POINT* point, Scratch* scratch) {
  BIGNUM* const z = scratch->z.get();
  BIGNUM* const y = scratch->y.get();
  BN_CTX* const context = scratch->context.get();
  return EC_POINT_get_Jprojective_coordinates_GFp(P256().group, point, scratch->x.get(), y, z,
                                                  context) == 1 &&
         BN_mod_sqr(y, z, P256().prime, context) == 1 &&
         BN_mod_mul(z, y, number, P256().prime, context) == 1 && BN_cmp(z, scratch->x.get()) == 0;
}
#pragma GCC diagnostic pop
#else
bool MakeTable(EC_GROUP*, BN_CTX*) { return false; }

bool ComputesByTable(const EC_GROUP*) { return false; }

bool IsX(const BIGNUM* number, const EC_POINT* point, Scratch* scratch) {
  return EC_POINT_get_affine_coordinates(P256().group, point, scratch->x.get(), nullptr,
                                         scratch->context.get()) == 1 &&
         BN_cmp(number, scratch->x.get()) == 0;
}
#endif

/// Null where it is no point of the curve.
PointPtr ReadPoint(const EC_GROUP* group, std::span<const uint8_t> key) {
  if (group == nullptr || key.size() != P256Key::kSize) return nullptr;
  std::array<uint8_t, 1 + P256Key::kSize> octets{POINT_CONVERSION_UNCOMPRESSED};
  std::copy(key.begin(), key.end(), octets.begin() + 1);
  PointPtr point(EC_POINT_new(group));
  if (point == nullptr ||
      EC_POINT_oct2point(group, point.get(), octets.data(), octets.size(), nullptr) != 1) {
    return nullptr;
  }
  return point;
}

bool SetNumber(std::span<const uint8_t> big_endian, BIGNUM* out) {
  return BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), out) != nullptr;
}

bool IsInRange(const BIGNUM* number) {
  return !BN_is_zero(number) && BN_cmp(number, P256().order) < 0;
}

/// 1 / `number` modulo the order. REQUIRES: IsInRange(number).
bool SetInverse(const BIGNUM* number, BIGNUM* out) {
  assert(IsInRange(number) && "it has an inverse");
  std::array<uint8_t, kHalf> octets;
  if (BN_bn2lebinpad(number, octets.data(), octets.size()) != octets.size()) return false;
  Number256 words{};
  for (size_t i = 0; i < octets.size(); ++i) words[i / 8] |= uint64_t{octets[i]} << i % 8 * 8;
  words = Inverse(words, kOrder);
  for (size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<uint8_t>(words[i / 8] >> i % 8 * 8);
  }
  return BN_lebin2bn(octets.data(), octets.size(), out) != nullptr;
}

/// Is x modulo the order r? Since x is below the prime, it is r or r + order.
bool HasX(const EC_POINT* point, Scratch* scratch) {
  if (EC_POINT_is_at_infinity(P256().group, point) == 1) return false;
  const BIGNUM* const r = scratch->r.get();
  if (IsX(r, point, scratch)) return true;
  BIGNUM* const above = scratch->s.get();  // Not needed any more.
  return BN_add(above, r, P256().order) == 1 && BN_cmp(above, P256().prime) < 0 &&
         IsX(above, point, scratch);
}

/// The factors of G and of the key. False where r or s is out of range.
bool SetFactors(std::span<const uint8_t> hash, std::span<const uint8_t> signature,
                Scratch* scratch) {
  BIGNUM* const r = scratch->r.get();
  BIGNUM* const s = scratch->s.get();
  BIGNUM* const inverse = scratch->inverse.get();
  BN_CTX* const context = scratch->context.get();
  return SetNumber(signature.first(kHalf), r) && SetNumber(signature.subspan(kHalf), s) &&
         IsInRange(r) && IsInRange(s) && SetNumber(hash, scratch->hash.get()) &&
         SetInverse(s, inverse) &&
         BN_mod_mul(scratch->of_g.get(), scratch->hash.get(), inverse, P256().order, context) ==
             1 &&
         BN_mod_mul(scratch->of_key.get(), r, inverse, P256().order, context) == 1;
}

}  // namespace

std::shared_ptr<const P256Table> P256Table::Make(std::span<const uint8_t> key) {
  const Curve& curve = P256();
  const PointPtr point = ReadPoint(curve.group, key);
  if (point == nullptr || !ComputesByTable(curve.group)) return nullptr;
  const std::unique_ptr<BN_CTX, FreeNumbers> context(BN_CTX_new());
  GroupPtr group(EC_GROUP_dup(curve.group));
  if (context == nullptr || group == nullptr ||
      EC_GROUP_set_generator(group.get(), point.get(), curve.order, BN_value_one()) != 1 ||
      !MakeTable(group.get(), context.get())) {
    return nullptr;
  }
  return std::shared_ptr<const P256Table>(new P256Table(group.release()));
}

std::unique_ptr<const P256Key> P256Key::Read(std::span<const uint8_t> key) {
  PointPtr point = ReadPoint(P256().group, key);
  if (point == nullptr) return nullptr;
  return std::unique_ptr<const P256Key>(new P256Key(point.release()));
}

bool P256Key::Verify(std::span<const uint8_t, kHashSize> hash, std::span<const uint8_t> signature,
                     const P256Table* table) const {
  thread_local Scratch scratch;
  if (!scratch.ok() || signature.size() != kSize || !SetFactors(hash, signature, &scratch)) {
    return false;
  }
  const EC_GROUP* const group = P256().group;
  EC_POINT* const sum = scratch.sum.get();
  const BIGNUM* const of_g = scratch.of_g.get();
  const BIGNUM* const of_key = scratch.of_key.get();
  BN_CTX* const context = scratch.context.get();
  if (table == nullptr) {
    return EC_POINT_mul(group, sum, of_g, point_.get(), of_key, context) == 1 &&
           HasX(sum, &scratch);
  }
  EC_POINT* const multiple = scratch.multiple.get();
  return EC_POINT_mul(group, sum, of_g, nullptr, nullptr, context) == 1 &&
         EC_POINT_mul(table->group_.get(), multiple, of_key, nullptr, nullptr, context) == 1 &&
         EC_POINT_add(group, sum, sum, multiple, context) == 1 && HasX(sum, &scratch);
}

}  // namespace caascan::crypto
