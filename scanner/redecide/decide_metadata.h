// The metadata of records that were decided anew.
#pragma once

#include <absl/status/status.h>

#include "caascan/decide.h"

namespace caascan::redecide {

/// What tells of the records that the output held is wrong of the new ones: removes it. Before the
/// output is emptied.
void RemoveMetadataOf(const DecideOptions& options);

/// Writes the metadata of the output, if that is a file and all inputs have metadata and were
/// looked up with the same options: those of the first input, with what was decided now, and the
/// inputs' runs as earlier ones. DataLoss where it could not be written.
[[nodiscard]] absl::Status WriteDecidedMetadata(const DecideOptions& options,
                                                const DecideSummary& summary,
                                                const absl::Status& result);

}  // namespace caascan::redecide
