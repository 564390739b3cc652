// Reports over what scans met of zones: `scan --zones`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/report.h"

namespace caascan {

/// What `caascan report --zones` is told. A value.
struct ZoneReportOptions {
  std::vector<std::string> inputs;  // Files of zones. At least one; no standard input.
  /// Where the report goes; empty is standard output. Of kCsv a folder, which must be given.
  std::string output_path;
  bool overwrite = false;  // Replace a file that holds records; else that is an error.
  ReportFormat format = ReportFormat::kText;
  size_t top = 0;  // Rows of long tables in text, Markdown and HTML; 0 is each table's own.
  std::vector<std::string> tables = {};  // These alone, by id; empty is all.
  /// Not a report but the zones, each once: what shards and scans met of one is put together.
  bool merge = false;
};

struct ZoneReportSummary {
  uint64_t zones = 0;   // Different ones.
  uint64_t broken = 0;  // Lines that are no zones, and inputs that break off.
  int signal = 0;       // SIGINT or SIGTERM where one stopped it, else 0.
};

/// Puts the zones of all inputs together and writes the report, whole or not at all. Memory: 64
/// MiB, and tables of 65,536 rows; what is more lies in a temporary file beside TMPDIR. Blocks;
/// takes SIGINT and SIGTERM over while it reads. Errors: InvalidArgument for inputs or an output
/// that cannot be used, DataLoss where it could not be written; *summary is filled either way.
[[nodiscard]] absl::Status RunZoneReport(const ZoneReportOptions& options,
                                         ZoneReportSummary* summary);

}  // namespace caascan
