// Tested by zone_test.cc.
#include "scanner/resolve/zone.h"

#include <algorithm>

namespace caascan::resolve {

int Zone::AddServer(dns::NameView host) {
  for (size_t i = 0; i < servers.size(); ++i) {
    if (this->host(servers[i]) == host) return static_cast<int>(i);
  }
  if (servers.size() == kMaxServers) return -1;
  Server server;
  server.host_offset = static_cast<uint16_t>(hosts.size());
  server.host_size = static_cast<uint8_t>(host.size());
  for (const uint8_t octet : host.wire())
    hosts.push_back(static_cast<char>(dns::LowerOctet(octet)));
  servers.push_back(server);
  return static_cast<int>(servers.size() - 1);
}

void Zone::AddAddress(size_t server, net::Peer* peer) {
  servers[server].has_address = true;
  const auto same = [peer](const ServerAddress& address) { return address.peer == peer; };
  if (addresses.size() == kMaxAddresses || std::any_of(addresses.begin(), addresses.end(), same)) {
    return;
  }
  addresses.push_back({peer, static_cast<uint8_t>(server)});
}

net::Peer* PeerOf(const dns::RecordView& record, const AddressPolicy& policy,
                  net::Network* network) {
  if (record.type == dns::RRType::kA && policy.ipv4) {
    return network->PeerFor(net::Address::V4(record.rdata.first<4>(), policy.port));
  }
  if (record.type == dns::RRType::kAAAA && policy.ipv6) {
    return network->PeerFor(net::Address::V6(record.rdata.first<16>(), policy.port));
  }
  return nullptr;
}

void ReadReferral(const dns::Message& message, dns::NameView cut, dns::NameView asked,
                  const AddressPolicy& policy, net::Network* network, Zone* zone) {
  for (const dns::RecordView& record : message.records()) {
    if (record.section == dns::Section::kAuthority) {
      if (record.type != dns::RRType::kNS || !record.owner.Equals(cut)) continue;
      (void)zone->AddServer(record.NameRdata().ToName());
    } else if (record.section == dns::Section::kAdditional) {
      for (size_t i = 0; i < zone->servers.size(); ++i) {
        const dns::NameView host = zone->host(zone->servers[i]);
        if (!record.owner.Equals(host) || !host.IsAtOrBelow(asked)) continue;
        net::Peer* peer = PeerOf(record, policy, network);
        if (peer == nullptr) continue;
        zone->AddAddress(i, peer);
        zone->servers[i].resolved = true;
      }
    }
  }
}

}  // namespace caascan::resolve
