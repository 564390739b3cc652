// Bernstein and Yang, "Fast constant-time gcd computation and modular inversion" (2019), without
// the constant time. A division step makes g even by adding or subtracting f, and halves it. Which
// steps come depends on the lowest bits of f and g only. So 62 of them are made on one word each
// and become a matrix, which is then applied to the whole numbers.
//
// Numbers have five signed limbs of 62 bits. Always: d * value = f and e * value = g modulo the
// modulus. It ends with g = 0 and f = 1 or -1, so the inverse is d or -d. Tested by
// inverse_test.cc.
#include "scanner/crypto/inverse.h"

#include <bit>
#include <cassert>
#include <cstddef>

namespace caascan::crypto {
namespace {

__extension__ using Wide = __int128;

constexpr int kLimbBits = 62;
constexpr size_t kLimbs = 5;
constexpr uint64_t kLimbMask = ~uint64_t{0} >> 2;

/// The highest limb has the sign; the others are in [0, 2^62-1].
using Limbs = std::array<int64_t, kLimbs>;

/// 62 division steps: f becomes (u f + v g) / 2^62, and g becomes (q f + r g) / 2^62.
struct Steps {
  int64_t u, v, q, r;
};

int64_t LowLimb(uint64_t bits) { return static_cast<int64_t>(bits & kLimbMask); }

Limbs ToLimbs(const Number256& n) {
  return {LowLimb(n[0]), LowLimb(n[0] >> 62 | n[1] << 2), LowLimb(n[1] >> 60 | n[2] << 4),
          LowLimb(n[2] >> 58 | n[3] << 6), static_cast<int64_t>(n[3] >> 56)};
}

Number256 ToNumber(const Limbs& limbs) {
  std::array<uint64_t, kLimbs> bits;
  for (size_t i = 0; i < kLimbs; ++i) bits[i] = static_cast<uint64_t>(limbs[i]);
  return {bits[0] | bits[1] << 62, bits[1] >> 2 | bits[2] << 60, bits[2] >> 4 | bits[3] << 58,
          bits[3] >> 6 | bits[4] << 56};
}

/// Of the lowest words of f and g, with f odd. `delta` is the paper's.
Steps MakeSteps(uint64_t f, uint64_t g, int* delta) {
  uint64_t u = 1, v = 0, q = 0, r = 1;
  int left = kLimbBits;
  while (true) {
    const int zeros = std::countr_zero(g | ~uint64_t{0} << left);
    g >>= zeros;
    u <<= zeros;
    v <<= zeros;
    *delta += zeros;
    left -= zeros;
    if (left == 0) break;
    if (*delta > 0) {
      *delta = -*delta;
      const uint64_t old_f = f, old_u = u, old_v = v;
      f = g, u = q, v = r;
      g = ~old_f + 1, q = ~old_u + 1, r = ~old_v + 1;
    }
    // g + w f has as many zeros at its end as steps can be made before f and g change places.
    const int steps = 1 - *delta < left ? 1 - *delta : left;
    const uint64_t mask = (steps < 4 ? (uint64_t{1} << steps) - 1 : 15);
    const uint64_t inverse_of_f = f + (((f + 1) & 4) << 1);  // Modulo 16.
    const uint64_t w = (~inverse_of_f + 1) * g & mask;
    g += w * f;
    q += w * u;
    r += w * v;
  }
  return {static_cast<int64_t>(u), static_cast<int64_t>(v), static_cast<int64_t>(q),
          static_cast<int64_t>(r)};
}

/// (a f + b g) / 2^62, where that is a whole number.
Limbs Combine(const Limbs& f, const Limbs& g, int64_t a, int64_t b) {
  Limbs out;
  Wide carry = (Wide{a} * f[0] + Wide{b} * g[0]) >> kLimbBits;
  for (size_t i = 1; i < kLimbs; ++i) {
    carry += Wide{a} * f[i] + Wide{b} * g[i];
    out[i - 1] = LowLimb(static_cast<uint64_t>(carry));
    carry >>= kLimbBits;
  }
  out[kLimbs - 1] = static_cast<int64_t>(carry);
  return out;
}

struct Modulus {
  Limbs limbs;
  uint64_t inverse;  // Modulo 2^62.

  explicit Modulus(const Number256& number) : limbs(ToLimbs(number)), inverse(number[0]) {
    // Each round doubles the number of right bits; the number itself is right in three.
    for (int bits = 3; bits < kLimbBits; bits *= 2) inverse *= 2 - number[0] * inverse;
  }
};

/// (a d + b e) / 2^62 modulo the modulus, within (-2 modulus, modulus) if d and e are.
Limbs CombineModulo(const Limbs& d, const Limbs& e, int64_t a, int64_t b, const Modulus& modulus) {
  // So many times the modulus make the sum divisible, and keep it within the bounds.
  int64_t times = (d[kLimbs - 1] < 0 ? a : 0) + (e[kLimbs - 1] < 0 ? b : 0);
  Wide carry = Wide{a} * d[0] + Wide{b} * e[0];
  const uint64_t low = static_cast<uint64_t>(carry);
  times -= LowLimb(modulus.inverse * low + static_cast<uint64_t>(times));
  carry = (carry + Wide{modulus.limbs[0]} * times) >> kLimbBits;
  Limbs out;
  for (size_t i = 1; i < kLimbs; ++i) {
    carry += Wide{a} * d[i] + Wide{b} * e[i] + Wide{modulus.limbs[i]} * times;
    out[i - 1] = LowLimb(static_cast<uint64_t>(carry));
    carry >>= kLimbBits;
  }
  out[kLimbs - 1] = static_cast<int64_t>(carry);
  return out;
}

/// a + sign * b, with `sign` 1, 0 or -1.
Limbs AddTimes(const Limbs& a, int64_t sign, const Limbs& b) {
  Limbs out;
  int64_t carry = 0;
  for (size_t i = 0; i < kLimbs; ++i) {
    carry += a[i] + sign * b[i];
    out[i] = i + 1 < kLimbs ? LowLimb(static_cast<uint64_t>(carry)) : carry;
    carry >>= kLimbBits;
  }
  return out;
}

bool IsNegative(const Limbs& limbs) { return limbs[kLimbs - 1] < 0; }

}  // namespace

Number256 Inverse(const Number256& value, const Number256& modulus) {
  assert((modulus[0] & 1) == 1 && modulus != Number256{1} && "the modulus is odd and above 1");
  assert(value != Number256{} && "zero has no inverse");
  const Modulus info(modulus);
  Limbs f = info.limbs, g = ToLimbs(value), d{}, e{1};
  int delta = 1;
  while (g != Limbs{}) {
    const Steps steps = MakeSteps(static_cast<uint64_t>(f[0]), static_cast<uint64_t>(g[0]), &delta);
    const Limbs next_d = CombineModulo(d, e, steps.u, steps.v, info);
    e = CombineModulo(d, e, steps.q, steps.r, info);
    d = next_d;
    const Limbs next_f = Combine(f, g, steps.u, steps.v);
    g = Combine(f, g, steps.q, steps.r);
    f = next_f;
  }
  const bool negate = IsNegative(f);
  assert(AddTimes({}, negate ? -1 : 1, f) == Limbs{1} && "they have no common divisor");
  if (IsNegative(d)) d = AddTimes(d, 1, info.limbs);
  if (negate) d = AddTimes({}, -1, d);
  if (IsNegative(d)) d = AddTimes(d, 1, info.limbs);
  return ToNumber(d);
}

}  // namespace caascan::crypto
