// Files without a name, for what does not fit in memory.
#pragma once

#include <string>

#include <absl/status/statusor.h>

namespace caascan::io {

/// Opens a file for reading and writing that goes away with its descriptor, however the program
/// ends. It lies in `folder`; empty is that of TMPDIR, else /tmp. The caller closes the descriptor.
/// Errors: InvalidArgument that names the folder.
absl::StatusOr<int> OpenTemporaryFile(const std::string& folder);

}  // namespace caascan::io
