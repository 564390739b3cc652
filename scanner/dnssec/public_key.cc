// Tested by public_key_test.cc.
#include "scanner/dnssec/public_key.h"

#include "scanner/dnssec/algorithm.h"
#include "scanner/dnssec/decoded_key.h"
#include "scanner/dnssec/rdata.h"

namespace caascan::dnssec {
namespace {

constexpr size_t kDecodedKeys = 1'000;

}  // namespace

PublicKey::PublicKey(std::span<const uint8_t> rdata)
    : rdata_(reinterpret_cast<const char*>(rdata.data()), rdata.size()), tag_(KeyTag(rdata)) {
  const auto dnskey = ReadDnskey(rdata);
  algorithm_ = dnskey ? dnskey->algorithm : 0;
}

uint32_t PublicKey::price() const {
  switch (static_cast<Algorithm>(algorithm_)) {
    case Algorithm::kEcdsaP256Sha256:
      return 75;
    case Algorithm::kEcdsaP384Sha384:
      return 900;
    case Algorithm::kEd25519:
      return 130;
    case Algorithm::kEd448:
      return 320;
    default:
      break;
  }
  const size_t kilobits = rdata_.size() / 128;  // RSA, rounded down: 1024 bits are 1.
  return static_cast<uint32_t>(8 + 5 * kilobits * kilobits);
}

bool PublicKey::Verify(std::span<const uint8_t> data, std::span<const uint8_t> signature) const {
  thread_local DecodedKeyCache decoded(kDecodedKeys);
  return decoded.Get(rdata())->Verify(data, signature);
}

}  // namespace caascan::dnssec
