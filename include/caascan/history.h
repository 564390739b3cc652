// Many scans of the same names over time: their counts in one file, and what changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/report.h"

namespace caascan {

/// Which scan of a history. A value.
struct HistoryScan {
  std::string date;   // "2027-03-15", UTC.
  std::string label;  // What tells series of different lists apart; may be empty.

  friend bool operator==(const HistoryScan&, const HistoryScan&) = default;
};

/// Is it a day of the calendar as HistoryScan has it, from 1970 to 2099?
bool IsHistoryDate(const std::string& text);

/// What to do with a scan of the same date and label.
enum class HistoryConflict : uint8_t {
  kRefuse,   // It is an error.
  kReplace,  // The new counts take its place.
  kMerge,    // They are added: another shard of the same scan.
};

/// What `caascan history add` is told. A value.
struct HistoryAddOptions {
  std::string store_path;           // Created where there is none.
  std::vector<std::string> inputs;  // Records or partial reports; none is standard input.
  /// An empty date is the day of the first record.
  HistoryScan scan;
  HistoryConflict conflict = HistoryConflict::kRefuse;
  unsigned threads = 0;  // 0 is one a core, 16 at most.
  ProgressMode progress = ProgressMode::kAuto;
};

/// Counts the records and keeps the counts. *scan is what they are kept as. Blocks; owns its
/// threads; takes SIGINT and SIGTERM over while it reads, and keeps nothing after one. Errors:
/// InvalidArgument for an input or a store that cannot be used, or a scan that is there already;
/// DataLoss where the store could not be written, and is as before.
[[nodiscard]] absl::Status AddToHistory(const HistoryAddOptions& options, HistoryScan* scan,
                                        ReportSummary* summary);

/// Forgets a scan. Errors: InvalidArgument where there is no such scan; as AddToHistory().
[[nodiscard]] absl::Status RemoveFromHistory(const std::string& store_path,
                                             const HistoryScan& scan);

/// Writes a scan's counts to a file, as a partial report, for `caascan report` or another history.
/// Errors as RemoveFromHistory(), and DataLoss where the file could not be written.
[[nodiscard]] absl::Status ExportFromHistory(const std::string& store_path, const HistoryScan& scan,
                                             const std::string& output_path, bool overwrite);

/// What `caascan history show` is told. A value.
struct HistoryShowOptions {
  std::string store_path = {};
  std::string label = {};  // Of the scans to compare.
  bool any_label = true;   // `label` was not given: the store's only one, else an error.
  std::string since = {};  // Dates, both included; empty is all.
  std::string until = {};
  std::string output_path = {};  // As ReportOptions has it.
  bool overwrite = false;
  ReportFormat format = ReportFormat::kText;
  size_t top = 0;
  uint64_t min_names = 10;  // Operators with fewer names in the last scan are not compared.
};

/// Writes what the scans say over time: a row a scan; the outcomes, reasons, findings and operators
/// whose share changed beyond chance, and since when. Blocks; one thread. Errors: as RunReport().
[[nodiscard]] absl::Status ShowHistory(const HistoryShowOptions& options);

}  // namespace caascan
