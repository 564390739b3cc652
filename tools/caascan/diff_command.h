// `caascan diff`: its options, and the call of the library that they stand for.
#pragma once

#include <string>

#include "caascan/diff.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class DiffCommand {
 public:
  explicit DiffCommand(cli::Program* program);

  /// Compares, writes the report, and returns the exit code.
  int Run();

 private:
  cli::Program* const program_;
  DiffOptions options_;
};

}  // namespace caascan::tool
