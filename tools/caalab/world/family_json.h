// Families as description files write them.
#pragma once

#include "tools/caalab/world/fault_json.h"
#include "tools/caalab/world/json_reader.h"
#include "tools/caalab/world/scenario.h"

namespace caascan::lab {

/// Reads the member "family". Complaints go to *errors.
FamilyDescription ReadFamily(simdjson::dom::element value, const NamedFaults& named,
                             JsonErrors* errors);

}  // namespace caascan::lab
