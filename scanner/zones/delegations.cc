// Tested by delegations_test.cc.
#include "scanner/zones/delegations.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "scanner/zones/delegation_proof.h"

namespace caascan::zones {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

nanoseconds KeepFor(uint32_t ttl_s) {
  constexpr seconds kMinTtl(300);
  constexpr seconds kMaxTtl(86400);
  return std::clamp(seconds(ttl_s), kMinTtl, kMaxTtl);
}

}  // namespace

Delegations::Delegations(net::Network* network, const AddressPolicy& policy, const Limits& limits,
                         const std::vector<RootServer>& root)
    : network_(network),
      policy_(policy),
      zones_(limits.zones, limits.bytes),
      root_(zones_.Insert(dns::NameView())) {
  root_->expires = nanoseconds::max();
  for (const RootServer& server : root) {
    const int index = root_->AddServer(server.host);
    if (index < 0) continue;
    root_->servers[static_cast<size_t>(index)].resolved = true;
    for (const async::Address& address : server.addresses) {
      if (address.is_v6() ? policy.ipv6 : policy.ipv4) {
        root_->AddAddress(static_cast<size_t>(index), network->PeerFor(address));
      }
    }
  }
}

Delegations::Handle Delegations::Deepest(dns::NameView name, nanoseconds now) {
  for (; !name.is_root(); name = name.parent()) {
    Handle zone = zones_.Find(name);
    if (!zone) continue;
    if (zone->expires > now) return zone;
    zones_.Erase(name);
  }
  return root_;
}

Delegations::Handle Delegations::Above(dns::NameView name) {
  while (!name.is_root()) {
    name = name.parent();
    if (Handle zone = Find(name)) return zone;
  }
  return root_;
}

bool Delegations::FindServers(dns::NameView zone, nanoseconds now, ZoneServers* servers) {
  const Handle known = Find(zone);
  if (!known || known->expires <= now) return false;
  servers->complete = known->servers.size() < Zone::kMaxServers;
  for (const Zone::Server& server : known->servers) {
    servers->servers.push_back({dns::Name(known->host(server)), {}});
  }
  for (const Zone::ServerAddress& address : known->addresses) {
    servers->servers[address.server].peers.push_back(address.peer);
  }
  return true;
}

Delegations::Handle Delegations::Store(const dns::Message& message, dns::NameView cut,
                                       const Handle& parent, uint32_t ttl_s, nanoseconds now) {
  Handle zone = zones_.Insert(cut);
  zone->expires = now + KeepFor(ttl_s);
  ReadReferral(message, cut, parent.name(), policy_, network_, &*zone);
  if (parent->trust == Zone::Trust::kInsecure) zone->trust = Zone::Trust::kInsecure;
  zones_.Weigh(zone);
  return zone;
}

void Delegations::Seed(dns::NameView zone, const dns::Delegation& delegation, nanoseconds now) {
  if (delegation.hosts.empty() || zone.is_root()) return;
  if (const Handle known = zones_.Find(zone); known && known->expires > now) return;
  const Handle seed = zones_.Insert(zone);
  ReadDelegation(delegation, policy_, network_, &*seed);
  seed->expires = now + KeepFor(delegation.ttl_s);
  seed->seeded = true;
  if (std::string proof = ProofMessage(zone, delegation); !proof.empty()) {
    seed->file_proof = std::make_unique<std::string>(std::move(proof));
  }
  zones_.Weigh(seed);
}

bool Delegations::DropSeed(const Handle& zone, Reason failure) {
  if (const Handle known = zones_.Find(zone.name()); known && &*known == &*zone) {
    zones_.Erase(zone.name());
  }
  return failure == Reason::kUnresolvableServers || failure == Reason::kRefused ||
         failure == Reason::kNotAuthoritative || failure == Reason::kUpwardReferral;
}

bool Delegations::AddGlueFromAbove(Zone* zone, size_t server) {
  bool found = false;
  const dns::Name host(zone->host(zone->servers[server]));
  for (dns::NameView name = host.view().parent(); !name.is_root(); name = name.parent()) {
    const Handle above = zones_.Find(name);
    if (!above || &*above == zone) continue;
    for (const Zone::ServerAddress& address : above->addresses) {
      const Zone::Server& other = above->servers[address.server];
      if (!other.has_glue || above->host(other) != host.view()) continue;
      found |= zone->AddAddress(server, address.peer, /*last_resort=*/true);
    }
  }
  return found;
}

}  // namespace caascan::zones
