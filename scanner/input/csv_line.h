// Lines of comma-separated values: which of the columns is the name.
#pragma once

#include <string>
#include <string_view>

namespace caascan::input {

/// Picks the name out of one line after another; keeps its memory between lines. One thread at a
/// time.
class CsvLine {
 public:
  /// The last column that is a domain name of two labels or more, of which the last is no number;
  /// where there is none, the last column that is a domain name and no number (`1,com`); else the
  /// whole line. Blanks around a column are dropped. Columns may be quoted (RFC 4180 §2), save that
  /// none goes on in the next line. Valid until the next call.
  std::string_view Name(std::string_view line);

  /// Is the line a first line that only names the columns? So it is where no column is a number or
  /// a name of two labels, and either there are several columns or the only one is called `domain`,
  /// `name`, `host`, `hostname` or `fqdn`.
  bool IsHeader(std::string_view line);

 private:
  /// The next column of *rest, and cuts it off. REQUIRES: *rest is not null.
  std::string_view TakeColumn(std::string_view* rest, std::string* unquoted);

  std::string column_;
  std::string name_;
};

}  // namespace caascan::input
