// Families as description files write them.
#pragma once

#include "scanner/lab/fault_json.h"
#include "scanner/lab/json_reader.h"
#include "scanner/lab/scenario.h"

namespace caascan::lab {

/// Reads the member "family". Complaints go to *errors.
FamilyDescription ReadFamily(simdjson::dom::element value, const NamedFaults& named,
                             JsonErrors* errors);

}  // namespace caascan::lab
