// OpenSSL's configuration may forbid signatures over SHA-1, or leave nothing but a module's own
// digests. A verdict must not depend on that, so all that this room asks of OpenSSL goes through a
// library context of its own, which reads no configuration. Tested by public_key_test.cc,
// chain_test.cc and, under such configurations, openssl_policy_test.cc.
#include "scanner/crypto/algorithm.h"

#include <openssl/provider.h>

#include <array>

#include "scanner/crypto/digest.h"

namespace caascan::crypto {
namespace {

const EVP_MD* DsDigest(uint8_t digest_type) {
  switch (static_cast<DigestType>(digest_type)) {
    case DigestType::kSha1:
      return Sha1();
    case DigestType::kSha256:
      return Sha256();
    case DigestType::kSha384:
      return Sha384();
  }
  return nullptr;
}

}  // namespace

OSSL_LIB_CTX* Library() {
  static OSSL_LIB_CTX* const kLibrary = [] {
    OSSL_LIB_CTX* const library = OSSL_LIB_CTX_new();
    if (library != nullptr) (void)OSSL_PROVIDER_load(library, "default");
    return library;
  }();
  return kLibrary;
}

const EVP_MD* Sha1() {
  static const EVP_MD* const kDigest = EVP_MD_fetch(Library(), "SHA1", nullptr);
  return kDigest;
}

const EVP_MD* Sha256() {
  static const EVP_MD* const kDigest = EVP_MD_fetch(Library(), "SHA256", nullptr);
  return kDigest;
}

const EVP_MD* Sha384() {
  static const EVP_MD* const kDigest = EVP_MD_fetch(Library(), "SHA384", nullptr);
  return kDigest;
}

const EVP_MD* Sha512() {
  static const EVP_MD* const kDigest = EVP_MD_fetch(Library(), "SHA512", nullptr);
  return kDigest;
}

bool IsSupported(uint8_t algorithm, const Policy& policy) {
  switch (static_cast<Algorithm>(algorithm)) {
    case Algorithm::kRsaSha1:
    case Algorithm::kRsaSha1Nsec3:
      return policy.accept_sha1;
    case Algorithm::kRsaSha256:
    case Algorithm::kRsaSha512:
    case Algorithm::kEcdsaP256Sha256:
    case Algorithm::kEcdsaP384Sha384:
    case Algorithm::kEd25519:
    case Algorithm::kEd448:
      return true;
  }
  return false;
}

bool IsSupportedDigest(uint8_t digest_type, const Policy& policy) {
  const EVP_MD* const digest = DsDigest(digest_type);
  return digest != nullptr && (policy.accept_sha1 || digest != Sha1());
}

std::string DigestOf(uint8_t digest_type, std::span<const uint8_t> bytes) {
  const EVP_MD* const digest = DsDigest(digest_type);
  std::array<uint8_t, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  if (digest == nullptr ||
      EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, digest, nullptr) != 1) {
    return {};
  }
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace caascan::crypto
