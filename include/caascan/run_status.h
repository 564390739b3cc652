// How far a run in chunks is, by its folder alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <absl/status/status.h>

namespace caascan {

/// What `caascan status` is told of a folder. A value.
struct RunStatusOptions {
  std::string run;
  std::string results;  // The folder of results; empty: RUN/out.
  /// Read each result, and compare it with what its chunk must give. Else a result counts that is
  /// there.
  bool verify = false;
  unsigned threads = 0;  // That read; 0 is one a core.
  /// Called with a line for each chunk that is not as it must be, in their order; with `verify`
  /// alone. May be empty.
  std::function<void(const std::string&)> on_fault;
};

/// Counts of chunks, and of the names in them.
struct RunStatus {
  std::string run;
  uint64_t chunks = 0;
  uint64_t names = 0;
  uint64_t done_chunks = 0;  // With a result, a whole one with `verify`, and committed where
  uint64_t done_names = 0;   // results are.
  uint64_t broken = 0;       // Results that are not whole: with `verify` alone.
  uint64_t not_committed = 0;
  uint64_t in_hand = 0;  // Of those that are not done: being written just now.
  int signal = 0;        // SIGINT or SIGTERM where one stopped it, else 0.
};

/// Blocks; owns its threads; takes SIGINT and SIGTERM over while it runs. Errors: InvalidArgument
/// for a folder that is no run; with `verify` DataLoss where a chunk is not done. *status is filled
/// in that case too.
[[nodiscard]] absl::Status ReadRunStatus(const RunStatusOptions& options, RunStatus* status);

}  // namespace caascan
