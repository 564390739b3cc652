// A zone's signing as description files write it.
#pragma once

#include <optional>

#include "tools/caalab/sign/signing.h"
#include "tools/caalab/world/json_reader.h"

namespace caascan::lab {

/// Reads the member "dnssec": true, or an object.
std::optional<SigningDescription> ReadSigning(JsonObject* zone);

}  // namespace caascan::lab
