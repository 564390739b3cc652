// Names that are not in the public DNS: reserved for something else, and never to be asked for
// there.
#pragma once

#include <string_view>

#include "scanner/dns/name.h"

namespace caascan::dns {

struct SpecialName {
  std::string_view name;  // Lower case, without the final dot.
  std::string_view rule;  // What reserves it: "RFC 7686 section 2".
};

/// The reserved name at or above `name`, whatever its letter case; nullptr for a name that is
/// looked up as any other. What it points to lives as long as the program. Any thread.
///
/// The table has those names of IANA's registry of special-use domain names for which its RFC asks
/// resolvers not to query the servers of the public DNS, and `internal`. Names of the registry that
/// are looked up as usual are not in it: `example` (RFC 6761 §6.5), `ipv4only.arpa` (RFC 8880) …
const SpecialName* FindSpecialName(NameView name);

}  // namespace caascan::dns
