// Octets that sort as names do in their canonical order (RFC 4034 §6.1).
#pragma once

#include <string>
#include <string_view>

#include "scanner/dns/name.h"

namespace caascan::zonefile {

/// Appends the name's key. Keys compare as the names do, letter case ignored; none is the beginning
/// of another one, so what stands behind a key counts among equal names alone.
void AppendNameKey(dns::NameView name, std::string* out);
/// Takes a key from the front of *key. The name is in lower case. REQUIRES: AppendNameKey() made
/// it.
dns::Name TakeNameKey(std::string_view* key);

/// The same for any octets: they sort in front of those that begin with them.
void AppendOctetsKey(std::string_view octets, std::string* out);
void TakeOctetsKey(std::string_view* key, std::string* octets);

}  // namespace caascan::zonefile
