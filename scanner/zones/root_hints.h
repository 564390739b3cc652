// Where iterative resolution starts: the root's servers (RFC 8109's first step; the hints are used
// as they are).
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "scanner/async/address.h"
#include "scanner/dns/name.h"

namespace caascan::zones {

struct RootServer {
  dns::Name host;
  std::vector<async::Address> addresses;
};

/// The servers of IANA's named.root as of the program's build.
std::vector<RootServer> BuiltInRootHints(uint16_t port);

/// Reads a hints file: zone-file syntax, NS records of the root and the A and AAAA records of their
/// names. Errors name the file and, for syntax, the line; a file without a single usable address is
/// an error too.
absl::StatusOr<std::vector<RootServer>> ReadRootHints(const std::string& path, uint16_t port);

}  // namespace caascan::zones
