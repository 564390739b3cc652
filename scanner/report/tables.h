// From counts to tables.
#pragma once

#include <string>
#include <vector>

#include "scanner/record/scan_metadata.h"
#include "scanner/report/aggregate.h"
#include "scanner/report/record_blocks.h"
#include "scanner/report/table.h"

namespace caascan::report {

/// What a report is made of and how.
struct TableOptions {
  std::vector<std::string> inputs;  // As messages call them.
  /// The metadata of those that have some, by the input's name.
  std::vector<std::pair<std::string, record::ScanMetadata>> scans = {};
  /// Operators with fewer names have no place in the league table: too few to judge by.
  uint64_t min_names = 10;
  bool orders_only = false;  // The summary and the orders that would fail, nothing else.
};

/// The whole report. Pure; safe from any thread.
Report MakeReport(const Aggregate& aggregate, const BrokenLines& broken,
                  const TableOptions& options);

}  // namespace caascan::report
