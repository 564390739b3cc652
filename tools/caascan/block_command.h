// `caascan block`: its options, and the call of the library that they stand for.
#pragma once

#include <string>
#include <vector>

#include "caascan/run_engine.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class BlockCommand {
 public:
  explicit BlockCommand(cli::Program* program);

  /// Blocks, says so, and returns the exit code.
  int Run();

 private:
  cli::Program* const program_;
  EngineAccess access_;
  std::vector<std::string> addresses_;
};

}  // namespace caascan::tool
