// A quote that opens is looked for in the lines behind it; where it does not close well, its line
// is a row, and the next ones are looked at anew. That is linear: the next line with a quote that
// opens ends the search, since that quote either closes the first one or breaks it. Tested by
// csv_rows_test.cc.
#include "scanner/input/csv_rows.h"

#include <cassert>
#include <utility>

namespace caascan::input {
namespace {

bool AsksForNothing(std::string_view text) {
  const std::string_view trimmed = io::TrimBlanks(text);
  return trimmed.empty() || trimmed.front() == '#';
}

}  // namespace

CsvRows::CsvRows(const InputFields& fields, std::string file) : choice_(fields, std::move(file)) {}

bool CsvRows::IsPlainRow(const io::Line& line, std::string_view text) const {
  return choice_.done() && held_.empty() && lines_.empty() && !line.overlong &&
         text.find('"') == std::string_view::npos && !AsksForNothing(text);
}

void CsvRows::Add(const io::Line& line, std::string_view text) {
  assert(!ended_ && "a line follows");
  lines_.push_back({std::string(text), line.number, line.overlong});
}

/// Takes the first `count` lines, joined. REQUIRES: there are as many.
CsvRows::Text CsvRows::TakeLines(size_t count) {
  assert(count > 0 && count <= lines_.size() && "there are as many");
  Text row = std::move(lines_.front());
  lines_.pop_front();
  for (size_t i = 1; i < count; ++i) {
    row.text.append(1, '\n').append(lines_.front().text);
    lines_.pop_front();
  }
  scanned_ = 0;
  scanned_size_ = 0;
  return row;
}

/// The next row, whatever it is; none where the lines make none yet.
std::optional<CsvRows::Text> CsvRows::Assemble() {
  while (!lines_.empty() && scanned_ == 0 && !lines_.front().overlong &&
         AsksForNothing(lines_.front().text)) {
    (void)TakeLines(1);
  }
  if (lines_.empty()) return std::nullopt;
  if (scanned_ == 0) quotes_ = QuoteScanner(choice_.done() ? choice_.columns().separator : '\0');
  while (scanned_ < lines_.size()) {
    const Text& line = lines_[scanned_];
    if (line.overlong) return TakeLines(1);
    if (scanned_ > 0) quotes_.Read("\n");
    quotes_.Read(line.text);
    if (quotes_.broken()) return TakeLines(1);
    ++scanned_;
    scanned_size_ += line.text.size() + 1;
    const bool fits = scanned_size_ <= kMaxRowSize + 1;
    if (!quotes_.open() || !fits) return TakeLines(fits ? scanned_ : 1);
  }
  if (ended_) return TakeLines(1);
  return std::nullopt;
}

/// Leaves the header out, once it is known to be one.
void CsvRows::Settle() {
  if (!choice_.done() || std::exchange(settled_, true) || !choice_.status().ok()) return;
  if (choice_.columns().header) held_.pop_front();
}

bool CsvRows::Pause() {
  if (choice_.done() || !choice_.can_end()) return false;
  choice_.End();
  Settle();
  return !held_.empty() || !choice_.status().ok();
}

bool CsvRows::Next(io::Line* row) {
  while (!choice_.done()) {
    std::optional<Text> next = Assemble();
    if (!next.has_value()) {
      if (!ended_) return false;
      choice_.End();
      break;
    }
    if (next->overlong && held_.empty()) {
      Give(*std::move(next), row);
      return true;
    }
    held_size_ += next->text.size();
    if (!next->overlong) choice_.Add(next->text);  // Others are kept in their places alone.
    held_.push_back(*std::move(next));
    if (held_size_ > kMaxHeld && !choice_.done()) choice_.End();
  }
  Settle();
  if (!choice_.status().ok()) return false;
  if (!held_.empty()) {
    Give(std::move(held_.front()), row);
    held_.pop_front();
    return true;
  }
  std::optional<Text> next = Assemble();
  if (!next.has_value()) return false;
  Give(*std::move(next), row);
  return true;
}

void CsvRows::Give(Text text, io::Line* row) {
  given_ = std::move(text);
  *row = {given_.text, given_.number, given_.overlong, false};
}

}  // namespace caascan::input
