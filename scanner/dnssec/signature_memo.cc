// Tested by signature_memo_test.cc.
#include "scanner/dnssec/signature_memo.h"

#include <memory>
#include <utility>

#include "scanner/crypto/digest.h"

namespace caascan::dnssec {
namespace {

struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// Sizes go in front, so that no two triples read the same.
bool AddPart(std::span<const uint8_t> part, EVP_MD_CTX* context) {
  const auto size = static_cast<uint64_t>(part.size());
  return EVP_DigestUpdate(context, &size, sizeof size) == 1 &&
         EVP_DigestUpdate(context, part.data(), part.size()) == 1;
}

}  // namespace

std::optional<SignatureMemo::Id> SignatureMemo::IdOf(std::span<const uint8_t> data,
                                                     std::span<const uint8_t> signature,
                                                     std::span<const uint8_t> dnskey_rdata) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeDigestContext> context(EVP_MD_CTX_new());
  Id id{};
  unsigned size = 0;
  if (context == nullptr || EVP_DigestInit_ex2(context.get(), crypto::Sha256(), nullptr) != 1 ||
      !AddPart(data, context.get()) || !AddPart(signature, context.get()) ||
      !AddPart(dnskey_rdata, context.get()) ||
      EVP_DigestFinal_ex(context.get(), id.data(), &size) != 1) {
    return std::nullopt;
  }
  return id;
}

std::optional<bool> SignatureMemo::Find(const Id& id) {
  if (const auto it = young_.find(id); it != young_.end()) return it->second;
  const auto it = old_.find(id);
  if (it == old_.end()) return std::nullopt;
  const bool good = it->second;
  Add(id, good);
  return good;
}

void SignatureMemo::Add(const Id& id, bool good) {
  if (young_.size() >= capacity_) old_ = std::exchange(young_, Map());
  young_.emplace(id, good);
}

}  // namespace caascan::dnssec
