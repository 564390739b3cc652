// Server names without glue need look-ups of their own, and several names may wait for the same
// one. A host that is being resolved waits for at most one other (Host::waits_for); before anyone
// waits, the chain is walked, and a circle counts as an unresolvable server. So nobody waits for
// himself, however zones refer to one another.
//
// Tested by iterative_servers_test.cc and iterative_circles_test.cc.
#include <algorithm>
#include <chrono>

#include "scanner/resolve/failure.h"
#include "scanner/resolve/iterative.h"

namespace caascan::resolve {
namespace {

using std::chrono::seconds;

constexpr seconds kHostTtl(3600);
constexpr seconds kFailedHostTtl(30);  // RFC 9520 §3.2: failures are cached for at least a second.
// A patient look does not take an older failure's word for it.
constexpr seconds kFreshFailure(1);
constexpr uint32_t kMaxHostDepth = 8;  // Server names that need other server names, and so on.

}  // namespace

net::Task<bool> IterativeResolver::ResolveOneServer(ZoneHandle zone, Visit* visit, Account* account,
                                                    Host* job) {
  const std::optional<unsigned> index = visit->names.Next(*zone, visit->choice);
  if (!index) co_return false;
  visit->names.Begin(*index);
  HostHandle host = hosts_.FindOrInsert(zone->host(zone->servers[*index]));
  const HostEnd end = co_await ResolveHost(host, account, job);
  for (const net::PeerRef& peer : host->peers) zone->AddAddress(*index, peer);
  delegations_.Weigh(zone);
  // What a circle or our own limits kept from us is left for others to find.
  Zone::Server& server = zone->servers[*index];
  server.resolved = end == HostEnd::kKnown;
  server.no_such_host = host->no_such_host;
  server.other_family |= host->other_family;
  visit->names.End(*index, end);
  co_return true;
}

bool IterativeResolver::HasUsableAddress(const Host& host) const {
  return std::any_of(host.peers.begin(), host.peers.end(), [this](const net::PeerRef& peer) {
    return !IsFamilyMissing(peer->address());
  });
}

net::Task<HostEnd> IterativeResolver::ResolveHost(HostHandle host, Account* account, Host* job) {
  if (host.name().is_root()) co_return HostEnd::kKnown;  // "No server", as in a null MX.
  if (host->asking()) {
    for (const Host* at = &*host; at != nullptr; at = at->waits_for) {
      if (at == job) co_return HostEnd::kCircle;  // It cannot be reached through itself.
    }
    if (job != nullptr) job->waits_for = &*host;
    co_await host->Free();
    if (job != nullptr) job->waits_for = nullptr;
  }
  if (host->IsFresh(now()) &&
      !(account->patient && host->unproven && now() - host->failed_at > kFreshFailure)) {
    if (host->unheard) co_return HostEnd::kUnheard;
    co_return host->unproven ? HostEnd::kUnproven : HostEnd::kKnown;
  }
  if (account->lost_hosts != nullptr) {
    const auto lost = account->lost_hosts->find(std::string(host.name().bytes()));
    if (lost != account->lost_hosts->end()) co_return lost->second;
  }
  if (job != nullptr && job->depth >= kMaxHostDepth) co_return HostEnd::kCircle;
  if (account->budget.exhausted()) co_return HostEnd::kCutShort;

  host->Begin();
  host->depth = job == nullptr ? 1 : job->depth + 1;
  host->peers.clear();
  host->no_such_host = host->other_family = false;
  if (job != nullptr) job->waits_for = &*host;
  HostEnd end = HostEnd::kKnown;
  // The families in use first; the other one only to tell a host that lacks ours from one that has
  // no address at all.
  for (const bool used : {true, false}) {
    for (const dns::RRType type : {dns::RRType::kA, dns::RRType::kAAAA}) {
      const bool in_use =
          type == dns::RRType::kA ? options_.addresses.ipv4 : options_.addresses.ipv6;
      if (in_use != used || host->no_such_host || HasUsableAddress(*host)) continue;
      if (!used && end != HostEnd::kKnown) continue;
      const HostEnd this_end = co_await CollectAddresses(host, type, account);
      if (end == HostEnd::kKnown && used) end = this_end;
    }
  }
  if (job != nullptr) job->waits_for = nullptr;
  const bool found = !host->peers.empty();
  if (found) end = HostEnd::kKnown;
  // What says nothing of the name itself is not kept: the next one to ask begins anew.
  host->unheard = end == HostEnd::kUnheard;
  host->unproven = end == HostEnd::kUnproven || host->unheard;
  const bool keep = end == HostEnd::kKnown || host->unproven;
  if (!keep) Lose(host, end, account);
  host->failed_at = now();
  host->expires = now() + (found ? kHostTtl : kFailedHostTtl);
  hosts_.Weigh(host);
  host->KeepIf(keep);
  co_return end;
}

/// A delegation may name as many servers of a stranger's zone as it likes: that zone's servers are
/// not asked for all of them.
bool IterativeResolver::IsSpared(const Walk& walk, const Account& account, Visit* visit) {
  if (account.host_queries == nullptr || walk.purpose != Walk::Purpose::kAddress) return false;
  const auto asked = account.host_queries->find(std::string(walk.zone.name().bytes()));
  visit->spared = asked != account.host_queries->end() && asked->second >= account.max_host_queries;
  return visit->spared;
}

/// `before`: the account's queries before these.
void IterativeResolver::NoteHostQueries(const Walk& walk, uint32_t before, Account* account) {
  if (walk.purpose != Walk::Purpose::kAddress) return;
  if (account->host_queries == nullptr) {
    account->host_queries = std::make_unique<absl::flat_hash_map<std::string, uint32_t>>();
  }
  (*account->host_queries)[std::string(walk.zone.name().bytes())] +=
      account->budget.queries - before;
}

/// What says nothing of the host itself is forgotten at the look-up's end; until then, who needs
/// the host again would walk the same circles. Without that, n servers that need one another cost
/// n!.
void IterativeResolver::Lose(const HostHandle& host, HostEnd end, Account* account) {
  if (account->lost_hosts == nullptr) {
    account->lost_hosts = std::make_unique<absl::flat_hash_map<std::string, HostEnd>>();
  }
  account->lost_hosts->insert_or_assign(std::string(host.name().bytes()), end);
}

net::Task<HostEnd> IterativeResolver::CollectAddresses(HostHandle host, dns::RRType type,
                                                       Account* account) {
  Walk walk(host.name(), type, Walk::Purpose::kAddress);
  co_await Lookup(&walk, account, &*host);
  if (!walk.ok) {
    if (walk.circle) co_return HostEnd::kCircle;
    if (walk.failure == Reason::kLocalFault) co_return HostEnd::kLocalFault;
    if (walk.failure == Reason::kBlocklisted) co_return HostEnd::kBlocklisted;
    if (IsOwnLimit(walk.failure)) co_return HostEnd::kCutShort;
    co_return OutcomeOf(walk.failure) == Outcome::kTimeout ? HostEnd::kUnheard : HostEnd::kUnproven;
  }
  host->no_such_host =
      walk.asked->classified.kind == ResponseKind::kNxDomain && walk.chain.hops() == 0;
  if (walk.asked->classified.kind != ResponseKind::kAnswer) co_return HostEnd::kKnown;
  for (const dns::RecordView& record : walk.asked->message.records(dns::Section::kAnswer)) {
    if (record.type != type || !record.owner.Equals(walk.chain.current())) continue;
    if (IsOfOtherFamily(record, options_.addresses)) host->other_family = true;
    if (host->peers.size() == Zone::kMaxAddresses) break;
    net::PeerRef peer = PeerOf(record, options_.addresses, network_);
    if (peer != nullptr) host->peers.push_back(std::move(peer));
  }
  co_return HostEnd::kKnown;
}

/// Some server's name was not looked for, by our own limits, and nothing says how that would have
/// ended: no server failed for which others' names were looked for in vain.
bool IterativeResolver::LeavesServersOut(const Walk& walk, const Visit& visit) {
  const auto tells = [](const Attempt& attempt) {
    return attempt.result != ServerResult::kUnresolved || attempt.unproven;
  };
  return visit.names.any_cut_short() &&
         std::none_of(walk.attempts.begin(), walk.attempts.end(), tells);
}

/// A limit is met, but every server was asked, and failed: that stands, and no further try is
/// missed. Where time is short, being silent for the zone's keys is enough.
bool IterativeResolver::AllHaveFailed(const Visit& visit, const Budget& budget, Walk* walk) {
  if ((!budget.too_slow() && !visit.spared) || budget.queries >= budget.max_queries) return false;
  if (!walk->attempts.empty() && visit.choice.all_tried(walk->zone->addresses.size())) return true;
  if (walk->unheard.empty()) return false;
  for (Attempt& attempt : walk->unheard) walk->attempts.push_back(std::move(attempt));
  walk->unheard.clear();
  return true;
}

void IterativeResolver::Fail(const Visit& visit, Walk* walk, Account* account) {
  visit.names.AddUnresolved(*walk->zone, &walk->attempts);
  walk->ok = false;
  walk->retried = visit.choice.sent() > 1;
  if (network_->cancelled()) {
    walk->failure = Reason::kStopped;
  } else if (((visit.spared || account->budget.exhausted()) &&
              !AllHaveFailed(visit, account->budget, walk)) ||
             LeavesServersOut(*walk, visit)) {
    walk->failure = account->budget.limit();
  } else {
    walk->failure = PlainReason(walk->attempts, /*recursive=*/false);
    if (walk->failure != Reason::kDnssecBogus && walk->unreachable) {
      walk->failure = *walk->unreachable;
    }
    walk->circle = visit.names.circle() && walk->failure == Reason::kUnresolvableServers;
  }
  const size_t room =
      Account::kMaxAttempts - std::min(Account::kMaxAttempts, account->attempts.size());
  account->attempts.insert(
      account->attempts.end(), walk->attempts.begin(),
      walk->attempts.begin() + static_cast<ptrdiff_t>(std::min(room, walk->attempts.size())));
}

}  // namespace caascan::resolve
