// Tested by csv_text_test.cc.
#include "scanner/record/csv_text.h"

#include <algorithm>

#include "scanner/record/utf8.h"

namespace caascan::record {
namespace {

constexpr std::string_view kFormula = "=+-@\t\r";

/// Does the character end a line for anybody, move a terminal, or turn the direction of text?
constexpr bool IsControl(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x61C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

void AppendCsvField(std::string_view text, std::string* out) {
  if (text.empty()) return;
  const bool quoted = text.find_first_of("\",\r\n") != std::string_view::npos;
  if (quoted) out->push_back('"');
  if (kFormula.find(text.front()) != std::string_view::npos) out->push_back('\'');
  for (const char c : text) {
    if (c == '"') out->push_back('"');
    out->push_back(c);
  }
  if (quoted) out->push_back('"');
}

void AppendOneLineCsvField(std::string_view text, std::string* out) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (plain) return AppendCsvField(text, out);
  std::string line;
  for (size_t at = 0; at < text.size();) {
    const Utf8Character character = DecodeUtf8(text, at);
    at += character.size;
    AppendUtf8(IsControl(character.code_point) ? U' ' : character.code_point, &line);
  }
  AppendCsvField(line, out);
}

}  // namespace caascan::record
