// Tested by random_bits_test.cc; net_bench.cc has its cost.
#include "scanner/net/random_bits.h"

#include <openssl/evp.h>
#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace caascan::net {

void RandomBits::FreeCipher::operator()(evp_cipher_ctx_st* cipher) const {
  EVP_CIPHER_CTX_free(cipher);
}

RandomBits::RandomBits() : cipher_(EVP_CIPHER_CTX_new()) {
  auto* const key = reinterpret_cast<uint8_t*>(block_.data());
  constexpr size_t kKeySize = kKeyWords * sizeof(uint64_t);
  size_t filled = 0;
  while (filled < kKeySize) {
    const ssize_t got = getrandom(key + filled, kKeySize - filled, 0);
    if (got > 0) {
      filled += static_cast<size_t>(got);
    } else if (errno != EINTR) {
      std::abort();  // Linux has had it since 3.17; without it every query could be foreseen.
    }
  }
  if (EVP_EncryptInit_ex2(cipher_.get(), EVP_aes_256_ctr(), nullptr, nullptr, nullptr) != 1) {
    std::abort();
  }
}

/// The key stands in front, from the block before or from the system.
void RandomBits::Refill() {
  auto* const bytes = reinterpret_cast<uint8_t*>(block_.data());
  constexpr size_t kKeyOctets = 32;
  int size = 0;
  if (EVP_EncryptInit_ex2(cipher_.get(), nullptr, bytes, bytes + kKeyOctets, nullptr) != 1) {
    std::abort();
  }
  std::memset(bytes, 0, sizeof block_);
  if (EVP_EncryptUpdate(cipher_.get(), bytes, &size, bytes, sizeof block_) != 1) std::abort();
  left_ = kWords;
}

}  // namespace caascan::net
