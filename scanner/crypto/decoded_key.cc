// OpenSSL wants RSA keys as numbers, curve points in uncompressed form, Edwards keys raw; and
// signatures of ECDSA as DER, where DNSSEC has the two numbers side by side (RFC 6605 §4). A key's
// context is set up once and used for every check. Keys of P-256, which most zones have, go another
// way (p256.h), and those that are busy get a table (table_store.h).
//
// Signatures over SHA-1 (algorithms 5 and 7) are not left to OpenSSL's verification, which some
// distributions patch to refuse that digest. OpenSSL makes the RSA operation and takes the padding
// off; what comes out must be the DigestInfo of our own digest, octet for octet (RFC 8017 §8.2.2).
// Tested by public_key_test.cc and openssl_policy_test.cc.
#include "scanner/crypto/decoded_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "scanner/crypto/algorithm.h"
#include "scanner/crypto/digest.h"
#include "scanner/crypto/openssl_ptr.h"
#include "scanner/crypto/p256.h"
#include "scanner/crypto/rdata.h"
#include "scanner/crypto/table_store.h"

namespace caascan::crypto {
namespace {

constexpr size_t kMinModulusSize = 512 / 8;
constexpr size_t kMaxModulusSize = 4096 / 8;
constexpr uint64_t kMaxExponent = (uint64_t{1} << 32) + 1;
constexpr size_t kP384Size = 48;
constexpr size_t kSha1Size = 20;
// The DER of DigestInfo in front of a SHA-1 (RFC 8017 §9.2, note 1).
constexpr std::array<uint8_t, 15> kSha1Prefix = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                                 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
constexpr size_t kMaxDerSize = 2 + 2 * (2 + 1 + kP384Size);

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeKeyContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct FreeBuilder {
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
};
struct FreeParams {
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeKey>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext>;
using BuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, FreeBuilder>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, FreeParams>;

KeyPtr KeyFromParams(const char* type, OSSL_PARAM_BLD* builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(Library(), type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return KeyPtr(key);
}

KeyPtr MakeRsa(std::span<const uint8_t> key) {
  const auto numbers = ReadRsa(key);
  if (!numbers) return nullptr;
  const NumberPtr modulus(
      BN_bin2bn(numbers->modulus.data(), static_cast<int>(numbers->modulus.size()), nullptr));
  const NumberPtr exponent(
      BN_bin2bn(numbers->exponent.data(), static_cast<int>(numbers->exponent.size()), nullptr));
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  if (modulus == nullptr || exponent == nullptr || builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
    return nullptr;
  }
  return KeyFromParams("RSA", builder.get());
}

KeyPtr MakeP384(std::span<const uint8_t> key) {
  if (key.size() != 2 * kP384Size) return nullptr;
  std::array<uint8_t, 1 + 2 * kP384Size> point{0x04};  // SEC 1 §2.3.3: uncompressed.
  std::copy(key.begin(), key.end(), point.begin() + 1);
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-384", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       1 + key.size()) != 1) {
    return nullptr;
  }
  return KeyFromParams("EC", builder.get());
}

KeyPtr MakeEdwards(const char* type, std::span<const uint8_t> key) {
  return KeyPtr(EVP_PKEY_new_raw_public_key_ex(Library(), type, nullptr, key.data(), key.size()));
}

/// A positive number in DER.
size_t WriteDerNumber(std::span<const uint8_t> number, uint8_t* out) {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  const size_t pad = number[0] >> 7;
  out[0] = 0x02;
  out[1] = static_cast<uint8_t>(pad + number.size());
  out[2] = 0;
  std::copy(number.begin(), number.end(), out + 2 + pad);
  return 2 + pad + number.size();
}

/// Two numbers of equal size, side by side, as DER's SEQUENCE of two INTEGERs.
size_t WriteDer(std::span<const uint8_t> numbers, std::array<uint8_t, kMaxDerSize>* out) {
  const size_t size = numbers.size() / 2;
  size_t at = 2;
  at += WriteDerNumber(numbers.first(size), out->data() + at);
  at += WriteDerNumber(numbers.subspan(size), out->data() + at);
  (*out)[0] = 0x30;
  (*out)[1] = static_cast<uint8_t>(at - 2);
  return at;
}

/// Algorithms 5, 7, 8, 10; null for the others.
const EVP_MD* RsaDigest(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRsaSha1:
    case Algorithm::kRsaSha1Nsec3:
      return Sha1();
    case Algorithm::kRsaSha256:
      return Sha256();
    case Algorithm::kRsaSha512:
      return Sha512();
    default:
      return nullptr;
  }
}

}  // namespace

std::optional<RsaNumbers> ReadRsa(std::span<const uint8_t> key) {
  if (key.empty()) return std::nullopt;
  size_t at = 1;
  size_t exponent_size = key[0];
  if (exponent_size == 0) {
    if (key.size() < 3) return std::nullopt;
    exponent_size = static_cast<size_t>(key[1]) << 8 | key[2];
    at = 3;
  }
  if (exponent_size == 0 || exponent_size > key.size() - at) return std::nullopt;
  RsaNumbers out{key.subspan(at, exponent_size), key.subspan(at + exponent_size)};
  while (!out.exponent.empty() && out.exponent[0] == 0) out.exponent = out.exponent.subspan(1);
  while (!out.modulus.empty() && out.modulus[0] == 0) out.modulus = out.modulus.subspan(1);
  uint64_t exponent = 0;
  if (out.exponent.size() > sizeof exponent) return std::nullopt;
  for (const uint8_t octet : out.exponent) exponent = exponent << 8 | octet;
  if (exponent == 0 || exponent > kMaxExponent || out.modulus.size() < kMinModulusSize ||
      out.modulus.size() > kMaxModulusSize) {
    return std::nullopt;
  }
  return out;
}

struct DecodedKey::OpenSsl {
  KeyPtr key;
  const EVP_MD* digest = nullptr;  // None for Edwards curves, which take the data whole.
  KeyContextPtr context;           // With a digest;
  DigestContextPtr whole;          // without.
  size_t number_size = 0;          // P-384: of each half of the signature.

