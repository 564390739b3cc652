// The file behind --ca-set, read whole.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "caascan/caa.h"

namespace caascan::tool {

/// Reads and parses the file. Errors: InvalidArgument that names --ca-set and the file, and the
/// line where there is one.
absl::StatusOr<std::vector<CertificationAuthority>> ReadCaSet(const std::string& path);

}  // namespace caascan::tool
