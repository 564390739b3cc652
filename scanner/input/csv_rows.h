// From the lines of a CSV file to its rows: quoted line feeds, comments, the header.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "scanner/input/column_choice.h"
#include "scanner/input/csv_row.h"
#include "scanner/io/line_reader.h"

namespace caascan::input {

/// Takes a file's lines and gives its rows, in order, once its columns are known. One thread at a
/// time.
///
/// - Blank lines, and those whose first character that is no blank is `#`, give none. Neither does
///   the header.
/// - Lines are joined into one row where a quoted field goes on in the next (RFC 4180 §2), if its
///   quote ends well within kMaxRowSize. Else each line is a row of its own.
/// - Held are at most ColumnChoice::kMaxRows rows, or kMaxHeld octets and one row more, and
///   kMaxRowSize octets of lines.
class CsvRows {
 public:
  static constexpr size_t kMaxRowSize = io::LineReader::kMaxLineSize;
  static constexpr size_t kMaxHeld = size_t{1} << 20;

  /// As ColumnChoice.
  CsvRows(const InputFields& fields, std::string file);

  /// Is the line a row by itself, that nothing goes before? Then it need not be added. `text` is
  /// its text without a byte order mark.
  bool IsPlainRow(const io::Line& line, std::string_view text) const;
  /// REQUIRES: no End() before.
  void Add(const io::Line& line, std::string_view text);
  /// No line follows.
  void End() { ended_ = true; }
  /// The input has paused: the columns are chosen by the rows that are there, unless the first may
  /// be a header that the next one shows to be one. True where that gives rows.
  bool Pause();

  /// The next row; its text is valid until the next call. False where more lines are needed, or all
  /// was given, or a column is missing (status()).
  bool Next(io::Line* row);

  bool columns_known() const { return choice_.done(); }
  /// Once columns_known(): what is decided.
  const CsvColumns& columns() const { return choice_.columns(); }
  const absl::Status& status() const { return choice_.status(); }
  /// Once columns_known(): what people should be told.
  const std::string& notice() const { return choice_.notice(); }

 private:
  struct Text {
    std::string text;
    uint64_t number = 0;
    bool overlong = false;
  };

  std::optional<Text> Assemble();
  Text TakeLines(size_t count);
  void Settle();
  void Give(Text text, io::Line* row);

  ColumnChoice choice_;
  std::deque<Text> lines_;  // Not yet part of a row.
  QuoteScanner quotes_{0};  // Of the first `scanned_` of them, which do not make a row yet.
  size_t scanned_ = 0;
  size_t scanned_size_ = 0;  // In octets.
  std::deque<Text> held_;    // Rows, until the columns are known; the first is not overlong.
  size_t held_size_ = 0;
  bool settled_ = false;  // The header is not among them.
  Text given_;
  bool ended_ = false;
};

}  // namespace caascan::input
