// OpenSSL is asked through the library context of dnssec/, which no configuration keeps from having
// SipHash. bench/scan_bench.cc has its cost. Tested by fingerprint_test.cc.
#include "scanner/scan/fingerprint.h"

#include <absl/strings/str_cat.h>
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

Fingerprint Fingerprinter::Of(std::string_view name, std::string_view input, Purpose purpose,
                              std::string_view id, std::string_view order,
                              std::optional<uint32_t> rank) {
  text_.clear();
  for (const std::string_view part : {name, input, id, order}) AppendPart(part, &text_);
  // No purpose is as long as a rank's text with its stop.
  if (rank) AppendPart(absl::StrCat(*rank, "."), &text_);
  if (purpose != Purpose::kTls) AppendPart(PurposeCode(purpose), &text_);
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

void FingerprintSet::Add(const Fingerprint& fingerprint) {
  assert(!sealed_ && "filled before it is sealed");
  std::vector<Fingerprint>& elements = PartOf(fingerprint).sorted;
  // By a quarter: a vector that doubles leaves half of its memory unused.
  constexpr size_t kLeast = 16;
  if (elements.size() == elements.capacity()) {
    elements.reserve(elements.size() + std::max(kLeast, elements.size() / 4));
  }
  elements.push_back(fingerprint);
  ++size_;
}

void FingerprintSet::Seal() {
  assert(!sealed_ && "sealed once");
  sealed_ = true;
  for (Part& part : parts_) part.Seal();
}

void FingerprintSet::Part::Seal() {
  std::sort(sorted.begin(), sorted.end());
  left.reserve(sorted.size());
  size_t unique = 0;
  for (const Fingerprint& fingerprint : sorted) {
    if (unique > 0 && sorted[unique - 1] == fingerprint) {
      ++left.back();
    } else {
      sorted[unique++] = fingerprint;
      left.push_back(1);
    }
  }
  sorted.resize(unique);
  sorted.shrink_to_fit();
  left.shrink_to_fit();
}

size_t FingerprintSet::heap_bytes() const {
  size_t bytes = parts_.capacity() * sizeof(Part);
  for (const Part& part : parts_) {
    bytes += part.sorted.capacity() * sizeof(Fingerprint) + part.left.capacity() * sizeof(uint32_t);
  }
  return bytes;
}

bool FingerprintSet::Take(const Fingerprint& fingerprint) {
  assert(sealed_ && "sealed before it is emptied");
  Part& part = PartOf(fingerprint);
  const auto at = std::lower_bound(part.sorted.begin(), part.sorted.end(), fingerprint);
  if (at == part.sorted.end() || *at != fingerprint) return false;
  uint32_t& left = part.left[static_cast<size_t>(at - part.sorted.begin())];
  if (left == 0) return false;
  --left;
  --size_;
  return true;
}

}  // namespace caascan::scan
