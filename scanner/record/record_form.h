// In which form a file's name asks for records.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string_view>

namespace caascan::record {

enum class RecordForm : uint8_t { kNdjson, kCsv };

/// `path` is --output's. No suffix, .ndjson, .jsonl and .json are NDJSON, .csv is CSV, each with
/// .gz or .zst behind it or without, in letters of any case; a suffix of digits is none. Errors:
/// InvalidArgument for any other, with the forms there are, and the way to Parquet.
absl::StatusOr<RecordForm> RecordFormOfPath(std::string_view path);

/// An error for what writes no form but NDJSON.
absl::Status RequireNdjson(std::string_view path);

}  // namespace caascan::record
