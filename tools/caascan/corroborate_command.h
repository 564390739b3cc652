// `caascan corroborate`: its options, and the call of the library that they stand for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "caascan/corroborate.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class CorroborateCommand {
 public:
  explicit CorroborateCommand(cli::Program* program);

  /// Decides, writes the summary to standard error, and returns the exit code.
  int Run();

 private:
  cli::Program* const program_;
  CorroborateOptions options_;
  // As typed.
  std::string primary_;
  std::vector<std::string> remotes_;
  std::vector<std::string> regions_;
  int64_t max_age_s_ = 0;  // 0 where it is not given.
};

}  // namespace caascan::tool
