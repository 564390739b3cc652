// Records as lines of a master file (RFC 1035 §5.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::lab {

/// One line, newline included, with an absolute owner, TTL and class. RDATA is `rdata`,
/// uncompressed; what is of no type that every server reads alike, or is not sound for its type, is
/// written in the form of RFC 3597 §5.
std::string RecordLine(dns::NameView owner, dns::RRType type, uint32_t ttl, std::string_view rdata);

/// Would a server that reads master files take this RDATA for its type?
bool IsSoundRdata(dns::RRType type, std::string_view rdata);

}  // namespace caascan::lab
