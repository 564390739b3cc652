// The files that a scan reads and writes.
#pragma once

#include <absl/status/status.h>

#include "caascan/scanner.h"

namespace caascan::scan {

/// Does output_path name a file, and not standard output?
bool WritesFile(const ScanOptions& options);

/// Is no output an input or another output, and none in use? Errors: InvalidArgument that names
/// options and files.
[[nodiscard]] absl::Status CheckFilesApart(const ScanOptions& options);

/// CheckFilesApart(), and is output_path empty where neither `resume` nor `overwrite` says what to
/// do? Opens nothing for writing. Errors likewise.
[[nodiscard]] absl::Status CheckScanFiles(const ScanOptions& options);

}  // namespace caascan::scan
