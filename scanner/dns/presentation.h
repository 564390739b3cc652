// Octets as zone files write them (RFC 1035 §5.1): printable ASCII as it is, others as `\DDD`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace caascan::dns {

/// Three digits behind a backslash.
void AppendDecimalEscape(uint8_t octet, std::string* out);

/// A backslash is doubled.
void AppendPresentation(std::string_view octets, std::string* out);

/// For a text between quotes: a backslash and a quote are `\DDD` too.
void AppendQuotable(std::string_view octets, std::string* out);

}  // namespace caascan::dns
