// What a report says, apart from how it is written: facts and tables, which every format renders.
#pragma once

#include <absl/status/status.h>

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace caascan::report {

enum class ColumnKind : uint8_t {
  kText,    // Strangers' text: each format escapes it.
  kCount,   // A whole number.
  kShare,   // A Share.
  kNumber,  // Any other number.
  kTime,    // Milliseconds since 1970.
};

struct Column {
  std::string id;       // As programs know it: lower case, underscores.
  std::string heading;  // For people.
  ColumnKind kind = ColumnKind::kText;
  bool detail = false;  // Left out where there is little room: text and Markdown.
};

/// How many of how many, which formats write as a fraction with its 95 % interval.
struct Share {
  uint64_t hits = 0;
  uint64_t trials = 0;

  friend bool operator==(const Share&, const Share&) = default;
};

/// Nothing, or what the column's kind asks for: a text, a count, a time, a number, a share.
using Cell = std::variant<std::monostate, std::string, uint64_t, int64_t, double, Share>;

/// A point of a distribution: so large a share of all values is at most `value`.
struct CurvePoint {
  double share = 0;
  double value = 0;
};

/// How a share went over time: points by time in milliseconds since 1970.
struct TimeLine {
  std::string name;
  std::vector<CurvePoint> points;
};

struct Table {
  std::string id;
  std::string title;
  std::string note;  // A sentence for people on what is counted, and how exactly; may be empty.
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  /// By how much counts may be too small at most, since there were more keys than rows are kept.
  uint64_t missed = 0;
  /// For people: how many rows are worth showing without asking; 0 is all.
  size_t shown = 0;
  /// Are its first rows worth a picture: the first column's texts, the shares (else counts)?
  bool plotted = false;
  /// The distribution behind a row, and what it is of: a picture for formats that have any.
  std::vector<CurvePoint> curve = {};
  std::string curve_title = {};
  /// Likewise, of shares over time: as many as can be told apart, six.
  std::vector<TimeLine> lines = {};
  /// Is the last column to be read in full, on further lines where it is long?
  bool wrapped = false;
};

/// A name that shows a fault, and by what: a reason or the code of a finding, and the server.
struct Sample {
  std::string name;
  std::string what;
  std::string host;
  std::string address;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 finds a 0 in it.
  friend auto operator<=>(const Sample&, const Sample&) = default;
};

/// Names that show what is said of a text in a column: "operator/Example DNS".
struct SampleList {
  std::string key;
  std::vector<Sample> samples;
};

struct Report {
  std::string title;
  std::string schema;                    // The JSON form's name.
  std::vector<Table> tables;             // Those without rows included; people are not shown them.
  std::vector<SampleList> samples = {};  // For formats with a place for them.

  const Table* Find(const std::string& id) const {
    for (const Table& table : tables) {
      if (table.id == id) return &table;
    }
    return nullptr;
  }
};

/// Is each of `ids` one of `known`? Errors: InvalidArgument, which lists those that are.
absl::Status CheckTableIds(const std::vector<std::string>& ids,
                           std::span<const std::string_view> known);

/// Leaves the tables that `ids` names, in the report's order; all where it names none.
void KeepTables(const std::vector<std::string>& ids, Report* report);

}  // namespace caascan::report
