// Families as description files write them.
#pragma once

#include "tools/caalab/world/fault_json.h"
#include "tools/caalab/world/json_reader.h"
#include "tools/caalab/world/scenario.h"

namespace caascan::lab {

/// Reads the member "family".
FamilyDescription ReadFamily(const JsonValue& value, const NamedFaults& named);

}  // namespace caascan::lab
