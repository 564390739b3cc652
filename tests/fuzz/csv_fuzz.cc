// Any bytes as a CSV file, the first one as options: each line comes out in one row, in order, save
// blank ones, comments and one header; and what is taken for a name is one.
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "scanner/input/csv_rows.h"
#include "scanner/input/idna.h"

namespace {

using caascan::input::CsvRow;
using caascan::input::CsvRows;
using caascan::io::Line;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool AsksForNothing(std::string_view line) {
  const std::string_view trimmed = caascan::io::TrimBlanks(line);
  return trimmed.empty() || trimmed.front() == '#';
}

/// The rows of a text, taken as they come.
class Reader {
 public:
  Reader(const caascan::InputFields& fields, std::string_view text)
      : rows_(fields, "fuzz.csv"), text_(text) {}

  void Run() {
    Line line;
    for (std::string_view rest = text_; rest.data() != nullptr;) {
      const size_t end = rest.find('\n');
      line.text = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      ++line.number;
      if (rows_.IsPlainRow(line, line.text)) {
        Take(line.text);
      } else {
        rows_.Add(line, line.text);
      }
      TakeAll();
    }
    rows_.End();
    TakeAll();
    if (!rows_.status().ok()) return;
    PassHeader();
    Skip(text_.size());
  }

 private:
  void TakeAll() {
    Line row;
    while (rows_.Next(&row)) Take(row.text);
  }

  void Take(std::string_view row) {
    Require(rows_.columns_known() && rows_.status().ok());
    PassHeader();
    const size_t found = FindRow(row);
    Skip(found);
    at_ = found + row.size() + 1;
    for (const std::string_view column : splitter_.Split(row, rows_.columns().separator)) {
      const auto typed = caascan::input::ParseTypedNameOrUrl(column);
      if (typed.ok())
        Require(caascan::dns::NameView::FromWire(typed.name.view().wire()).has_value());
    }
  }

  /// Where the row stands as whole lines, from at_ on.
  size_t FindRow(std::string_view row) const {
    for (size_t found = at_;; ++found) {
      found = text_.find(row, found);
      Require(found != std::string_view::npos);
      const size_t end = found + row.size();
      const bool begins = found == 0 || text_[found - 1] == '\n';
      if (begins && (end == text_.size() || text_[end] == '\n')) return found;
    }
  }

  /// Takes the first line off *text.
  static std::string_view TakeLine(std::string_view* text) {
    const size_t end = text->find('\n');
    const std::string_view line = text->substr(0, end);
    text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
    return line;
  }

  static void SkipEmpty(std::string_view* text) {
    while (!text->empty() && AsksForNothing(text->substr(0, text->find('\n')))) TakeLine(text);
  }

  /// Once: the header is the first row.
  void PassHeader() {
    if (std::exchange(header_passed_, true) || !rows_.columns().header) return;
    std::string_view left = text_;
    SkipEmpty(&left);
    caascan::input::QuoteScanner quotes(0);
    quotes.Read(TakeLine(&left));
    std::string_view behind = left;
    while (quotes.open() && !left.empty()) {
      quotes.Read("\n");
      quotes.Read(TakeLine(&left));
    }
    // Where its quotes do not end well, it is one line.
    if (!quotes.open() && !quotes.broken()) behind = left;
    at_ = text_.size() - behind.size();
  }

  /// No row has the lines from at_ to `end`: they ask for nothing.
  void Skip(size_t end) const {
    if (at_ >= end) return;
    std::string_view left = text_.substr(at_, end - at_);
    SkipEmpty(&left);
    Require(left.empty());
  }

  CsvRows rows_;
  const std::string_view text_;
  CsvRow splitter_;
  size_t at_ = 0;
  bool header_passed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  caascan::InputFields fields;
  if ((data[0] & 1) != 0) fields.from_url = true;
  if ((data[0] & 2) != 0) fields.column = (data[0] & 4) != 0 ? "domain" : "2";
  if ((data[0] & 8) != 0) fields.keep = {"1", "name"};
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Reader(fields, text).Run();
  return 0;
}
