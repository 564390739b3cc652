// The floor of validation: so many signature checks and digests by OpenSSL alone. Each key is
// decoded once and kept, as any validator does that is not wasteful. Prints what was done as JSON.
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "bench/wire/wire.h"

namespace {

using caascan::bench::ParseNumber;

constexpr char kUsage[] = "bare_verify HASHES [ALGORITHM COUNT]...";
constexpr size_t kSignedBytes = 150;  // About what a CAA or NSEC set and the RRSIG's fields take.
constexpr size_t kHashedBytes = 32;

struct FreePkey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreePkey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

void Require(bool done, const char* what) {
  if (done) return;
  (void)std::fprintf(stderr, "bare_verify: %s failed\n", what);
  std::exit(1);
}

/// A key of a DNSSEC algorithm, by its number.
Pkey MakeKey(uint64_t algorithm) {
  switch (algorithm) {
    case 5:
    case 7:
    case 8:
    case 10:
      return Pkey(EVP_RSA_gen(2048));
    case 13:
      return Pkey(EVP_EC_gen("P-256"));
    case 14:
      return Pkey(EVP_EC_gen("P-384"));
    case 15:
      return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case 16:
      return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"));
    default:
      return nullptr;
  }
}

const EVP_MD* DigestOf(uint64_t algorithm) {
  switch (algorithm) {
    case 5:
    case 7:
      return EVP_sha1();
    case 10:
      return EVP_sha512();
    case 14:
      return EVP_sha384();
    case 15:
    case 16:
      return nullptr;  // Part of the algorithm.
    default:
      return EVP_sha256();
  }
}

void Verify(uint64_t algorithm, uint64_t count) {
  const Pkey key = MakeKey(algorithm);
  Require(key != nullptr, "making a key");
  const std::vector<uint8_t> data(kSignedBytes, 0x5a);
  std::array<uint8_t, 512> signature{};
  size_t size = signature.size();
  const Context signing(EVP_MD_CTX_new());
  Require(
      EVP_DigestSignInit(signing.get(), nullptr, DigestOf(algorithm), nullptr, key.get()) == 1 &&
          EVP_DigestSign(signing.get(), signature.data(), &size, data.data(), data.size()) == 1,
      "signing");
  for (uint64_t i = 0; i < count; ++i) {
    const Context context(EVP_MD_CTX_new());
    Require(
        EVP_DigestVerifyInit(context.get(), nullptr, DigestOf(algorithm), nullptr, key.get()) ==
                1 &&
            EVP_DigestVerify(context.get(), signature.data(), size, data.data(), data.size()) == 1,
        "verifying");
  }
}

void Hash(uint64_t count) {
  std::array<uint8_t, kHashedBytes> data{};
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest{};
  const Context context(EVP_MD_CTX_new());
  for (uint64_t i = 0; i < count; ++i) {
    Require(EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr) == 1 &&
                EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
                EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1,
            "hashing");
    data[0] = digest[0];
  }
}

}  // namespace

int main(int argc, char** argv) {
  constexpr uint64_t kMost = 1'000'000'000;
  if (argc < 2 || argc % 2 != 0) (void)ParseNumber("", 0, 0, kUsage);
  const uint64_t hashes = ParseNumber(argv[1], 0, kMost, kUsage);
  Hash(hashes);
  uint64_t checks = 0;
  for (int i = 2; i + 1 < argc; i += 2) {
    const uint64_t count = ParseNumber(argv[i + 1], 0, kMost, kUsage);
    Verify(ParseNumber(argv[i], 1, 16, kUsage), count);
    checks += count;
  }
  (void)std::printf("{\"hashes\":%llu,\"checks\":%llu}\n", static_cast<unsigned long long>(hashes),
                    static_cast<unsigned long long>(checks));
  return 0;
}
