// `caascan status`: its options, and the call of the library that they stand for.
#pragma once

#include <string>

#include "caascan/run_engine.h"
#include "caascan/run_status.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class StatusCommand {
 public:
  explicit StatusCommand(cli::Program* program);

  /// Says how far the run is, on standard output, and returns the exit code.
  int Run();

 private:
  cli::Program* const program_;
  /// What the engine knows.
  int RunEngine() const;

  RunStatusOptions options_;
  EngineAccess access_;
  bool follow_ = false;
  std::string metrics_path_;
};

}  // namespace caascan::tool
