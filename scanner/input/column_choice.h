// Which column of a CSV file holds the names: by its header, by the user's word, or by its rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "caascan/scanner.h"
#include "scanner/input/csv_row.h"

namespace caascan::input {

/// What is known of a file's columns, counted from 0. A value.
struct CsvColumns {
  static constexpr size_t kNone = SIZE_MAX;

  struct Kept {
    size_t column = 0;
    std::string key;  // A JSON string: its name in the header, or its number from 1.
  };

  char separator = 0;   // 0: none was there; a row is one column.
  bool header = false;  // The first row names the columns.
  size_t name = kNone;  // kNone: no column holds names.
  size_t rank = kNone;
  bool takes_urls = false;  // The header calls the column one of URLs.
  std::vector<Kept> kept;
};

/// What stands between the columns of a row: where several do, that which makes a column of a name
/// or of a header's word, then that which makes the most columns. 0 where none is there.
char FindSeparator(std::string_view row);

/// Looks at a file's first rows until its columns are known. One thread at a time.
///
/// A header is a first row with a word that calls a column one of names (`domain`, `host`, `url`
/// and the like, of either case). Where it also holds names or numbers, the next row decides. A
/// first row without such a word is a header where no column of it is a name or a number, and rows
/// behind it hold names.
///
/// The column of names is the user's; else the one that the header calls so, of several the first
/// by the list in the source that holds names, unless it calls one so that has none, such as a
/// `name` of people, and another has; else the only one of the first row with a name of
/// two labels or more; else, of up to kMaxRows rows, that with the most of them, the leftmost of
/// equals. Where no column has any, URLs count, then single labels.
class ColumnChoice {
 public:
  static constexpr size_t kMaxRows = 100;

  /// `file` is how messages name it.
  ColumnChoice(InputFields fields, std::string file);

  /// Looks at one more row. REQUIRES: !done().
  void Add(std::string_view row);
  /// Decides by the rows that were there. REQUIRES: !done().
  void End();

  bool done() const { return done_; }
  /// Are there rows to decide by, of which the first is no header, or not the only one?
  bool can_end() const { return rows_ > 1 || (rows_ == 1 && header_ == Header::kNo); }
  /// What is decided. REQUIRES: done().
  const CsvColumns& columns() const;
  /// InvalidArgument, after done(), where the user named a column that is not there.
  const absl::Status& status() const { return status_; }
  /// What people should know, in one line: the column, where rows decided. Else empty.
  const std::string& notice() const { return notice_; }

 private:
  enum class Kind : uint8_t { kOther, kNumber, kLabel, kName, kUrl };
  enum class Header : uint8_t { kNo, kYes, kIfWordsFit, kIfNamesFollow };
  struct Tally {
    size_t names = 0;
    size_t urls = 0;
    size_t labels = 0;
  };

  static Kind KindOf(std::string_view column);
  void AddFirst();
  void AddLater();
  void Count();
  Header JudgeFirst() const;
  bool Names(size_t column) const;
  bool AnyWordNames() const;
  size_t OnlyName() const;
  size_t BestOf(const std::vector<size_t>& columns) const;
  size_t BestOfAll() const;
  void TakeWords();
  void Take(size_t column);
  void TakeOnlyName();
  void TakeRank();
  void TakeKept();
  bool ResolveNamed();
  size_t Find(std::string_view name) const;
  void FailWithout(std::string_view option, std::string_view column);
  void Say();

  const InputFields fields_;
  const std::string file_;
  CsvColumns columns_;
  CsvRow row_;
  size_t rows_ = 0;
  std::vector<std::string> first_;  // The columns of the first row.
  std::vector<Kind> first_kinds_;
  std::vector<Kind> kinds_;           // Of the row at hand.
  std::vector<Tally> tallies_;        // Of the rows behind the first; with it once it is no header.
  std::vector<size_t> by_word_;       // Columns that the first row calls ones of names, best first.
  size_t fixed_ = CsvColumns::kNone;  // The user's column, where it is a number.
  Header header_ = Header::kNo;
  bool by_rows_ = false;
  bool done_ = false;
  absl::Status status_;
  std::string notice_;
};

}  // namespace caascan::input
