// How much computing a stranger's records may cost us (KeyTrap, NSEC3 exhaustion).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "scanner/crypto/policy.h"

namespace caascan::dnssec {

/// What was computed, and what may be. Prices are about microseconds of one core
/// (bench/dnssec_bench measures them); they do not depend on the clock, so the same records always
/// get the same verdict. One thread. Who meets the limit gets a verdict that says `gave_up`.
struct Work {
  static constexpr uint32_t kUnlimited = UINT32_MAX;
  static constexpr size_t kAlgorithms = 17;  // Up to ED448; further ones are not supported.

  uint32_t limit = kUnlimited;
  uint32_t spent = 0;
  /// Signatures checked by cryptography, by their algorithm's number;
  std::array<uint16_t, kAlgorithms> checks{};
  uint32_t remembered = 0;  // by a signature memo.
  uint32_t hashes = 0;      // SHA-1 computed for NSEC3, iterations counted each.

  uint32_t signature_checks() const {
    return std::accumulate(checks.begin(), checks.end(), uint32_t{0});
  }
  /// Adds what `other` did, and what it cost.
  void Add(const Work& other) {
    spent += other.spent;
    remembered += other.remembered;
    hashes += other.hashes;
    for (size_t i = 0; i < kAlgorithms; ++i) {
      checks[i] = static_cast<uint16_t>(checks[i] + other.checks[i]);
    }
  }
  /// False, and nothing is charged, where that is too much.
  bool Charge(uint32_t price) {
    if (price > limit - spent) return false;
    spent += price;
    return true;
  }
};

class SignatureMemo;

/// What a verification needs besides the records. `now`: seconds since 1970 modulo 2^32.
struct Means {
  uint32_t now = 0;
  Work* work = nullptr;
  SignatureMemo* memo = nullptr;  // None: every signature is checked anew.
  crypto::Policy policy = {};
};

}  // namespace caascan::dnssec
