// Reports over the records of scans.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/scanner.h"

namespace caascan {

enum class ReportFormat : uint8_t { kText, kJson, kCsv, kMarkdown, kHtml };

/// What `caascan report` is told. A value.
struct ReportOptions {
  std::vector<std::string> inputs;  // Paths of records, NDJSON; "-" or none is standard input.
  /// Where the report goes; empty is standard output. Of kCsv a folder, one file a table, and it
  /// must be given.
  std::string output_path;
  bool overwrite = false;  // Replace a file that holds records; else that is an error.
  ReportFormat format = ReportFormat::kText;
  size_t top = 0;  // Rows of long tables in text, Markdown and HTML; 0 is each table's own.
  uint64_t min_names = 10;  // Operators with fewer are not ranked.
  /// Only the summary and the orders that would fail.
  bool orders_only = false;
  /// Tables by their id, such as "caa_dnssec": these alone; empty is all.
  std::vector<std::string> tables;
  /// Not a report but its counts, to be read again, with others, as an input.
  bool partial = false;
  /// Operators by their servers' names, beside those of datasets/operators.tsv; may be empty. They
  /// count where a record does not say its operator.
  std::string operators_path;
  unsigned threads = 0;  // 0 is one a core, 16 at most.
  ProgressMode progress = ProgressMode::kAuto;
};

/// What was read.
struct ReportSummary {
  uint64_t records = 0;
  uint64_t broken = 0;  // Lines that are no records, and inputs that break off.
  int signal = 0;       // SIGINT or SIGTERM where one stopped it, else 0.
};

/// Reads all records once and writes the report. A line that is no record is counted and located in
/// the report, and ends nothing. Memory is bounded whatever the inputs hold: tables keep 65,536
/// rows each, and say by how much they may be wrong where there were more keys.
///
/// Blocks; owns its threads; takes SIGINT and SIGTERM over while it runs. Prints nothing but
/// progress on standard error. The report is written when all is read, a file under another name
/// first, so that none is there by halves; after a signal none is written at all. Errors:
/// InvalidArgument for inputs, tables or an output that cannot be used, DataLoss where the report
/// could not be written; *summary is filled either way.
[[nodiscard]] absl::Status RunReport(const ReportOptions& options, ReportSummary* summary);

/// Writes the counts of one file of records, whole or not at all, as RunReport() does with
/// `partial`. In the calling thread, and signals stay whose they are: for a scan that writes such a
/// file. Errors: DataLoss.
[[nodiscard]] absl::Status WritePartialReport(const std::string& records,
                                              const std::string& output);

}  // namespace caascan
