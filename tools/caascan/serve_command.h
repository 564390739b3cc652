// `caascan serve`: a service over HTTP.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "caascan/service.h"
#include "tools/caascan/look_up_options.h"
#include "tools/caascan/request_options.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds the subcommand to the program, and runs it. Main thread only. `program` must outlive it.
class ServeCommand {
 public:
  explicit ServeCommand(cli::Program* program);

  /// Serves until a signal ends it, and returns the exit code.
  int Run();

 private:
  void AddServiceOptions(CLI::App* app);
  absl::Status CompleteOptions();
  void Reload(Service* service, const std::stop_token& stop) const;

  cli::Program* const program_;
  RequestOptions request_;
  LookUpOptions look_up_;
  ServiceOptions options_;
  // As typed.
  int64_t idle_s_ = 0;
  int64_t grace_s_ = 30;
};

}  // namespace caascan::tool
