// Short files in zone-file syntax: root hints, trust anchors.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>
#include <vector>

#include "scanner/dns/codes.h"
#include "scanner/dns/ldns.h"

namespace caascan::zones {

struct RecordFile {
  std::string what;  // "root hints", say: errors begin with it and the path.
  std::string path;
  std::vector<dns::RRType> types;  // Those that are read.
  std::string others;              // The error at a record of another type; none where empty.
};

/// Calls `take` for each record of the file that has one of the types, in order; the record is gone
/// when it returns. Errors (InvalidArgument) name the line where it is one: a file that cannot be
/// read, text that is no record, $INCLUDE, or a record of another type where that is an error.
[[nodiscard]] absl::Status ReadRecordFile(const RecordFile& file,
                                          const std::function<void(const ldns_rr*)>& take);

}  // namespace caascan::zones
