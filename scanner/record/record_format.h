// How records become the bytes of a scan's output. A further format is one more of these.
#pragma once

#include <string>
#include <string_view>

#include "caascan/record.h"

namespace caascan::record {

/// Turns records into bytes. Stateless; any thread.
class RecordFormat {
 public:
  virtual ~RecordFormat() = default;

  /// What stands before the first record, one whole line; nothing where there is no such line.
  virtual std::string_view header() const { return {}; }
  /// Appends all of the record's bytes, so that the output can end behind them.
  virtual void Append(const Record& record, std::string* out) const = 0;
};

/// A JSON object a line: AppendRecord() of include/caascan/record.h.
class NdjsonFormat : public RecordFormat {
 public:
  void Append(const Record& record, std::string* out) const override { AppendRecord(record, out); }
};

}  // namespace caascan::record
