// Where a report goes, in which form.
#pragma once

#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/report.h"
#include "scanner/record/run_files.h"
#include "scanner/report/table.h"

namespace caascan::publish {

struct ReportOutput {
  std::string path;  // Of kCsv a folder.
  ReportFormat format = ReportFormat::kText;
  size_t top = 0;
  std::vector<record::RunFile> inputs = {};  // None of them may be written.
  bool overwrite = false;                    // Nor, without it, a file that holds records.
};

/// Can the report be written there, as far as one can tell beforehand? InvalidArgument that names
/// what is wrong.
[[nodiscard]] absl::Status CheckOutput(const ReportOutput& output);

/// Writes it, whole or not at all (each file of kCsv by itself).
[[nodiscard]] absl::Status WriteReport(const report::Report& report, const ReportOutput& output);

}  // namespace caascan::publish
