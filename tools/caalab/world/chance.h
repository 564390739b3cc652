// Choices made from hashes and random numbers.
#pragma once

#include <cstdint>

namespace caascan::lab {

/// A 64-bit mixer (the finaliser of SplitMix64): every bit of the value reaches every bit.
constexpr uint64_t MixBits(uint64_t value) {
  value += 0x9E3779B97F4A7C15ull;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ull;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBull;
  return value ^ (value >> 31);
}

/// From 0 up to, but never, 1.
constexpr double UnitInterval(uint64_t random) {
  return static_cast<double>(random >> 11) * 0x1p-53;
}

/// True with a chance of `percent` in a hundred.
constexpr bool Strikes(double percent, uint64_t random) {
  return UnitInterval(random) * 100 < percent;
}

}  // namespace caascan::lab
