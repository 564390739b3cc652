// Readers of values that mostly are what they were in the line before. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "scanner/record/record_text.h"
#include "scanner/record/short_text.h"

namespace caascan::record {

/// Finds a code among an enum's, beginning with the one found last.
template <typename Enum, size_t count, std::string_view (*code)(Enum)>
class CodeFinder {
 public:
  bool Find(std::string_view text, Enum* found) {
    if (!IsSame(text, code_)) {
      size_t i = 0;
      while (i < count && text != code(static_cast<Enum>(i))) ++i;
      if (i == count) return false;
      last_ = static_cast<Enum>(i);
      code_ = code(last_);
    }
    *found = last_;
    return true;
  }

 private:
  Enum last_ = static_cast<Enum>(0);
  std::string_view code_ = code(last_);
};

/// Reads the scanner's own form of a time quickly: lines in a row mostly share their second.
class TimeReader {
 public:
  bool Read(std::string_view text, int64_t* ms) {
    constexpr size_t kSecondSize = 20;  // 2026-11-21T23:54:08.
    constexpr size_t kSize = kSecondSize + 4;
    if (text.size() != kSize || text[kSize - 1] != 'Z' || text[kSecondSize - 1] != '.') {
      return ParseJsonTime(text, ms);
    }
    if (!IsSame(text.substr(0, kSecondSize), second_)) {
      if (!ParseJsonTime(text, ms)) return false;
      second_.assign(text.substr(0, kSecondSize));
      second_ms_ = *ms - *ms % 1000;
      return true;
    }
    int64_t thousandths = 0;
    for (const char c : text.substr(kSecondSize, 3)) {
      if (c < '0' || c > '9') return false;
      thousandths = thousandths * 10 + (c - '0');
    }
    *ms = second_ms_ + thousandths;
    return true;
  }

 private:
  std::string second_;
  int64_t second_ms_ = 0;
};

}  // namespace caascan::record
