// Rows of separated values (RFC 4180): their columns, and where their quotes end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::input {

/// What may stand between columns, the more usual first.
inline constexpr std::string_view kSeparators = ",;\t";

/// Splits one row after another into columns; keeps its memory between rows. One thread at a time.
class CsvRow {
 public:
  /// Blanks around a column are dropped, and so are quotes around it (RFC 4180 §2) with what stands
  /// between them and the separator. A quote that never ends takes the rest of the row. `separator`
  /// 0: the row is one column. The columns are valid until the next call, and while `row` is.
  const std::vector<std::string_view>& Split(std::string_view row, char separator);

 private:
  std::string_view TakeQuoted(std::string_view* rest, char separator);

  std::vector<std::string_view> columns_;
  std::string unquoted_;  // Never grows while columns point into it.
};

/// Follows the quotes of a row that may go on in further lines. A value.
class QuoteScanner {
 public:
  /// `separator` 0: each of kSeparators is one.
  explicit QuoteScanner(char separator) : separator_(separator) {}

  void Read(std::string_view text);
  /// A quoted field has begun, and not ended.
  bool open() const { return state_ == State::kQuoted; }
  /// A quote ended in front of something other than a separator: this is not RFC 4180.
  bool broken() const { return state_ == State::kBroken; }

 private:
  enum class State : uint8_t { kFieldStart, kPlain, kQuoted, kQuote, kBehindQuote, kBroken };

  bool IsSeparator(char c) const;
  State After(char c) const;

  char separator_;
  State state_ = State::kFieldStart;
};

}  // namespace caascan::input
