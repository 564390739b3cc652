// Tested by cell_text_test.cc.
#include "scanner/report/formats/cell_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "scanner/record/json_text.h"
#include "scanner/record/utf8.h"
#include "scanner/report/interval.h"

namespace caascan::report {
namespace {

/// One column wide, and harmless: printable ASCII, Latin, Greek and Cyrillic letters.
bool IsPlain(char32_t c) {
  if (c < 0x7F) return c >= 0x20;
  return (c >= 0xA1 && c <= 0x2AF && c != 0xAD) || (c >= 0x370 && c <= 0x482) ||
         (c >= 0x48A && c <= 0x52F);
}

std::string PercentText(double share) {
  std::array<char, 32> text{};
  const double percent = share * 100;
  const int decimals = percent > 0 && percent < 1 ? 2 : 1;
  (void)std::snprintf(text.data(), text.size(), "%.*f", decimals, percent);
  return text.data();
}

std::string ShareText(const Share& share) {
  if (share.trials == 0) return "";
  const Interval interval = WilsonInterval(share.hits, share.trials);
  return PercentText(static_cast<double>(share.hits) / static_cast<double>(share.trials)) + " % (" +
         PercentText(interval.low) + " - " + PercentText(interval.high) + ")";
}

/// Three digits, or all of those before the point while they are few.
std::string RoundedText(double number) {
  constexpr double kMany = 1e8;
  std::array<char, 64> text{};
  if (std::abs(number) >= kMany) {
    (void)std::snprintf(text.data(), text.size(), "%.3g", number);
    return text.data();
  }
  const int decimals = std::abs(number) >= 100 || number == std::floor(number) ? 0
                       : std::abs(number) >= 10                                ? 1
                                                                               : 2;
  (void)std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
  return text.data();
}

}  // namespace

std::string PrintableText(std::string_view text) {
  std::string printable;
  for (size_t position = 0; position < text.size();) {
    const record::Utf8Character character = record::DecodeUtf8(text, position);
    const std::string_view bytes = text.substr(position, character.size);
    std::array<char, 16> escape{};
    if (character.valid && IsPlain(character.code_point)) {
      printable += bytes;
    } else if (!character.valid) {
      printable += "\\u{FFFD}";
    } else {
      (void)std::snprintf(escape.data(), escape.size(), "\\u{%X}",
                          static_cast<unsigned>(character.code_point));
    }
    printable += escape.data();
    position += character.size;
  }
  return printable;
}

size_t DisplayWidth(std::string_view printable) {
  size_t width = 0;
  for (const char c : printable) {
    width += (static_cast<unsigned char>(c) & 0xC0u) != 0x80 ? 1 : 0;
  }
  return width;
}

std::string_view TakeLine(size_t width, std::string_view* text) {
  size_t end = text->size();
  if (end > width) {
    end = text->rfind(' ', width);
    if (end == std::string_view::npos || end == 0) end = width;
  }
  const std::string_view line = text->substr(0, end);
  text->remove_prefix(std::min(text->find_first_not_of(' ', end), text->size()));
  return line;
}

std::string GroupedNumber(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string ShortNumber(uint64_t number) {
  constexpr uint64_t kLeast = 100'000;
  constexpr double kNextLetter = 999.5;  // What %.3g would write as 1e+03.
  if (number < kLeast) return std::to_string(number);
  auto rest = static_cast<double>(number);
  size_t thousands = 0;
  while (rest >= kNextLetter) {
    rest /= 1000;
    ++thousands;
  }
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.3g%c", rest, " kMGTPE"[thousands]);
  return text.data();
}

std::string NumberText(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end.ptr};
}

std::string TimeText(int64_t ms) {
  std::string quoted;
  record::AppendJsonTime(
      std::chrono::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds(ms)}, &quoted);
  return quoted.substr(1, quoted.size() - 2);
}

std::string CellText(const Cell& cell, ColumnKind kind) {
  if (const auto* text = std::get_if<std::string>(&cell)) return PrintableText(*text);
  if (const auto* count = std::get_if<uint64_t>(&cell)) {
    return kind == ColumnKind::kCount ? GroupedNumber(*count) : std::to_string(*count);
  }
  if (const auto* ms = std::get_if<int64_t>(&cell)) {
    std::string text = TimeText(*ms).substr(0, 19);
    text[10] = ' ';
    return text;
  }
  if (const auto* number = std::get_if<double>(&cell)) return RoundedText(*number);
  if (const auto* share = std::get_if<Share>(&cell)) return ShareText(*share);
  return "";
}

}  // namespace caascan::report
