#include "tests/fuzz/script_signer.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <unordered_map>

#include "scanner/crypto/rdata.h"

namespace caascan::net {
namespace {

constexpr uint8_t kEd25519 = 15;
constexpr uint8_t kSha256 = 2;
constexpr size_t kMostKept = 20'000;

void Require(bool holds) {
  if (!holds) std::abort();
}

EVP_PKEY* Key() {
  static EVP_PKEY* const key = [] {
    std::array<uint8_t, 32> seed{};
    seed.fill(7);
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
  }();
  Require(key != nullptr);
  return key;
}

void Append16(uint32_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value));
}

void Append32(uint32_t value, std::string* out) {
  Append16(value >> 16, out);
  Append16(value & 0xffff, out);
}

const uint8_t* Octets(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

uint16_t ScriptKeyTag() {
  static const uint16_t tag = crypto::KeyTag({Octets(ScriptDnskey()), ScriptDnskey().size()});
  return tag;
}

struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string Sign(const std::string& data) {
  static std::unordered_map<std::string, std::string> kept;
  if (const auto known = kept.find(data); known != kept.end()) return known->second;
  std::array<uint8_t, 64> signature{};
  size_t size = signature.size();
  const std::unique_ptr<EVP_MD_CTX, FreeDigestContext> context(EVP_MD_CTX_new());
  Require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, Key()) == 1 &&
          EVP_DigestSign(context.get(), signature.data(), &size, Octets(data), data.size()) == 1);
  if (kept.size() >= kMostKept) kept.clear();
  return kept[data] = std::string(reinterpret_cast<const char*>(signature.data()), size);
}

}  // namespace

const std::string& ScriptDnskey() {
  static const std::string rdata = [] {
    std::array<uint8_t, 32> key{};
    size_t size = key.size();
    Require(EVP_PKEY_get_raw_public_key(Key(), key.data(), &size) == 1);
    return std::string{1, 1, 3, static_cast<char>(kEd25519)} +
           std::string(reinterpret_cast<const char*>(key.data()), size);
  }();
  return rdata;
}

std::string ScriptDs(dns::NameView zone) {
  std::string rdata;
  Append16(ScriptKeyTag(), &rdata);
  rdata += static_cast<char>(kEd25519);
  rdata += static_cast<char>(kSha256);
  const std::string named = std::string(zone.bytes()) + ScriptDnskey();
  std::array<uint8_t, 32> digest{};
  unsigned size = 0;
  Require(EVP_Digest(named.data(), named.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  return rdata + std::string(reinterpret_cast<const char*>(digest.data()), size);
}

std::string ScriptSignature(dns::NameView owner, dns::RRType type, uint32_t ttl_s,
                            std::string_view rdata, dns::NameView signer) {
  constexpr uint32_t kBefore = 86'400;
  constexpr uint32_t kAfter = 864'000;
  const auto code = static_cast<uint16_t>(type);
  std::string signature;
  Append16(code, &signature);
  signature += static_cast<char>(kEd25519);
  signature += static_cast<char>(owner.label_count() - (owner.is_wildcard() ? 1 : 0));
  Append32(ttl_s, &signature);
  Append32(kScriptNow + kAfter, &signature);
  Append32(kScriptNow - kBefore, &signature);
  Append16(ScriptKeyTag(), &signature);
  signature += signer.bytes();
  std::string data = signature;
  data += owner.bytes();
  Append16(code, &data);
  Append16(dns::kClassIn, &data);
  Append32(ttl_s, &data);
  Append16(static_cast<uint32_t>(rdata.size()), &data);
  data += rdata;
  return signature + Sign(data);
}

}  // namespace caascan::net
