// Are the resolvers those that the user means? A wrong name or trust store is an error at the
// start, not a million failures.
#pragma once

#include <absl/status/status.h>

#include <functional>

#include "caascan/scanner.h"
#include "scanner/scan/worker.h"

namespace caascan::scan {

/// Connects to the resolvers in turn, before there are workers, where the certificate of each is to
/// be checked, up to the first whose certificate does not fail. OK there, and whatever else fails:
/// then records will say so. Error: Unavailable, where no resolver's certificate is valid; it says
/// what is wrong with the last one's. Blocks; `stop` is asked some times a second, and once it is
/// true Cancelled comes back.
[[nodiscard]] absl::Status CheckResolvers(const ScanOptions& options,
                                          const std::function<bool()>& stop,
                                          const WorkerSetup& setup);

}  // namespace caascan::scan
