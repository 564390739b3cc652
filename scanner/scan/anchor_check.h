// Does the root fit the trust anchor? A wrong one is an error at the start, not a million bogus
// names.
#pragma once

#include <absl/status/status.h>

#include "scanner/scan/worker.h"

namespace caascan::scan {

/// Asks the root for its keys, once for the scan; a few queries, no workers needed yet. OK where
/// nothing is validated, and where the root does not answer: then every name's record will say so.
/// Error: InvalidArgument, with what was found instead. Blocks.
[[nodiscard]] absl::Status CheckTrustAnchor(const WorkerSetup& setup);

}  // namespace caascan::scan
