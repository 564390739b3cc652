// All records of several inputs, counted.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <absl/status/status.h>

#include "scanner/record/scan_metadata.h"
#include "scanner/report/aggregate.h"
#include "scanner/report/record_pass.h"

namespace caascan::report {

/// What inputs add up to.
struct CountedRecords {
  Aggregate sum;
  BrokenLines broken;               // Of records, and of what partial reports say of theirs.
  std::vector<std::string> inputs;  // As messages call them.
  /// The metadata of those that have some, by the input's name.
  std::vector<std::pair<std::string, record::ScanMetadata>> scans;
  uint64_t records = 0;
  int signal = 0;  // SIGINT or SIGTERM where one stopped it, else 0. Then the rest is incomplete.
};

/// Reads records and partial reports by a pass that has not run. Blocks. Errors: InvalidArgument
/// where an input cannot be opened, or a partial report is torn.
[[nodiscard]] absl::Status CountRecords(const PassOptions& options, RecordPass* pass,
                                        CountedRecords* counted);

}  // namespace caascan::report
