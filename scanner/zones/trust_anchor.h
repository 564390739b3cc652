// Where DNSSEC's chain of trust begins (RFC 4033 §2).
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::zones {

struct TrustAnchor {
  dns::Name owner;
  dns::RRType type{};  // DS or DNSKEY.
  std::string rdata;   // Wire form.
};

/// The root's key signing keys of 2017 and 2024 (key tags 20326 and 38696), as IANA publishes them
/// in root-anchors.xml.
std::vector<TrustAnchor> BuiltInTrustAnchors();

/// The DS and DNSKEY records of a file in zone-file syntax. Errors (InvalidArgument): a file that
/// cannot be read, a line that is no record, another type, or no record of the root at all.
[[nodiscard]] absl::StatusOr<std::vector<TrustAnchor>> ReadTrustAnchors(const std::string& path);

}  // namespace caascan::zones
