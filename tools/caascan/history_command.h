// `caascan history`: its options, and the calls of the library that they stand for.
#pragma once

#include <string>
#include <vector>

#include "caascan/history.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class HistoryCommand {
 public:
  explicit HistoryCommand(cli::Program* program);

  /// Adds, shows, removes or exports, and returns the exit code.
  int Run();

 private:
  absl::Status CheckOptions() const;
  int RunAdd();
  int RunShow();
  int RunOther();

  cli::Program* const program_;
  CLI::App* const app_;
  std::string action_;
  std::string store_path_;
  std::string output_path_;
  bool overwrite_ = false;
  bool replace_ = false;
  bool merge_ = false;
  HistoryAddOptions add_;
  HistoryShowOptions show_;
};

}  // namespace caascan::tool
