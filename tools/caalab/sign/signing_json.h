// A zone's signing as description files write it.
#pragma once

#include <optional>

#include "scanner/lab/json_reader.h"
#include "scanner/lab/signing.h"

namespace caascan::lab {

/// Reads the member "dnssec": true, or an object. Complaints go to the object's errors.
std::optional<SigningDescription> ReadSigning(JsonObject* zone);

}  // namespace caascan::lab
