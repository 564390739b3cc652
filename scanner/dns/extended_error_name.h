// What extended DNS errors (RFC 8914) are called.
#pragma once

#include <cstdint>
#include <string_view>

namespace caascan::dns {

/// IANA's purpose of an INFO-CODE (RFC 8914 §4), such as "Signature Expired"; empty for one that
/// has none here. Safe from any thread.
std::string_view ExtendedErrorName(uint16_t info_code);

}  // namespace caascan::dns
