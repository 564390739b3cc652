// All that the records of scans hold against one operator, ready to be sent to them.
#pragma once

#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/report.h"
#include "caascan/scanner.h"

namespace caascan {

/// What `caascan report --operator` is told. A value.
struct DossierOptions {
  std::vector<std::string> inputs;  // As ReportOptions::inputs; partial reports hold no evidence.
  std::string output_path;          // Empty is standard output.
  bool overwrite = false;           // As ReportOptions has it.
  std::string operator_name;        // As reports have it; ASCII case is ignored.
  ReportFormat format = ReportFormat::kMarkdown;  // That, kText for the same, or kHtml.
  unsigned threads = 0;                           // 0 is one a core, 16 at most.
  ProgressMode progress = ProgressMode::kAuto;
  std::string operators_path;  // As ReportOptions::operators_path.
};

/// Reads all records once and writes the dossier, as RunReport() does its report. InvalidArgument
/// also for another format, and where no record names the operator.
[[nodiscard]] absl::Status RunDossier(const DossierOptions& options, ReportSummary* summary);

}  // namespace caascan
