// Lines of a file that may be longer than a LineReader's: records.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>

namespace caascan::io {

/// Calls `take` for each line of a file, decompressed, without its line feed, until it says false.
/// Behind a line kLinePadding octets may be read. A last line without a line feed is none. Errors:
/// DataLoss that names the file: it cannot be read, breaks off, ends within a line, or has one of
/// more than 16 MiB.
[[nodiscard]] absl::Status ForEachLine(const std::string& path,
                                       absl::FunctionRef<bool(std::string_view line)> take);
inline constexpr size_t kLinePadding = 64;

}  // namespace caascan::io
