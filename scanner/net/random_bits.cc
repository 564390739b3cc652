// Tested by random_bits_test.cc, and without a provider by dnssec_policy_test.py. Its cost is in
// net_bench.cc.
#include "scanner/net/random_bits.h"

#include <openssl/evp.h>
#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <span>

namespace caascan::net {
namespace {

void FillFromSystem(std::span<uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got > 0) {
      bytes = bytes.subspan(static_cast<size_t>(got));
    } else if (errno != EINTR) {
      std::abort();  // Linux has had it since 3.17; without it every query could be foreseen.
    }
  }
}

}  // namespace

void RandomBits::FreeCipher::operator()(evp_cipher_ctx_st* cipher) const {
  EVP_CIPHER_CTX_free(cipher);
}

RandomBits::RandomBits() : cipher_(EVP_CIPHER_CTX_new()) {
  FillFromSystem({reinterpret_cast<uint8_t*>(block_.data()), kKeyWords * sizeof(uint64_t)});
  if (cipher_ != nullptr &&
      EVP_EncryptInit_ex2(cipher_.get(), EVP_aes_256_ctr(), nullptr, nullptr, nullptr) != 1) {
    cipher_.reset();
  }
}

void RandomBits::Refill() {
  if (cipher_ == nullptr || !Encrypt()) {
    cipher_.reset();
    FillFromSystem({reinterpret_cast<uint8_t*>(block_.data()), sizeof block_});
  }
  left_ = kWords;
}

/// The key stands in front, from the block before or from the system.
bool RandomBits::Encrypt() {
  auto* const bytes = reinterpret_cast<uint8_t*>(block_.data());
  constexpr size_t kKeyOctets = 32;
  int size = 0;
  if (EVP_EncryptInit_ex2(cipher_.get(), nullptr, bytes, bytes + kKeyOctets, nullptr) != 1) {
    return false;
  }
  std::memset(bytes, 0, sizeof block_);
  return EVP_EncryptUpdate(cipher_.get(), bytes, &size, bytes, sizeof block_) == 1;
}

}  // namespace caascan::net
