// Is a chunk's result whole?
#pragma once

#include <string>

#include <absl/status/status.h>

#include "scanner/plan/manifest.h"

namespace caascan::plan {

/// Does the file hold one record for each line of the chunk, and nothing else? Errors: DataLoss
/// that names the file and says what is wrong; NotFound where there is none. Any thread.
[[nodiscard]] absl::Status CheckResult(const std::string& path, const PlannedChunk& planned);

}  // namespace caascan::plan
