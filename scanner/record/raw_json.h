// The bytes of one JSON value, as simdjson finds it.
#pragma once

#include <string_view>

#include <simdjson.h>

namespace caascan::record {

/// The value's own bytes, without blanks behind it; empty where it cannot be read. A view into the
/// document.
std::string_view RawJsonText(simdjson::ondemand::value value);

}  // namespace caascan::record
