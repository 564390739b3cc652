// Tested by csv_line_test.cc.
#include "scanner/input/csv_line.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "scanner/caa/property.h"
#include "scanner/input/idna.h"
#include "scanner/io/line_reader.h"

namespace caascan::input {
namespace {

enum class Kind : uint8_t { kOther, kNumber, kSingleLabel, kName };

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Kind KindOf(std::string_view column) {
  if (IsDigits(column)) return Kind::kNumber;
  const TypedName typed = ParseTypedName(column);
  if (!typed.ok()) return Kind::kOther;
  const size_t labels = typed.name.view().label_count();
  // No top-level domain is a number (RFC 3696 §2), but `1.5` reads like a name.
  if (IsDigits(typed.name.view().suffix(1).first_label())) return Kind::kNumber;
  return labels >= 2 || typed.wildcard ? Kind::kName : Kind::kSingleLabel;
}

bool CallsAName(std::string_view column) {
  constexpr std::array<std::string_view, 5> kWords = {"domain", "name", "host", "hostname", "fqdn"};
  const auto same = [column](std::string_view word) {
    return caa::EqualIgnoringCase(column, word);
  };
  return std::any_of(kWords.begin(), kWords.end(), same);
}

}  // namespace

std::string_view CsvLine::TakeColumn(std::string_view* rest, std::string* unquoted) {
  assert(rest->data() != nullptr && "there is a column left");
  const std::string_view text = io::TrimBlanks(*rest);
  if (!text.starts_with('"')) {
    const size_t comma = rest->find(',');
    const std::string_view column = io::TrimBlanks(rest->substr(0, comma));
    *rest = comma == std::string_view::npos ? std::string_view() : rest->substr(comma + 1);
    return column;
  }
  unquoted->clear();
  size_t at = 1;
  for (; at < text.size(); ++at) {
    if (text[at] == '"') {
      if (at + 1 == text.size() || text[at + 1] != '"') break;
      ++at;  // Two quotes stand for one.
    }
    unquoted->push_back(text[at]);
  }
  const size_t comma = text.find(',', std::min(at, text.size()));
  *rest = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  return io::TrimBlanks(*unquoted);
}

std::string_view CsvLine::Name(std::string_view line) {
  bool found = false;
  Kind best = Kind::kOther;
  std::string_view rest = line;
  while (rest.data() != nullptr) {
    const std::string_view column = TakeColumn(&rest, &column_);
    const Kind kind = KindOf(column);
    if (kind != Kind::kName && kind != Kind::kSingleLabel) continue;
    if (found && kind < best) continue;
    found = true;
    best = kind;
    name_.assign(column);
  }
  return found ? std::string_view(name_) : line;
}

bool CsvLine::IsHeader(std::string_view line) {
  size_t columns = 0;
  bool named = false;
  std::string_view rest = line;
  while (rest.data() != nullptr) {
    const std::string_view column = TakeColumn(&rest, &column_);
    const Kind kind = KindOf(column);
    if (kind == Kind::kNumber || kind == Kind::kName) return false;
    ++columns;
    named = CallsAName(column);
  }
  return columns > 1 || named;
}

}  // namespace caascan::input
