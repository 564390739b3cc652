// `caascan scan`: its options, and the call of the library that they stand for.
#pragma once

#include <string>
#include <vector>

#include "caascan/scanner.h"
#include "tools/caascan/look_up_options.h"
#include "tools/caascan/machine_options.h"
#include "tools/caascan/request_options.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class ScanCommand {
 public:
  explicit ScanCommand(cli::Program* program);

  /// Scans, writes the summary to standard error, and returns the exit code.
  int Run();

 private:
  void AddDecisionOptions(CLI::App* app);
  void AddPartOptions(CLI::App* app);
  void AddOutputOptions(CLI::App* app);
  void AddZoneOptions(CLI::App* app);
  bool IsWatched() const;
  void SayWhatIsAwaited() const;
  /// --dry-run. The exit code.
  int Foresee() const;
  absl::Status ReadShard();
  /// Fills in what the options could not be parsed into directly.
  absl::Status CompleteOptions();

  cli::Program* const program_;
  RequestOptions request_;
  LookUpOptions look_up_;
  MachineOptions machines_;
  ScanOptions options_;
  // As typed; CompleteOptions() reads them.
  std::string shard_ = "1/1";
  int64_t lease_s_ = 60;
  bool dry_run_ = false;
};

}  // namespace caascan::tool
