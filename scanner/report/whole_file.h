// Output that is there whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace caascan::report {

/// Can WriteWhole() begin to write there? InvalidArgument that names the path where it cannot.
[[nodiscard]] absl::Status CheckWritable(const std::string& path);

/// Writes `text` to `path`; empty or "-" is standard output. A regular file takes the place of an
/// older one when all of it is written; `.gz` and `.zst` compress. Errors: InvalidArgument where
/// the file cannot be created, DataLoss where it cannot be written. REQUIRES: SIGPIPE and SIGXFSZ
/// are ignored, and the text ends with a line feed.
[[nodiscard]] absl::Status WriteWhole(const std::string& path, std::string_view text);

}  // namespace caascan::report
