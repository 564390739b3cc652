// Records for the tests of the writer and of the schema.
#pragma once

#include <string>
#include <vector>

#include "caascan/record.h"

namespace caascan {

/// A record with every member that one record may have, but for `failed_at` of failures alone and
/// `persist` (ValidPersist()).
Record FullRecord();

/// Of two records, one that is valid and one that has expired.
PersistReport ValidPersist();

struct RecordSample {
  std::string name;
  Record record;
};

/// Every reason, every server result, every DNSSEC state, and hostile bytes in every string that
/// strangers fill. All of them follow docs/record.schema.json.
std::vector<RecordSample> RecordSamples();

}  // namespace caascan
