// Who serves a zone, for whoever wants to ask all of them.
#pragma once

#include <vector>

#include "scanner/async/address.h"
#include "scanner/dns/name.h"
#include "scanner/net/network.h"

namespace caascan::zones {

/// A server that the parent zone names, with the addresses that are known of it: its glue, or,
/// where it has none, its own.
struct DelegatedServer {
  dns::Name host;  // In lower case.
  std::vector<net::PeerRef> peers;
};

/// The servers that the parent names.
struct ZoneServers {
  std::vector<DelegatedServer> servers;
  bool complete = false;  // None was left out for being too many.
};

/// What the name of a server has for addresses, as its own zone says.
struct HostAddresses {
  bool complete = false;  // Both families were told, or that the name does not exist.
  bool no_such_host = false;
  uint8_t denied_labels = 0;              // Likewise: of the zone that says so.
  bool is_alias = false;                  // A CNAME or DNAME leads from the name to the addresses.
  bool cut_short = false;                 // One of our own limits ended the look-up.
  std::vector<async::Address> addresses;  // Of both families.
  std::vector<net::PeerRef> peers;        // Of the families that are used.

  /// What it holds outside itself, its share of the peers included.
  size_t HeapBytes() const;
};

}  // namespace caascan::zones
