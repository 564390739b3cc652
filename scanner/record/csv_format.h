// Records as CSV (RFC 4180): a line a record, for spreadsheets and data frames.
#pragma once

#include <string>
#include <string_view>

#include "scanner/record/record_format.h"

namespace caascan::record {

/// The columns are those of kCsvHeader; what a record does not have is empty. Of members that hold
/// several things a cell has all, in order: names, codes and numbers with blanks between them;
/// records as in zone files, servers ("host address result") and decisions ("CA: permit") with
/// semicolons. What servers say in words, evidence and the climb are in NDJSON alone.
class CsvFormat : public RecordFormat {
 public:
  std::string_view header() const override;
  void Append(const Record& record, std::string* out) const override;
};

}  // namespace caascan::record
