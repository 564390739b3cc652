// Tested by known_cas_test.cc.
#include "scanner/caa/table_text.h"

#include <algorithm>

namespace caascan::caa {
namespace {

/// Takes what stands before the first `separator` off the text, the separator too.
std::string_view Cut(std::string_view* text, char separator) {
  const size_t end = std::min(text->find(separator), text->size());
  const std::string_view part = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return part;
}

}  // namespace

std::vector<TableRow> ReadTable(std::string_view text) {
  std::vector<TableRow> rows;
  while (!text.empty()) {
    std::string_view line = Cut(&text, '\n');
    if (line.empty() || line.front() == '#') continue;
    TableRow row;
    const auto tabs = std::count(line.begin(), line.end(), '\t');
    for (auto i = tabs; i >= 0; --i) row.push_back(Cut(&line, '\t'));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string_view> SplitWords(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    std::string_view word = Cut(&text, separator);
    while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
    while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

}  // namespace caascan::caa
