// From what the user asked for to what the parts of a scan are told.
#pragma once

#include <absl/status/status.h>

#include "caascan/scanner.h"
#include "scanner/pacing/limits.h"
#include "scanner/scan/worker.h"

namespace caascan::scan {

/// Worker threads that the scan wants: at least 1.
unsigned ThreadCount(const ScanOptions& options);

pacing::LimitOptions Limits(const ScanOptions& options);

/// `blocklist` must outlive `setup`; null where there is none.
void UseBlocklist(const Blocklist* blocklist, WorkerSetup* setup);

/// Fills what follows from the options, and from the descriptors that are free; what workers share
/// is the caller's. Reads the files that the options name. Errors: InvalidArgument that names the
/// option or the file.
absl::Status FillSetup(const ScanOptions& options, WorkerSetup* setup);

/// Afterwards: DNSSEC is not asked for.
void DoNotValidate(WorkerSetup* setup);

}  // namespace caascan::scan
