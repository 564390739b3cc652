// `caascan plan`: its options, and the call of the library that they stand for.
#pragma once

#include "caascan/plan.h"
#include "caascan/run_engine.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class PlanCommand {
 public:
  explicit PlanCommand(cli::Program* program);

  /// Plans, says what was planned on standard error, and returns the exit code.
  int Run();

 private:
  cli::Program* const program_;
  /// Gives the chunks to the engine.
  int RunEngine();

  CLI::Option* chunk_ = nullptr;  // The app's.
  PlanOptions options_;
  EnginePlanOptions engine_;
};

}  // namespace caascan::tool
