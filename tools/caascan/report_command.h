// `caascan report`: its options, and the call of the library that they stand for.
#pragma once

#include <string>

#include "caascan/report.h"
#include "caascan/zone_report.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class ReportCommand {
 public:
  explicit ReportCommand(cli::Program* program);

  /// Writes the report, and to standard error what was read; returns the exit code.
  int Run();

 private:
  int RunZones();

  cli::Program* const program_;
  ReportOptions options_;
  bool zones_ = false;
  std::string operator_name_;  // Of a dossier; empty is a report.
};

}  // namespace caascan::tool
