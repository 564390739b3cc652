// A report in the making, written down so that it can be added to others elsewhere: what
// `report --partial` writes and `report` reads again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "scanner/report/aggregate.h"

namespace caascan::report {

/// How a line of a partial report begins; no record does.
inline constexpr std::string_view kPartialPrefix = R"({"caascan_partial":)";

/// Lines of NDJSON, each a row of a table or a piece of the totals, in any order; the last says how
/// many there are before it. They are for report alone and may differ from version to version.
std::string WritePartial(const Aggregate& aggregate, uint64_t broken_lines);

/// Reads them back. One thread at a time. A resource.
class PartialReader {
 public:
  PartialReader();
  ~PartialReader();
  PartialReader(const PartialReader&) = delete;
  PartialReader& operator=(const PartialReader&) = delete;

  /// Adds what a line says to *sum. What is wrong with the line, or empty; then nothing, or a part
  /// of the line, was added. RecordReader::kPadding bytes behind the line must be readable.
  std::string_view Read(std::string_view line, Aggregate* sum);

 private:
  struct Parser;
  const std::unique_ptr<Parser> parser_;
};

}  // namespace caascan::report
