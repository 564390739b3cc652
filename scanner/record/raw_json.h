// The bytes of one JSON value, as simdjson finds it.
#pragma once

#include <string_view>

#include <simdjson.h>

namespace caascan::record {

/// Without JSON's white space (RFC 8259 §2) at both ends, which is less than Abseil's.
std::string_view TrimJsonSpace(std::string_view text);

/// The value's own bytes, without blanks behind it; empty where it cannot be read. A view into the
/// document.
std::string_view RawJsonText(simdjson::ondemand::value value);

}  // namespace caascan::record
