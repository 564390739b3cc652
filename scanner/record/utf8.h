// UTF-8 as RFC 3629 defines it, one character at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace caascan::record {

/// What stands for a part of a text that is not UTF-8.
inline constexpr char32_t kReplacementCharacter = 0xFFFD;

struct Utf8Character {
  char32_t code_point = 0;  // kReplacementCharacter where !valid.
  size_t size = 0;  // Bytes taken, 1 to 4; where !valid, the ill-formed part (Unicode §3.9).
  bool valid = false;
};

/// The character at `position`. REQUIRES: position < text.size().
Utf8Character DecodeUtf8(std::string_view text, size_t position);

/// REQUIRES: code_point is at most U+10FFFF and no surrogate.
void AppendUtf8(char32_t code_point, std::string* out);

}  // namespace caascan::record
