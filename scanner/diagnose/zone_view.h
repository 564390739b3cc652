// What all servers of a zone said, side by side, and what does not fit together. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "caascan/record.h"
#include "scanner/async/address.h"
#include "scanner/dns/name.h"
#include "scanner/zones/zone_servers.h"

namespace caascan::diagnose {

/// One server's address.
struct ServerView {
  std::string host;
  std::string address;
  bool at_parent = true;  // The parent names it; else the zone alone does.
  /// The CAA set in words, the same for the same set; empty where it says that there is none, and
  /// nullopt where it gave no answer.
  std::optional<std::string> caa;
  std::optional<uint32_t> serial;              // Of the zone's SOA.
  std::optional<std::vector<std::string>> ns;  // The zone's NS set, sorted, in lower case.
  /// The zone's DNSKEY set as "4711 (algorithm 13)", sorted; asked for where the zone is secure.
  std::optional<std::vector<std::string>> keys = {};
};

/// A server's name that the parent has: what it says of its address, and what is true.
struct HostView {
  dns::CompactName host;
  std::vector<async::Address> glue;
  zones::HostAddresses own;
};

struct ZoneView {
  std::string zone;
  std::vector<HostView> hosts;
  bool complete = false;  // These are all that the parent names.
  std::vector<ServerView> servers;
  /// The parent zone's servers: `ns` is what they delegate the zone to, empty where they deny it.
  std::vector<ServerView> parents;
};

/// Do two servers give different sets?
bool AnswersDiffer(const ZoneView& view);
/// Do two servers give different DNSKEY sets?
bool KeySetsDiffer(const ZoneView& view);
/// Do two of the parent's servers delegate the zone differently?
bool ParentsDiffer(const ZoneView& view);
/// Does a server give another NS set than the parent?
bool DelegationDiffers(const ZoneView& view);

/// Adds delegation_mismatch, glue_mismatch, server_is_alias, single_server, dnskey_sets_differ,
/// parents_differ, single_network and answers_differ, as far as they are proven: what no server
/// said, or one did not know, proves nothing.
void AddZoneFindings(const ZoneView& view, std::vector<Finding>* findings);

}  // namespace caascan::diagnose
