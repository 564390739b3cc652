// `caascan explain`: what codes mean, and which CAs are known.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class ExplainCommand {
 public:
  explicit ExplainCommand(cli::Program* program);

  /// Prints to standard output and returns the exit code.
  int Run();

 private:
  absl::Status ShowExchanges() const;

  cli::Program* const program_;
  std::vector<std::string> codes_;
  std::string dnstap_path_;
  bool cas_ = false;
  bool markdown_ = false;
};

}  // namespace caascan::tool
