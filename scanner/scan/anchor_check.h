// Does the root fit the trust anchor? A wrong one is an error at the start, not a million bogus
// names.
#pragma once

#include <absl/status/status.h>

#include <functional>

#include "caascan/scanner.h"
#include "scanner/scan/worker.h"

namespace caascan::scan {

/// Asks the root for its keys, once for the scan, before there are workers; a few queries. OK where
/// nothing is validated, and where the root does not answer: then every name's record will say so.
/// Where the root is not signed and the options allow it (DnssecMode::kAuto) validation is switched
/// off in *setup, and summary->unsigned_root set. Fills in summary->unnamed_root_keys. The
/// root's keys go to *setup: no worker asks for them again until they expire. Error:
/// InvalidArgument, with what was found. Blocks; `stop` is asked some times a second, and once it
/// is true Cancelled comes back.
[[nodiscard]] absl::Status CheckTrustAnchor(const ScanOptions& options,
                                            const std::function<bool()>& stop, WorkerSetup* setup,
                                            ScanSummary* summary);

}  // namespace caascan::scan
