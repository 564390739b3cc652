// Random numbers that nobody can foresee: query IDs, letter case, sockets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

struct evp_cipher_ctx_st;

namespace caascan::net {

/// AES-256-CTR (libcrypto's), keyed by the system (getrandom(2)) and drawn in blocks. Each block
/// begins with the key of the next one, which is wiped, so that what is in memory tells nothing of
/// earlier blocks, and what servers see of a block tells nothing of the rest. One thread.
class RandomBits {
 public:
  RandomBits();
  RandomBits(const RandomBits&) = delete;
  RandomBits& operator=(const RandomBits&) = delete;

  uint64_t Next() {
    if (left_ == 0) Refill();
    return block_[kKeyWords + --left_];
  }

 private:
  static constexpr size_t kKeyWords = 6;  // A key of 32 octets, a counter of 16.
  static constexpr size_t kWords = 512;

  struct FreeCipher {
    void operator()(evp_cipher_ctx_st* cipher) const;
  };

  void Refill();

  bool Encrypt();

  std::unique_ptr<evp_cipher_ctx_st, FreeCipher> cipher_;  // Null: there is none.
  std::array<uint64_t, kKeyWords + kWords> block_;
  size_t left_ = 0;
};

}  // namespace caascan::net
