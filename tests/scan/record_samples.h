// Records for the tests of the writer and of the schema.
#pragma once

#include <string>
#include <vector>

#include "caascan/record.h"

namespace caascan {

/// The record of the contract's example, and then some: every member is set.
Record FullRecord();

struct RecordSample {
  std::string name;
  Record record;
};

/// Every reason, every server result, every DNSSEC state, and hostile bytes in every string.
std::vector<RecordSample> RecordSamples();

}  // namespace caascan
