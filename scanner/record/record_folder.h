// Folders of records, where commands take files.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

namespace caascan::record {

/// The inputs with each folder replaced by the files of records in it, in the order of their names:
/// .ndjson, .jsonl, and these with .gz or .zst behind, and .partial.gz where the records that it
/// counts are not there. Of a run of `caascan plan` it is the folder `out`. Errors: InvalidArgument
/// for a folder that cannot be read or has no such file, and where a file is there plain and
/// compressed (a.ndjson, a.ndjson.zst): its records would count twice.
absl::StatusOr<std::vector<std::string>> ExpandFolders(const std::vector<std::string>& inputs);

/// The metadata of scans that wrote into these folders (scan-*.meta.json), in order.
std::vector<std::string> MetadataInFolders(const std::vector<std::string>& inputs);

}  // namespace caascan::record
