// Server names without glue need look-ups of their own, and several names may wait for the same
// one. A host that is being resolved waits for at most one other (Host::waits_for); before anyone
// waits, the chain is walked, and a circle counts as an unresolvable server. So no host waits for
// itself, however zones refer to one another.
//
// Tested by host_finder_test.cc, iterative_servers_test.cc and iterative_circles_test.cc.
#include "scanner/resolve/host_finder.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <memory>
#include <string>

namespace caascan::resolve {
namespace {

using query::HostEnd;
using std::chrono::seconds;

constexpr seconds kHostTtl(3600);
constexpr seconds kFailedHostTtl(30);  // RFC 9520 §3.2: failures are cached for at least a second.
// A patient look does not take an older failure's word for it.
constexpr seconds kFreshFailure(1);
constexpr uint32_t kMaxHostDepth = 8;  // Server names that need other server names, and so on.

/// What says nothing of the host itself is forgotten at the look-up's end; until then, who needs
/// the host again would walk the same circles. Without that, n servers that need one another cost
/// n!.
void Lose(dns::NameView host, HostEnd end, query::Account* account) {
  if (account->lost_hosts == nullptr) {
    account->lost_hosts = std::make_unique<absl::flat_hash_map<std::string, HostEnd>>();
  }
  account->lost_hosts->insert_or_assign(std::string(host.bytes()), end);
}

}  // namespace

bool HostFinder::HasUsableAddress(const zones::Host& host) const {
  return std::any_of(host.peers.begin(), host.peers.end(), [this](const net::PeerRef& peer) {
    return !IsFamilyMissing(peer->address());
  });
}

async::Task<HostEnd> HostFinder::Resolve(Handle host, query::Account* account,
                                         zones::Host* on_behalf_of) {
  if (host.name().is_root()) co_return HostEnd::kKnown;  // "No server", as in a null MX.
  if (host->asking()) {
    for (const zones::Host* at = &*host; at != nullptr; at = at->waits_for) {
      if (at == on_behalf_of) co_return HostEnd::kCircle;  // It cannot be reached through itself.
    }
    if (on_behalf_of != nullptr) on_behalf_of->waits_for = &*host;
    co_await host->Free();
    if (on_behalf_of != nullptr) on_behalf_of->waits_for = nullptr;
  }
  if (host->IsFresh(source_->now()) && !(query::IsPatient(account->look) && host->unproven &&
                                         source_->now() - host->failed_at > kFreshFailure)) {
    if (host->unheard) co_return HostEnd::kUnheard;
    co_return host->unproven ? HostEnd::kUnproven : HostEnd::kKnown;
  }
  if (account->lost_hosts != nullptr) {
    const auto lost = account->lost_hosts->find(std::string(host.name().bytes()));
    if (lost != account->lost_hosts->end()) co_return lost->second;
  }
  if (on_behalf_of != nullptr && on_behalf_of->depth >= kMaxHostDepth) co_return HostEnd::kCircle;
  if (account->budget.exhausted()) co_return HostEnd::kCutShort;

  host->Begin();
  host->depth = on_behalf_of == nullptr ? 1 : on_behalf_of->depth + 1;
  host->peers.clear();
  host->no_such_host = host->other_family = host->is_alias = false;
  if (on_behalf_of != nullptr) on_behalf_of->waits_for = &*host;
  HostEnd end = HostEnd::kKnown;
  // The families in use first; the other one only to tell a host that lacks ours from one that has
  // no address at all.
  for (const bool used : {true, false}) {
    for (const dns::RRType type : {dns::RRType::kA, dns::RRType::kAAAA}) {
      const bool in_use = type == dns::RRType::kA ? policy_.ipv4 : policy_.ipv6;
      if (in_use != used || host->no_such_host || HasUsableAddress(*host)) continue;
      if (!used && end != HostEnd::kKnown) continue;
      const HostEnd this_end = co_await source_->CollectAddresses(host, type, account);
      if (end == HostEnd::kKnown && used) end = this_end;
    }
  }
  if (on_behalf_of != nullptr) on_behalf_of->waits_for = nullptr;
  const bool found = !host->peers.empty();
  if (found) end = HostEnd::kKnown;
  // What says nothing of the name itself is not kept: the next one to ask begins anew.
  host->unheard = end == HostEnd::kUnheard;
  host->unproven = end == HostEnd::kUnproven || host->unheard;
  const bool keep = end == HostEnd::kKnown || host->unproven;
  if (!keep) Lose(host.name(), end, account);
  host->failed_at = source_->now();
  host->expires = source_->now() + (found ? kHostTtl : kFailedHostTtl);
  hosts_.Weigh(host);
  host->KeepIf(keep);
  co_return end;
}

}  // namespace caascan::resolve
