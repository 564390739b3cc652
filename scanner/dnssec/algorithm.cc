// Tested by public_key_test.cc and chain_test.cc.
#include "scanner/dnssec/algorithm.h"

#include <array>
#include <string_view>

#include "scanner/dnssec/digest.h"
#include "scanner/dnssec/public_key.h"

namespace caascan::dnssec {
namespace {

// A key of algorithm 5 of 1024 bits, and its signature of "caascan".
constexpr std::string_view kKnownKey =
    "0100030503010001"
    "cb33e855610d8983661bf71c39502924dce0c65a281b44cdadc21d8ea0fe28923a53d46d4e62609027f3183b942c"
    "a5c9b583bb2cc2c2c7fcde54fa5439bf7e42f5e5b00e2fe23d591c415916af6fbecab7e94853e18c43d95d764b99"
    "8608e570a6fad83a4c361207daf088f66bacc80a9f4b8fafad6216bbdb5d061c4cf285ef";
constexpr std::string_view kKnownSignature =
    "0908a26bea2c7a56c6b34abcc5c85cd0ea61ad001a0120181edcde07ad4ec37c8802083b404d643125799be500bf"
    "6d2a677f0ddbdef5ab65e4c96cb720b860ac21a09a00725633f343a121001034cbe7e0466ecc95265418a5c151a3"
    "30be5adbda31f229ea34cc1024945944df9aae19f6765cd7f1d2dd6b4f86b3fa61a3707b";
constexpr std::string_view kKnownData = "caascan";

uint8_t HexDigit(char c) { return static_cast<uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }

std::string FromHex(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(HexDigit(hex[i]) << 4 | HexDigit(hex[i + 1])));
  }
  return out;
}

std::span<const uint8_t> Octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// Distributions forbid signatures over SHA-1 by policy; only trying tells.
bool CanVerifySha1Signatures() {
  static const bool kCan = [] {
    PublicKey key(Octets(FromHex(kKnownKey)));
    return key.Verify(Octets(kKnownData), Octets(FromHex(kKnownSignature)));
  }();
  return kCan;
}

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

const EVP_MD* Sha1() {
  static const EVP_MD* const kDigest = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return kDigest;
}

const EVP_MD* Sha256() {
  static const EVP_MD* const kDigest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kDigest;
}

const EVP_MD* Sha384() {
  static const EVP_MD* const kDigest = EVP_MD_fetch(nullptr, "SHA384", nullptr);
  return kDigest;
}

const EVP_MD* Sha512() {
  static const EVP_MD* const kDigest = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  return kDigest;
}

bool IsSupported(uint8_t algorithm) {
  switch (static_cast<Algorithm>(algorithm)) {
    case Algorithm::kRsaSha1:
    case Algorithm::kRsaSha1Nsec3:
      return CanVerifySha1Signatures();
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

bool IsSupportedDigest(uint8_t digest_type) { return DsDigest(digest_type) != nullptr; }

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

}  // namespace caascan::dnssec
