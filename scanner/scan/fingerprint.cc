// The hash multiplies 64 by 64 bits and folds the product, once for each half and each eight bytes,
// the secret mixed into both factors (the way of wyhash and Abseil). Tested by fingerprint_test.cc.
#include "scanner/scan/fingerprint.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace caascan::scan {
namespace {

constexpr uint64_t kOdd1 = 0x9E3779B97F4A7C15ull;  // 2^64 over the golden ratio.
constexpr uint64_t kOdd2 = 0xD1B54A32D192ED03ull;

__extension__ using Product = unsigned __int128;

uint64_t Fold(uint64_t a, uint64_t b) {
  const Product product = static_cast<Product>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

/// The size first, so that no text continues into the next.
void Fingerprinter::Mix(std::string_view text, Fingerprint* state) const {
  const auto step = [this, state](uint64_t word) {
    state->high = Fold(state->high ^ word ^ kOdd1, secret_high_ ^ kOdd2) + state->low;
    state->low = Fold(state->low ^ word ^ kOdd2, secret_low_ ^ kOdd1) ^ state->high;
  };
  step(text.size());
  while (!text.empty()) {
    uint64_t word = 0;
    const size_t size = std::min(text.size(), sizeof word);
    std::memcpy(&word, text.data(), size);
    step(word);
    text.remove_prefix(size);
  }
}

Fingerprint Fingerprinter::Of(std::string_view name, std::string_view input, std::string_view id,
                              std::string_view order) const {
  Fingerprint state{secret_low_, secret_high_};
  for (const std::string_view text : {name, input, id, order}) Mix(text, &state);
  return {Fold(state.high ^ secret_low_, kOdd1), Fold(state.low ^ secret_high_, kOdd2)};
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
