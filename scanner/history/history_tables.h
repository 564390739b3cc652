// What a history says, as tables.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scanner/history/store.h"
#include "scanner/history/trend.h"
#include "scanner/report/table.h"

namespace caascan::history {

/// A key whose share changed.
struct ChangedSeries {
  Series series;
  Change change;
};

/// Those of `all` that changed beyond chance, with `compared` series looked at; the largest change
/// first, equals by key.
std::vector<ChangedSeries> FindChanges(std::vector<Series> all, size_t compared);

/// What a history is shown by. Its scans are in the order of their dates.
struct HistoryFacts {
  std::vector<ScanRow> scans;
  std::vector<ChangedSeries> outcomes;
  std::vector<ChangedSeries> reasons;
  std::vector<ChangedSeries> findings;
  std::vector<ChangedSeries> operators;
};

/// The share of each outcome over time, and of names with CAA and names that exist.
std::vector<Series> OutcomeSeries(const std::vector<ScanRow>& scans);

/// All tables. Pure; any thread.
report::Report MakeHistoryReport(const HistoryFacts& facts, const std::string& label);

}  // namespace caascan::history
