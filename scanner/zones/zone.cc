// Tested by zone_test.cc.
#include "scanner/zones/zone.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace caascan::zones {

int Zone::AddServer(dns::NameView host) {
  for (size_t i = 0; i < servers.size(); ++i) {
    if (this->host(servers[i]) == host) return static_cast<int>(i);
  }
  if (servers.size() == kMaxServers) return -1;
  Server server;
  server.host_offset = static_cast<uint16_t>(hosts.size());
  server.host_size = static_cast<uint8_t>(host.size());
  dns::Name lower(host);
  lower.ToLower();
  if (hosts.empty()) hosts.reserve(2 * host.size());  // Most zones have two, with names alike.
  hosts.append(lower.view().bytes());
  servers.push_back(server);
  return static_cast<int>(servers.size() - 1);
}

bool Zone::AddAddress(size_t server, net::PeerRef peer, bool last_resort) {
  servers[server].has_address = true;
  const auto same = [&peer](const ServerAddress& address) { return address.peer == peer; };
  if (!has_room() || std::any_of(addresses.begin(), addresses.end(), same)) {
    return false;
  }
  addresses.push_back({std::move(peer), static_cast<uint8_t>(server), last_resort});
  return true;
}

bool IsOfOtherFamily(const dns::RecordView& record, const AddressPolicy& policy) {
  return (record.type == dns::RRType::kA && !policy.ipv4) ||
         (record.type == dns::RRType::kAAAA && !policy.ipv6);
}

net::PeerRef PeerOf(const dns::RecordView& record, const AddressPolicy& policy,
                    net::Network* network) {
  const auto peer_for = [&](const async::Address& address) {
    if (network->notes_hosts()) network->NoteHost(address, record.owner.ToName());
    return network->PeerFor(address);
  };
  if (record.type == dns::RRType::kA && policy.ipv4) {
    return peer_for(async::Address::V4(record.rdata.first<4>(), policy.port));
  }
  if (record.type == dns::RRType::kAAAA && policy.ipv6) {
    return peer_for(async::Address::V6(record.rdata.first<16>(), policy.port));
  }
  return nullptr;
}

void ReadReferral(const dns::Message& message, dns::NameView cut, dns::NameView asked,
                  const AddressPolicy& policy, net::Network* network, Zone* zone) {
  for (const dns::RecordView& record : message.records(dns::Section::kAuthority)) {
    if (record.type != dns::RRType::kNS || !record.owner.Equals(cut)) continue;
    (void)zone->AddServer(record.NameRdata().ToName());
  }
  for (const dns::RecordView& record : message.records(dns::Section::kAdditional)) {
    if (!zone->has_room()) return;  // What makes no peer costs no memory.
    if (record.type != dns::RRType::kA && record.type != dns::RRType::kAAAA) continue;
    for (size_t i = 0; i < zone->servers.size(); ++i) {
      const dns::NameView host = zone->host(zone->servers[i]);
      if (!record.owner.Equals(host) || !host.IsAtOrBelow(asked)) continue;
      if (IsOfOtherFamily(record, policy)) zone->servers[i].other_family = true;
      if (net::PeerRef peer = PeerOf(record, policy, network); peer != nullptr) {
        zone->AddAddress(i, std::move(peer));
        zone->servers[i].resolved = zone->servers[i].has_glue = true;
      }
      break;  // Each has a name of its own.
    }
  }
}

void ReadDelegation(const dns::Delegation& delegation, const AddressPolicy& policy,
                    net::Network* network, Zone* zone) {
  std::span<const uint8_t> rest(reinterpret_cast<const uint8_t*>(delegation.hosts.data()),
                                delegation.hosts.size());
  std::vector<int> servers;  // Where each of them stands in `zone`.
  while (!rest.empty()) {
    size_t size = 0;
    while (rest[size] != 0) size += 1u + rest[size];
    ++size;  // The root's zero octet.
    servers.push_back(zone->AddServer(dns::NameView::FromTrusted(rest.data(), size)));
    rest = rest.subspan(size);
  }
  for (const dns::Delegation::Glue& glue : delegation.glue) {
    if (!zone->has_room()) return;
    if (glue.server >= servers.size() || servers[glue.server] < 0) continue;
    const auto server = static_cast<size_t>(servers[glue.server]);
    const std::span<const uint8_t> octets = glue.octets();
    const async::Address address =
        octets.size() == dns::Delegation::kIpv6Octets
            ? async::Address::V6(octets.first<dns::Delegation::kIpv6Octets>(), policy.port)
            : async::Address::V4(octets.first<dns::Delegation::kIpv4Octets>(), policy.port);
    if (address.is_v6() ? !policy.ipv6 : !policy.ipv4) {
      zone->servers[server].other_family = true;
      continue;
    }
    if (network->notes_hosts()) network->NoteHost(address, zone->host(zone->servers[server]));
    zone->AddAddress(server, network->PeerFor(address));
    zone->servers[server].resolved = zone->servers[server].has_glue = true;
  }
}

}  // namespace caascan::zones
