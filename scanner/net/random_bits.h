// Random numbers that nobody can foresee: query IDs, letter case, sockets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace caascan::net {

/// Draws the system's random numbers (getrandom(2): ChaCha20, keyed by the machine's entropy) in
/// blocks, so that a query costs no system call. What a server sees of them tells nothing of the
/// next. One thread.
class RandomBits {
 public:
  RandomBits() = default;
  RandomBits(const RandomBits&) = delete;
  RandomBits& operator=(const RandomBits&) = delete;

  uint64_t Next() {
    if (left_ == 0) Refill();
    return block_[--left_];
  }

 private:
  void Refill();

  std::array<uint64_t, 512> block_;
  size_t left_ = 0;
};

}  // namespace caascan::net
