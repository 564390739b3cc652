// Short files in zone-file syntax: root hints, trust anchors.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>

#include "scanner/dns/ldns.h"

namespace caascan::resolve {

/// Calls `take` for each record of the file, in order; the record is gone when it returns. Errors
/// (InvalidArgument) begin with `what` and the path, and name the line where it is one: a file that
/// cannot be read, or text that is no record.
[[nodiscard]] absl::Status ReadRecordFile(const std::string& what, const std::string& path,
                                          const std::function<void(const ldns_rr*)>& take);

}  // namespace caascan::resolve
