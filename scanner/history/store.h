// The file that holds a history: an SQLite database, which other programs may read as well.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "caascan/history.h"
#include "scanner/history/trend.h"
#include "scanner/report/aggregate.h"

struct sqlite3;

namespace caascan::history {

/// A scan as its row has it.
struct ScanRow {
  int64_t id = 0;
  HistoryScan key;
  report::OutcomeCounts outcomes;
  uint64_t existing = 0;  // Names that exist.
  uint64_t with_caa = 0;
};

/// What a scan's names were counted by.
enum class Grouping : uint8_t { kReason, kFinding };

/// Of an operator in one scan.
struct OperatorCounts {
  int64_t id = 0;
  std::string name;
  Sample sample;  // Hits are the names whose look-up failed.
};

/// A key with one sample for each scan that was asked for, in their order.
struct Series {
  std::string key;
  std::vector<Sample> samples;
};

/// One thread at a time. A resource. What changes it, changes all of it or nothing. Errors, of all
/// methods: InvalidArgument where the file is none of ours, is in use, or the scan is not as
/// wanted; DataLoss where it could not be read or written.
class Store {
 public:
  enum class Mode : uint8_t { kRead, kWrite, kCreate };

  /// Operators with fewer names have no row of their own: their share says nothing.
  static constexpr uint64_t kLeastNames = 10;

  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& path,
                                                                   Mode mode);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] absl::Status Add(const HistoryScan& key, const report::Aggregate& counts,
                                 HistoryConflict conflict);
  [[nodiscard]] absl::Status Remove(const HistoryScan& key);
  /// The scan's counts as WritePartial() wrote them.
  [[nodiscard]] absl::StatusOr<std::string> Partial(const HistoryScan& key);

  /// All labels, in their order.
  [[nodiscard]] absl::StatusOr<std::vector<std::string>> Labels();
  /// By date.
  [[nodiscard]] absl::StatusOr<std::vector<ScanRow>> Scans(const HistoryShowOptions& options);
  /// Every reason or finding that some of the scans has; trials are all of the scan's names.
  [[nodiscard]] absl::StatusOr<std::vector<Series>> SeriesOf(Grouping grouping,
                                                             std::span<const ScanRow> scans);
  /// An operator's names, and those of them whose look-up failed, in one of the scans.
  [[nodiscard]] absl::StatusOr<std::vector<OperatorCounts>> Operators(const ScanRow& scan);
  /// The same over time, of one operator (OperatorCounts::id).
  [[nodiscard]] absl::StatusOr<Series> OperatorSeries(const OperatorCounts& of,
                                                      std::span<const ScanRow> scans);

 private:
  Store(std::string path, sqlite3* database) : path_(std::move(path)), database_(database) {}

  absl::Status Prepare(Mode mode);
  absl::Status Run(const char* sql);
  absl::Status Complain() const;
  absl::StatusOr<int64_t> Find(const HistoryScan& key);
  absl::Status Insert(const HistoryScan& key, const report::Aggregate& counts);
  absl::Status InsertCounts(int64_t scan, const report::Aggregate& counts);
  absl::Status Erase(int64_t scan);
  absl::Status MergeInto(int64_t scan, report::Aggregate* counts);
  absl::StatusOr<std::string> PartialOf(int64_t scan);

  const std::string path_;
  sqlite3* const database_;
};

}  // namespace caascan::history