  bool Decode(const Dnskey& dnskey);
  bool Prepare(bool rsa);
  bool PrepareSha1() const;
  bool VerifyDigest(std::span<const uint8_t> data, std::span<const uint8_t> signature) const;
  bool IsSignatureOfSha1(std::span<const uint8_t> hash, std::span<const uint8_t> signature) const;
};

bool DecodedKey::OpenSsl::Decode(const Dnskey& dnskey) {
  const auto algorithm = static_cast<Algorithm>(dnskey.algorithm);
  digest = RsaDigest(algorithm);
  const bool rsa = digest != nullptr;
  if (rsa) key = MakeRsa(dnskey.key);
  if (algorithm == Algorithm::kEcdsaP384Sha384) {
    digest = Sha384();
    number_size = kP384Size;
    key = MakeP384(dnskey.key);
  } else if (algorithm == Algorithm::kEd25519) {
    key = MakeEdwards("ED25519", dnskey.key);
  } else if (algorithm == Algorithm::kEd448) {
    key = MakeEdwards("ED448", dnskey.key);
  }
  return Prepare(rsa);
}

bool DecodedKey::OpenSsl::Prepare(bool rsa) {
  if (key == nullptr) return false;
  if (digest == nullptr) {
    whole.reset(EVP_MD_CTX_new());
    return whole != nullptr;
  }
  context.reset(EVP_PKEY_CTX_new_from_pkey(Library(), key.get(), nullptr));
  if (digest == Sha1()) return PrepareSha1();
  return context != nullptr && EVP_PKEY_verify_init(context.get()) == 1 &&
         (!rsa || EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1) &&
         EVP_PKEY_CTX_set_signature_md(context.get(), digest) == 1;
}

bool DecodedKey::OpenSsl::PrepareSha1() const {
  return context != nullptr && EVP_PKEY_verify_recover_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1;
}

bool DecodedKey::OpenSsl::IsSignatureOfSha1(std::span<const uint8_t> hash,
                                            std::span<const uint8_t> signature) const {
  std::array<uint8_t, kMaxModulusSize> signed_text;
  size_t size = signed_text.size();
  if (signature.size() != static_cast<size_t>(EVP_PKEY_get_size(key.get())) ||
      EVP_PKEY_verify_recover(context.get(), signed_text.data(), &size, signature.data(),
                              signature.size()) != 1 ||
      size != kSha1Prefix.size() + kSha1Size) {
    return false;
  }
  const auto split = signed_text.begin() + kSha1Prefix.size();
  return std::equal(kSha1Prefix.begin(), kSha1Prefix.end(), signed_text.begin()) &&
         std::equal(hash.begin(), hash.end(), split);
}

bool DecodedKey::OpenSsl::VerifyDigest(std::span<const uint8_t> data,
                                       std::span<const uint8_t> signature) const {
  std::array<uint8_t, EVP_MAX_MD_SIZE> hash;
  unsigned hash_size = 0;
  if (EVP_Digest(data.data(), data.size(), hash.data(), &hash_size, digest, nullptr) != 1) {
    return false;
  }
  if (digest == Sha1()) return IsSignatureOfSha1({hash.data(), hash_size}, signature);
  std::array<uint8_t, kMaxDerSize> der;
  if (number_size != 0) {
    if (signature.size() != 2 * number_size) return false;
    signature = {der.data(), WriteDer(signature, &der)};
  }
  return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.data(),
                         hash_size) == 1;
}

