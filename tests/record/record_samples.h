// Records for the tests of the writer and of the schema.
#pragma once

#include <string>
#include <vector>

#include "caascan/record.h"

namespace caascan {

/// A record with every member that one record may have: `failed_at` belongs to failures alone.
Record FullRecord();

struct RecordSample {
  std::string name;
  Record record;
};

/// Every reason, every server result, every DNSSEC state, and hostile bytes in every string that
/// strangers fill. All of them follow docs/record.schema.json.
std::vector<RecordSample> RecordSamples();

}  // namespace caascan
