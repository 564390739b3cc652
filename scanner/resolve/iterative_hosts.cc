// The servers of the zone that is asked: their names without glue, and what to say where all of
// them have failed.
//
// Tested by iterative_servers_test.cc and iterative_addresses_test.cc.
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "scanner/resolve/failure.h"
#include "scanner/resolve/iterative.h"

namespace caascan::resolve {
namespace {

/// Some server's name was not looked for, by our own limits, and nothing says how that would have
/// ended: no server failed for which others' names were looked for in vain.
bool LeavesServersOut(const Walk& walk, const Visit& visit) {
  const auto tells = [](const Attempt& attempt) {
    return attempt.result != ServerResult::kUnresolved || attempt.unproven;
  };
  return visit.names.any_cut_short() &&
         std::none_of(walk.attempts.begin(), walk.attempts.end(), tells);
}

/// A limit is met, but every server was asked, and failed: that stands, and no further try is
/// missed. Where time is short, being silent for the zone's keys is enough.
bool AllHaveFailed(const Visit& visit, const Budget& budget, Walk* walk) {
  if ((!budget.too_slow() && !visit.spared) || budget.queries >= budget.max_queries) return false;
  if (!walk->attempts.empty() && visit.choice.all_tried(walk->zone->addresses.size())) return true;
  if (walk->unheard.empty()) return false;
  for (Attempt& attempt : walk->unheard) walk->attempts.push_back(std::move(attempt));
  walk->unheard.clear();
  return true;
}

constexpr size_t kMaxCircle = 32;  // Zones that are looked at; a wider circle is not found.

}  // namespace

/// The zones by way of which the servers of `host`'s zone lead back to `apex`, the nearest to it
/// first; empty where they do not. Reads the caches alone.
std::vector<dns::Name> IterativeResolver::FindCircle(dns::NameView host, dns::NameView apex) {
  struct Step {
    dns::Name zone;
    size_t from;  // The step that led there; the first leads to itself.
  };
  std::vector<Step> steps = {{dns::Name(delegations_.Deepest(host, now()).name()), 0}};
  for (size_t i = 0; i < steps.size(); ++i) {
    const ZoneHandle zone = delegations_.Deepest(steps[i].zone, now());
    const auto reachable = [](const Zone::Server& server) { return server.has_address; };
    if (std::any_of(zone->servers.begin(), zone->servers.end(), reachable)) continue;
    for (const Zone::Server& server : zone->servers) {
      const ZoneHandle next = delegations_.Deepest(zone->host(server), now());
      if (next.name() == apex) {
        std::vector<dns::Name> path = {steps[i].zone};
        for (size_t at = i; at != 0; at = steps[at].from)
          path.push_back(steps[steps[at].from].zone);
        return path;
      }
      const auto same = [&next](const Step& step) { return step.zone.view() == next.name(); };
      if (steps.size() < kMaxCircle && std::none_of(steps.begin(), steps.end(), same)) {
        steps.push_back({dns::Name(next.name()), i});
      }
    }
  }
  return {};
}

/// A circle that does not come back to `apex` is another zone's.
void IterativeResolver::DescribeCircle(dns::NameView apex, Attempt* attempt) {
  dns::Name host;
  std::vector<dns::Name> path;
  if (dns::Name::FromText(attempt->host, &host) == dns::NameError::kNone) {
    path = FindCircle(host, apex);
  }
  attempt->circular = !path.empty();
  if (path.empty()) return;
  attempt->detail = absl::StrCat("to find it one needs ", path.back().view().ToLowerText());
  path.pop_back();
  for (; !path.empty(); path.pop_back()) {
    absl::StrAppend(&attempt->detail, ", whose servers lie in ", path.back().view().ToLowerText());
  }
  absl::StrAppend(&attempt->detail, ", whose servers lie in ", apex.ToLowerText());
}

net::Task<bool> IterativeResolver::ResolveOneServer(ZoneHandle zone, Visit* visit, Account* account,
                                                    Host* job) {
  const std::optional<unsigned> index = visit->names.Next(*zone, visit->choice);
  if (!index) co_return false;
  visit->names.Begin(*index);
  const HostFinder::Handle host = hosts_.FindOrInsert(zone->host(zone->servers[*index]));
  const HostEnd end = co_await hosts_.Resolve(host, account, job);
  for (const net::PeerRef& peer : host->peers) zone->AddAddress(*index, peer);
  delegations_.Weigh(zone);
  // What a circle or our own limits kept from us is left for others to find.
  Zone::Server& server = zone->servers[*index];
  server.resolved = end == HostEnd::kKnown;
  server.no_such_host = host->no_such_host;
  server.denied_labels = host->denied_labels;
  server.is_alias |= host->is_alias;
  server.other_family |= host->other_family;
  visit->names.End(*index, end);
  co_return true;
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

net::Task<HostEnd> IterativeResolver::CollectAddresses(HostFinder::Handle host, dns::RRType type,
                                                       Account* account) {
  Walk walk(host.name(), type, Walk::Purpose::kAddress);
  co_await Lookup(&walk, account, &*host);
  host->is_alias |= walk.chain.hops() > 0;
  if (!walk.ok) {
    if (walk.circle) co_return HostEnd::kCircle;
    if (walk.failure == Reason::kLocalFault) co_return HostEnd::kLocalFault;
    if (walk.failure == Reason::kBlocklisted) co_return HostEnd::kBlocklisted;
    if (IsOwnLimit(walk.failure)) co_return HostEnd::kCutShort;
    co_return OutcomeOf(walk.failure) == Outcome::kTimeout ? HostEnd::kUnheard : HostEnd::kUnproven;
  }
  host->no_such_host =
      walk.asked->classified.kind == ResponseKind::kNxDomain && walk.chain.hops() == 0;
  if (host->no_such_host) host->denied_labels = DenierOf(walk);
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

void IterativeResolver::Fail(const Visit& visit, Walk* walk, Account* account) {
  visit.names.AddUnresolved(*walk->zone, walk->zone.name(), &walk->attempts);
  for (Attempt& attempt : walk->attempts) {
    if (attempt.circular) DescribeCircle(walk->zone.name(), &attempt);
  }
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