struct DecodedKey::P256 {
  /// So many checks are counted at once: a busy key takes the store's lock each millisecond or so,
  /// and most keys never do.
  static constexpr uint32_t kCountedAtOnce = 32;

  std::unique_ptr<const P256Key> key;
  std::string octets;
  std::weak_ptr<const P256Table> table;
  uint32_t uncounted = 0;

  bool Decode(std::span<const uint8_t> from);
  bool Verify(std::span<const uint8_t> data, std::span<const uint8_t> signature);
};

bool DecodedKey::P256::Decode(std::span<const uint8_t> from) {
  octets.assign(from.begin(), from.end());
  key = P256Key::Read(from);
  return key != nullptr;
}

bool DecodedKey::P256::Verify(std::span<const uint8_t> data, std::span<const uint8_t> signature) {
  if (++uncounted == kCountedAtOnce) {
    uncounted = 0;
    const auto* const bytes = reinterpret_cast<const uint8_t*>(octets.data());
    table = TableStore::Shared().Count({bytes, octets.size()}, kCountedAtOnce);
  }
  std::array<uint8_t, P256Key::kHashSize> hash;
  return EVP_Digest(data.data(), data.size(), hash.data(), nullptr, Sha256(), nullptr) == 1 &&
         key->Verify(hash, signature, table.lock().get());
}

DecodedKey::DecodedKey(std::span<const uint8_t> rdata) {
  const auto dnskey = ReadDnskey(rdata);
  if (!dnskey) return;
  if (dnskey->algorithm == static_cast<uint8_t>(Algorithm::kEcdsaP256Sha256)) {
    p256_ = std::make_unique<P256>();
    if (!p256_->Decode(dnskey->key)) p256_.reset();
  } else {
    openssl_ = std::make_unique<OpenSsl>();
    if (!openssl_->Decode(*dnskey)) openssl_.reset();
  }
  ERR_clear_error();
}

DecodedKey::~DecodedKey() = default;

bool DecodedKey::Verify(std::span<const uint8_t> data, std::span<const uint8_t> signature) {
  bool good = false;
  if (p256_ != nullptr) {
    good = p256_->Verify(data, signature);
  } else if (openssl_ == nullptr) {
    return false;
  } else if (openssl_->digest != nullptr) {
    good = openssl_->VerifyDigest(data, signature);
  } else {
    EVP_MD_CTX* whole = openssl_->whole.get();
    good =
        EVP_DigestVerifyInit_ex(whole, nullptr, nullptr, Library(), nullptr, openssl_->key.get(),
                                nullptr) == 1 &&
        EVP_DigestVerify(whole, signature.data(), signature.size(), data.data(), data.size()) == 1;
  }
  if (!good) ERR_clear_error();  // A queue of the thread's, which would grow.
  return good;
}

DecodedKey* DecodedKeyCache::Get(std::span<const uint8_t> rdata) {
  const std::string_view text(reinterpret_cast<const char*>(rdata.data()), rdata.size());
  if (const auto it = by_rdata_.find(text); it != by_rdata_.end()) {
    entries_.splice(entries_.end(), entries_, it->second);
    return &it->second->key;
  }
  if (entries_.size() == capacity_) {
    by_rdata_.erase(entries_.front().rdata);
    entries_.pop_front();
  }
  Entry& entry = entries_.emplace_back(text, rdata);
  by_rdata_.emplace(entry.rdata, std::prev(entries_.end()));
  return &entry.key;
}

}  // namespace caascan::crypto
