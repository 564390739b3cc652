// Tested by public_key_test.cc.
#include "scanner/crypto/public_key.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "scanner/crypto/algorithm.h"
#include "scanner/crypto/decoded_key.h"
#include "scanner/crypto/rdata.h"

namespace caascan::crypto {
namespace {

constexpr size_t kDecodedKeys = 1'000;
constexpr uint32_t kLeastPrice = 8;

/// A multiplication for each bit of the exponent, and one more for each that is set; the usual one,
/// 65537, has two of 17.
uint32_t PriceOf(const RsaNumbers& rsa) {
  constexpr size_t kUsualSteps = 19;
  size_t steps = 0;
  for (const uint8_t octet : rsa.exponent) steps += 8 + static_cast<size_t>(std::popcount(octet));
  steps -= static_cast<size_t>(std::countl_zero(rsa.exponent[0]));
  const size_t kilobits = rsa.modulus.size() / 128;  // Rounded down: 1024 bits are 1.
  const size_t usual = 5 * kilobits * kilobits;
  return static_cast<uint32_t>(kLeastPrice + usual * std::max(steps, kUsualSteps) / kUsualSteps);
}

}  // namespace

PublicKey::PublicKey(std::span<const uint8_t> rdata)
    : rdata_(reinterpret_cast<const char*>(rdata.data()), rdata.size()), tag_(KeyTag(rdata)) {
  const auto dnskey = ReadDnskey(rdata);
  algorithm_ = dnskey ? dnskey->algorithm : 0;
  switch (static_cast<Algorithm>(algorithm_)) {
    case Algorithm::kEcdsaP256Sha256:
      price_ = 75;
      return;
    case Algorithm::kEcdsaP384Sha384:
      price_ = 900;
      return;
    case Algorithm::kEd25519:
      price_ = 130;
      return;
    case Algorithm::kEd448:
      price_ = 320;
      return;
    default:
      break;
  }
  const auto rsa = dnskey ? ReadRsa(dnskey->key) : std::nullopt;
  is_usable_ = rsa.has_value() || !IsRsa(algorithm_);
  price_ = rsa ? PriceOf(*rsa) : kLeastPrice;
}

bool PublicKey::Verify(std::span<const uint8_t> data, std::span<const uint8_t> signature) const {
  thread_local DecodedKeyCache decoded(kDecodedKeys);
  return decoded.Get(rdata())->Verify(data, signature);
}

}  // namespace caascan::crypto
