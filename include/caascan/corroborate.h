// Multi-perspective corroboration of scans (Baseline Requirements 3.2.2.9).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/scanner.h"

namespace caascan {

/// What `caascan corroborate` is told. A value.
struct CorroborateOptions {
  std::string primary;               // Path of the primary perspective's records.
  std::vector<std::string> remotes;  // Those of the others; at least two.
  std::string output_path;           // Empty is standard output. `.gz` and `.zst` compress.
  bool overwrite = false;            // Replace a file that holds records; else that is an error.
  std::string temp_folder;           // Empty is that of TMPDIR, else /tmp.
  std::chrono::seconds max_age{std::chrono::hours(8)};
  /// When records must be fresh.
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
  unsigned threads = 0;  // 0 is one a core, 16 at most.
  ProgressMode progress = ProgressMode::kAuto;
};

struct CorroborateSummary {
  uint64_t names = 0;  // Of the primary perspective.
  uint64_t issue = 0;
  int signal = 0;  // SIGINT or SIGTERM where one stopped it, else 0.
};

/// Decides for each name of the primary perspective by the quorum of caascan::report::DecideQuorum
/// whether it may be issued for, and writes a line of NDJSON for each (docs/corroboration.schema.
/// json), in no particular order. Names are compared as the records have them, `*.` included. A
/// remote perspective that has no record of a name, several, one that is stale, or one whose
/// look-up does not permit, does not corroborate.
///
/// Blocks; owns its threads; takes SIGINT and SIGTERM over while it runs; prints nothing but
/// progress on standard error. Nothing is written before all is read, and nothing after a signal.
/// Records lie in temporary files meanwhile, about 40 bytes, the name and the CAA set each; memory
/// is bounded, about 100 MiB whatever the number of names. Errors: InvalidArgument for inputs that
/// cannot be used, a line that is no record among them, for it may hide a denial, and scans that
/// decide differently over the same CAA records, for they did not ask for the same CA; DataLoss
/// where something could not be written.
[[nodiscard]] absl::Status RunCorroborate(const CorroborateOptions& options,
                                          CorroborateSummary* summary);

}  // namespace caascan
