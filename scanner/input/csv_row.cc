// Tested by csv_row_test.cc.
#include "scanner/input/csv_row.h"

#include <algorithm>

namespace caascan::input {
namespace {

/// A tab may be a separator, and is a blank otherwise.
bool IsBlank(char c, char separator) {
  return c == ' ' || c == '\r' || (c == '\t' && separator != '\t');
}

std::string_view WithoutBlanks(std::string_view text, char separator) {
  while (!text.empty() && IsBlank(text.front(), separator)) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back(), separator)) text.remove_suffix(1);
  return text;
}

/// Cuts the text off *rest up to the separator, which is dropped. *rest is null behind the last.
std::string_view TakeToSeparator(std::string_view* rest, size_t from, char separator) {
  const size_t at = separator == 0 ? std::string_view::npos : rest->find(separator, from);
  const std::string_view taken = rest->substr(0, at);
  *rest = at == std::string_view::npos ? std::string_view() : rest->substr(at + 1);
  return taken;
}

}  // namespace

/// *rest begins with a quote.
std::string_view CsvRow::TakeQuoted(std::string_view* rest, char separator) {
  const size_t begin = unquoted_.size();
  size_t at = 1;
  for (; at < rest->size(); ++at) {
    if ((*rest)[at] == '"') {
      if (at + 1 == rest->size() || (*rest)[at + 1] != '"') break;
      ++at;  // Two quotes stand for one.
    }
    unquoted_.push_back((*rest)[at]);
  }
  (void)TakeToSeparator(rest, std::min(at, rest->size()), separator);
  return WithoutBlanks(std::string_view(unquoted_).substr(begin), separator);
}

const std::vector<std::string_view>& CsvRow::Split(std::string_view row, char separator) {
  columns_.clear();
  unquoted_.clear();
  if (row.find('"') != std::string_view::npos) unquoted_.reserve(row.size());
  std::string_view rest = row.data() == nullptr ? std::string_view("") : row;
  while (rest.data() != nullptr) {
    std::string_view text = rest;
    while (!text.empty() && IsBlank(text.front(), separator)) text.remove_prefix(1);
    if (text.starts_with('"')) {
      rest = text;
      columns_.push_back(TakeQuoted(&rest, separator));
    } else {
      columns_.push_back(WithoutBlanks(TakeToSeparator(&rest, 0, separator), separator));
    }
  }
  return columns_;
}

bool QuoteScanner::IsSeparator(char c) const {
  return separator_ == 0 ? kSeparators.find(c) != std::string_view::npos : c == separator_;
}

QuoteScanner::State QuoteScanner::After(char c) const {
  switch (state_) {
    case State::kFieldStart:
      if (c == '"') return State::kQuoted;
      if (IsSeparator(c) || IsBlank(c, separator_)) return State::kFieldStart;
      return State::kPlain;
    case State::kPlain:
      return IsSeparator(c) ? State::kFieldStart : State::kPlain;
    case State::kQuoted:
      return c == '"' ? State::kQuote : State::kQuoted;
    case State::kQuote:
      if (c == '"') return State::kQuoted;  // Two of them stand for one.
      [[fallthrough]];
    case State::kBehindQuote:
      if (IsSeparator(c)) return State::kFieldStart;
      return IsBlank(c, separator_) ? State::kBehindQuote : State::kBroken;
    case State::kBroken:
      return State::kBroken;
  }
  return State::kBroken;
}

void QuoteScanner::Read(std::string_view text) {
  for (const char c : text) state_ = After(c);
}

}  // namespace caascan::input
