// From counts to tables.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

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
  std::vector<std::string> tables = {};  // These alone, by id; empty is all.
};

/// The ids of all tables that a report may have.
std::span<const std::string_view> TableIds();

/// Is each of them the id of a table? Errors: InvalidArgument, which lists all ids.
absl::Status CheckTables(const std::vector<std::string>& tables);

/// The whole report. Pure; safe from any thread.
Report MakeReport(const Aggregate& aggregate, const BrokenLines& broken,
                  const TableOptions& options);

}  // namespace caascan::report
