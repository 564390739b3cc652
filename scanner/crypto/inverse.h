// Inverses of numbers that are no secret.
#pragma once

#include <array>
#include <cstdint>

namespace caascan::crypto {

/// 256 bits, the least significant word first.
using Number256 = std::array<uint64_t, 4>;

/// The inverse of `value` modulo `modulus`, which is in [1, modulus-1]. How long it takes depends
/// on the numbers, so neither may be a secret: a signature's are not. Any thread. REQUIRES: the
/// modulus is odd and above 1; 0 < value < modulus; their greatest common divisor is 1.
Number256 Inverse(const Number256& value, const Number256& modulus);

}  // namespace caascan::crypto
