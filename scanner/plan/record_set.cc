// Each half of a SHA-256's first 16 octets is added modulo 2^64. Tested by record_set_test.cc.
#include "scanner/plan/record_set.h"

#include <absl/strings/str_format.h>
#include <openssl/evp.h>

#include "scanner/crypto/digest.h"
#include "scanner/io/out_of_memory.h"

namespace caascan::plan {
namespace {

/// The size first, so that no text continues into the next.
void AppendPart(std::string_view part, std::string* out) {
  uint64_t size = part.size();
  for (size_t i = 0; i < sizeof size; ++i, size >>= 8) out->push_back(static_cast<char>(size));
  out->append(part);
}

uint64_t BigEndian(const unsigned char* octets) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof value; ++i) value = (value << 8) | octets[i];
  return value;
}

}  // namespace

void RecordSet::FreeContext::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

RecordSet::RecordSet() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr) io::OutOfMemory();
}

RecordSet::~RecordSet() = default;

void RecordSet::Add(std::string_view name, std::string_view input, std::string_view id,
                    std::string_view order) {
  text_.clear();
  for (const std::string_view part : {name, input, id, order}) AppendPart(part, &text_);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const bool done = EVP_DigestInit_ex(context_.get(), crypto::Sha256(), nullptr) == 1 &&
                    EVP_DigestUpdate(context_.get(), text_.data(), text_.size()) == 1 &&
                    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1;
  if (!done) io::OutOfMemory();  // Nothing else can be in the way.
  sum_[0] += BigEndian(digest.data());
  sum_[1] += BigEndian(digest.data() + sizeof sum_[0]);
  ++count_;
}

std::string RecordSet::Digest() const { return absl::StrFormat("%016x%016x", sum_[0], sum_[1]); }

}  // namespace caascan::plan
