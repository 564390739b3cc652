// `caascan decide`: its options, and the call of the library that they stand for.
#pragma once

#include <cstdint>

#include "caascan/decide.h"
#include "tools/caascan/request_options.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class DecideCommand {
 public:
  explicit DecideCommand(cli::Program* program);

  /// Decides again, writes the summary to standard error, and returns the exit code.
  int Run();

 private:
  /// What --parameters says.
  enum class Parameters : uint8_t { kEnforce, kIgnore, kBoth };

  cli::Program* const program_;
  RequestOptions request_;
  Parameters parameters_ = Parameters::kEnforce;
  DecideOptions options_;
};

}  // namespace caascan::tool
