// Server names without glue are looked up one at a time, when all addresses that the zone has were
// tried. The other addresses of servers with glue are the last resort of the last look.
//
// Tested by server_finder_test.cc, iterative_servers_test.cc and iterative_doubt_test.cc.
#include "scanner/resolve/server_finder.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <utility>

namespace caascan::resolve {

using zones::Zone;

async::Task<bool> ServerFinder::FindNext(ZoneHandle zone, Visit* visit, query::Account* account,
                                         zones::Host* on_behalf_of) {
  const std::optional<unsigned> index = visit->names.Next(*zone, visit->choice);
  if (!index) co_return false;
  visit->names.Begin(*index);
  const HostFinder::Handle host = hosts_->FindOrInsert(zone->host(zone->servers[*index]));
  const query::HostEnd end = co_await hosts_->Resolve(host, account, on_behalf_of);
  for (const net::PeerRef& peer : host->peers) zone->AddAddress(*index, peer);
  delegations_->Weigh(zone);
  // What a circle or our own limits kept from us is left for others to find.
  Zone::Server& server = zone->servers[*index];
  server.resolved = end == query::HostEnd::kKnown;
  server.no_such_host = host->no_such_host;
  server.denied_labels = host->denied_labels;
  server.is_alias |= host->is_alias;
  server.other_family |= host->other_family;
  visit->names.End(*index, end);
  co_return true;
}

async::Task<bool> ServerFinder::FindOthers(ZoneHandle zone, Visit* visit, query::Account* account,
                                           zones::Host* on_behalf_of) {
  assert(!visit->last_resort && "the last resort comes once");
  visit->last_resort = true;
  bool found = false;
  for (size_t i = 0; i < zone->servers.size() && !account->budget.exhausted(); ++i) {
    const dns::NameView name = zone->host(zone->servers[i]);
    found |= delegations_->AddGlueFromAbove(&*zone, i);
    // What a host inside the zone is called is for the very servers to say that have failed.
    if (!zone->servers[i].has_glue || name.IsAtOrBelow(zone.name())) continue;
    const HostFinder::Handle host = hosts_->FindOrInsert(name);
    (void)co_await hosts_->Resolve(host, account, on_behalf_of);
    for (const net::PeerRef& peer : host->peers) {
      found |= zone->AddAddress(i, peer, /*last_resort=*/true);
    }
  }
  delegations_->Weigh(zone);
  co_return found;
}

void ServerFinder::NoteLastResort(const Zone& zone, const Zone::ServerAddress& address,
                                  query::Account* account) {
  const Zone::Server& server = zone.servers[address.server];
  const HostFinder::Handle own = hosts_->Find(zone.host(server));
  const auto is_own = [&own](const net::Peer* peer) {
    return own && std::find(own->peers.begin(), own->peers.end(), peer) != own->peers.end();
  };
  for (const Zone::ServerAddress& wrong : zone.addresses) {
    if (wrong.server != address.server || wrong.last_resort) continue;
    if (server.has_glue && is_own(wrong.peer)) continue;  // One of several of its own.
    query::Observation seen{query::Observation::Kind::kGlueMismatch,
                            dns::CompactName(zone.host(server)),
                            wrong.peer,
                            {}};
    seen.evidence = (server.has_glue ? "the parent's glue is " : "the server's own zone says ") +
                    wrong.peer->address().ToText() + ", where it fails; it answers at " +
                    address.peer->address().ToText() +
                    (server.has_glue ? ", as its own zone says" : ", the parent's glue");
    account->observations.push_back(std::move(seen));
  }
}

}  // namespace caascan::resolve
