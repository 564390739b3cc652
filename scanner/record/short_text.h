// Comparing short texts without calling anything: keys and codes, which mostly are what they were
// in the line before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace caascan::record {

/// The first sixteen bytes of a text, what lies behind it masked out: quickly compared.
class ShortText {
 public:
  static constexpr size_t kSize = 16;

  explicit ShortText(std::string_view text) {
    std::array<char, kSize> padded{};
    std::array<char, kSize> mask{};
    for (size_t i = 0; i < text.size(); ++i) {
      padded.at(i) = text[i];
      mask.at(i) = '\xFF';
    }
    std::memcpy(words_.data(), padded.data(), kSize);
    std::memcpy(masks_.data(), mask.data(), kSize);
  }
  /// Does what stands at `bytes`, kSize of which must be readable, begin with the text?
  bool BeginsAt(const char* bytes) const {
    std::array<uint64_t, 2> words;
    std::memcpy(words.data(), bytes, kSize);
    return (((words[0] ^ words_[0]) & masks_[0]) | ((words[1] ^ words_[1]) & masks_[1])) == 0;
  }

 private:
  std::array<uint64_t, 2> words_{};
  std::array<uint64_t, 2> masks_{};
};

/// a == b for texts that are short and mostly the same: quicker than a call.
inline bool IsSame(std::string_view a, std::string_view b) {
  constexpr size_t kWord = sizeof(uint64_t);
  if (a.size() != b.size()) return false;
  if (a.size() < kWord) return a == b;
  const auto differ = [&a, &b](size_t at) {
    uint64_t word_a = 0;
    uint64_t word_b = 0;
    std::memcpy(&word_a, a.data() + at, kWord);
    std::memcpy(&word_b, b.data() + at, kWord);
    return word_a ^ word_b;
  };
  uint64_t difference = differ(a.size() - kWord);
  for (size_t at = 0; at + kWord < a.size(); at += kWord) difference |= differ(at);
  return difference == 0;
}

}  // namespace caascan::record
