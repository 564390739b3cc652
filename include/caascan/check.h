// A few names looked up at once, their records in memory.
#pragma once

#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/scanner.h"

namespace caascan {

/// Looks `names` up as `options` say and fills *records with one record for each, a line of NDJSON
/// without its line feed, in the order of `names`. `options` has no inputs and no output of its
/// own. Blocks; as RunScan() otherwise. InvalidArgument also for a name that is empty, begins with
/// "#" or holds a line feed. *summary is filled either way.
[[nodiscard]] absl::Status RunCheck(const std::vector<std::string>& names, ScanOptions options,
                                    std::vector<std::string>* records, ScanSummary* summary);

}  // namespace caascan
