// Random numbers that nobody can foresee: query IDs, letter case, sockets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace caascan::net {

/// Draws from Abseil's generator (seeded by the system's entropy) in blocks. One thread.
class RandomBits {
 public:
  RandomBits();
  RandomBits(const RandomBits&) = delete;
  RandomBits& operator=(const RandomBits&) = delete;
  ~RandomBits();

  uint64_t Next() {
    if (left_ == 0) Refill();
    return block_[--left_];
  }

 private:
  struct Generator;
  void Refill();

  std::unique_ptr<Generator> generator_;
  std::array<uint64_t, 64> block_;
  size_t left_ = 0;
};

}  // namespace caascan::net
