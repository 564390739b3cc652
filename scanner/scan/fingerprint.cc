// OpenSSL is asked through the library context of dnssec/, which no configuration keeps from having
// SipHash. bench/scan_bench.cc has its cost. Tested by fingerprint_test.cc.
#include "scanner/scan/fingerprint.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cassert>
#include <cstring>

#include "scanner/crypto/digest.h"
#include "scanner/io/out_of_memory.h"

namespace caascan::scan {
namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};

/// The size first, so that no text continues into the next.
void AppendPart(std::string_view part, std::string* out) {
  const uint64_t size = part.size();
  out->append(reinterpret_cast<const char*>(&size), sizeof size).append(part);
}

}  // namespace

void Fingerprinter::FreeContext::operator()(evp_mac_ctx_st* context) const {
  EVP_MAC_CTX_free(context);
}

absl::StatusOr<Fingerprinter> Fingerprinter::Create(uint64_t secret_high, uint64_t secret_low) {
  const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(crypto::Library(), "SIPHASH", nullptr));
  if (mac == nullptr) return absl::UnimplementedError("OpenSSL lacks SipHash");
  Context context(EVP_MAC_CTX_new(mac.get()));
  if (context == nullptr) io::OutOfMemory();
  return Fingerprinter({secret_high, secret_low}, std::move(context));
}

Fingerprint Fingerprinter::Of(std::string_view name, std::string_view input, std::string_view id,
                              std::string_view order) {
  text_.clear();
  for (const std::string_view part : {name, input, id, order}) AppendPart(part, &text_);
  std::array<uint64_t, 2> digest{};
  size_t size = 0;
  const bool done = EVP_MAC_init(context_.get(), reinterpret_cast<const uint8_t*>(key_.data()),
                                 sizeof key_, nullptr) == 1 &&
                    EVP_MAC_update(context_.get(), reinterpret_cast<const uint8_t*>(text_.data()),
                                   text_.size()) == 1 &&
                    EVP_MAC_final(context_.get(), reinterpret_cast<uint8_t*>(digest.data()), &size,
                                  sizeof digest) == 1;
  if (!done || size != sizeof digest) io::OutOfMemory();  // Nothing else can be in the way.
  return {digest[0], digest[1]};
}

void FingerprintSet::Seal() {
  assert(left_.empty() && "sealed once");
  size_ = sorted_.size();
  std::sort(sorted_.begin(), sorted_.end());
  left_.reserve(sorted_.size());
  size_t unique = 0;
  for (size_t i = 0; i < sorted_.size(); ++i) {
    if (unique > 0 && sorted_[unique - 1] == sorted_[i]) {
      ++left_.back();
    } else {
      sorted_[unique++] = sorted_[i];
      left_.push_back(1);
    }
  }
  sorted_.resize(unique);
  sorted_.shrink_to_fit();
}

bool FingerprintSet::Take(const Fingerprint& fingerprint) {
  const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), fingerprint);
  if (at == sorted_.end() || *at != fingerprint) return false;
  uint32_t& left = left_[static_cast<size_t>(at - sorted_.begin())];
  if (left == 0) return false;
  --left;
  --size_;
  return true;
}

}  // namespace caascan::scan
