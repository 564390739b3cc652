// What changed between two scans.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/report.h"

namespace caascan {

/// What `caascan diff` is told. A value.
struct DiffOptions {
  std::string old_path;  // Records of the earlier scan,
  std::string new_path;  // and of the later one; one of them may be "-", standard input.
  /// Where the report goes: as ReportOptions has it.
  std::string output_path;
  bool overwrite = false;  // Replace a file that holds records; else that is an error.
  ReportFormat format = ReportFormat::kText;
  size_t top = 0;
  /// Where a line of NDJSON goes for each name that changed, in its findings too; empty is nowhere.
  std::string changes_path;
  std::string temp_folder;  // Empty is that of TMPDIR, else /tmp.
  unsigned threads = 0;     // 0 is one a core, 16 at most.
  ProgressMode progress = ProgressMode::kAuto;
};

struct DiffSummary {
  uint64_t old_names = 0;
  uint64_t new_names = 0;
  uint64_t changed = 0;  // In outcome, reason or CAA set.
  uint64_t broken = 0;   // Lines that are no records.
  /// What people should know, in one line of ASCII each: that the scans did not ask the same.
  std::vector<std::string> notices;
  int signal = 0;  // SIGINT or SIGTERM where one stopped it, else 0.
};

/// Compares the records of each name. Where a scan has several of a name, the latest counts. Order
/// does not matter.
///
/// Blocks; owns its threads; takes SIGINT and SIGTERM over while it runs; prints nothing but
/// progress on standard error. Records lie in temporary files meanwhile; memory is bounded, about
/// 100 MiB whatever the number of names. Errors as RunReport().
[[nodiscard]] absl::Status RunDiff(const DiffOptions& options, DiffSummary* summary);

}  // namespace caascan
