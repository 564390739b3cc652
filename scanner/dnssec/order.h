// The order of names in a zone (RFC 4034 §6.1).
#pragma once

#include <optional>

#include "scanner/dns/name.h"

namespace caascan::dnssec {

/// Negative, 0 or positive, as `a` stands before, at or behind `b`.
int CompareNames(dns::NameView a, dns::NameView b);

/// The deepest name at or above both.
dns::NameView CommonAncestor(dns::NameView a, dns::NameView b);

/// `*` in front of a name; nullopt where that is too long for a name.
std::optional<dns::Name> WildcardOf(dns::NameView name);

}  // namespace caascan::dnssec
