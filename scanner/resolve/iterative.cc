// A look-up walks from the deepest zone it knows: ask its servers, follow a referral (strictly
// downwards, so the walk ends), or an alias (from the top, with the chain's limit), until an answer
// or a failure stands.
//
// Tested by iterative_test.cc, against a tree of servers on loopback.
#include "scanner/resolve/iterative.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "scanner/dns/special_names.h"
#include "scanner/query/failure.h"
#include "scanner/resolve/server_circle.h"

namespace caascan::resolve {
namespace {

using query::Account;
using query::Asked;
using query::Attempt;
using query::BackOff;
using query::Budget;
using query::CaaAnswer;
using query::IsLast;
using query::ResponseKind;
using zones::Host;
using zones::Zone;

/// A name that would only stand in line is begun again later: what it has learnt so far, who serves
/// its zone, is in the cache. The evidence that it has would be lost. Then walk->busy is the server
/// with the shortest queue. `in_crowd`: names that waited for one referral go on together, before
/// the server's limits have been asked; then its queue alone tells.
bool IsPutOff(const Account& account, bool in_crowd, Walk* walk) {
  constexpr uint32_t kCrowd = 16;
  if (walk->when_busy != query::WhenBusy::kPutOff || walk->chain.hops() != 0 ||
      !account.attempts.empty() || !account.observations.empty()) {
    return false;
  }
  net::PeerRef shortest;
  for (const Zone::ServerAddress& address : walk->zone->addresses) {
    const bool is_crowded = in_crowd && address.peer->queued() >= kCrowd;
    if (!address.peer->busy() && !is_crowded) return false;
    if (shortest == nullptr || address.peer->queued() < shortest->queued()) shortest = address.peer;
  }
  walk->busy = std::move(shortest);
  return walk->busy != nullptr;
}

/// A delegation may name as many servers of a stranger's zone as it likes: that zone's servers are
/// not asked for all of them.
bool IsSpared(const Walk& walk, const Budget& budget, Visit* visit) {
  if (walk.purpose != Walk::Purpose::kAddress) return false;
  visit->spared = budget.host_queries.Of(walk.zone.name()) >= budget.max_host_queries;
  return visit->spared;
}

void NoteHostQueries(const Walk& walk, uint32_t queries, Budget* budget) {
  if (walk.purpose == Walk::Purpose::kAddress) budget->host_queries.Add(walk.zone.name(), queries);
}

/// Is it time for the last resort?
bool MayHaveOthers(const Walk& walk, const Visit& visit, query::Look look) {
  return IsLast(look) && !visit.last_resort && walk.held == nullptr &&
         walk.purpose != Walk::Purpose::kAddress && walk.purpose != Walk::Purpose::kCut;
}

/// A silent server might have said more, and so might one whose address could not be found: the
/// last look gives each many tries before the weaker word counts.
bool MayTakeHeld(const Walk& walk, const Visit& visit, const Account& account) {
  const bool all_asked = !visit.choice.any_silent() && !visit.names.any_missing();
  return walk.held != nullptr && (all_asked || IsLast(account.look)) && !account.budget.exhausted();
}

/// Holds a weak reply, once it is noted what it shows of its server.
void SetAside(const Zone::ServerAddress& address, zones::Delegations* delegations, Account* account,
              Walk* walk) {
  const Zone& zone = *walk->zone;
  const Attempt attempt = query::MakeAttempt(
      *walk->asked, address.peer, dns::CompactName(zone.host(zone.servers[address.server])));
  const query::Classified remarks = RemarksOf(*walk, address.peer, delegations);
  query::Observe(*walk->asked, &remarks, attempt, account);
  walk->Hold(address);
}

/// Has the server denied a part of the name that it does not deny now? Then it denies what has
/// names below it.
void NoteDeniedPart(const Zone::ServerAddress& address, Walk* walk, Account* account) {
  if (walk->denied_part == nullptr || !walk->ok) return;
  const bool exists = walk->asked->classified.kind != ResponseKind::kNxDomain &&
                      walk->asked->classified.kind != ResponseKind::kAliasFailed;
  if (exists && walk->denied_part->peer == address.peer) {
    account->observations.push_back(std::move(*walk->denied_part));
  }
  walk->denied_part.reset();
}

/// One that is known to be silent is tried once in each of two looks: a name's failure stands on
/// two tries of its own at least.
bool EndsItsTries(const Asked& asked, const net::Peer& peer, query::Look look) {
  return asked.status == net::ExchangeStatus::kTimeout && peer.is_known_silent() &&
         (look == query::Look::kFirst || look == query::Look::kPatient);
}

/// Of a server that may not be asked.
async::Pooled<Asked> NotAsked() {
  async::Pooled<Asked> asked = async::MakePooled<Asked>();
  asked->result = ServerResult::kBlocked;
  return asked;
}

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
  if (walk->proof.unheard.empty()) return false;
  for (Attempt& attempt : walk->proof.unheard) walk->attempts.push_back(std::move(attempt));
  walk->proof.unheard.clear();
  return true;
}

}  // namespace

IterativeResolver::IterativeResolver(net::Network* network, const IterativeOptions& options,
                                     const std::vector<zones::RootServer>& root)
    : network_(network),
      options_(options),
      delegations_(network, options.addresses, {options.zone_capacity, options.zone_bytes}, root),
      hosts_(this, options.addresses, options.host_capacity, options.host_bytes),
      servers_(&delegations_, &hosts_),
      validator_(options.dnssec),
      judge_(&validator_),
      trust_(this, &validator_, &judge_),
      letters_(network, options.ask, &judge_),
      asker_(network, {options.ask, options.retries, options.patience, options.allow_special},
             &letters_, &judge_),
      denials_(&validator_, &judge_) {}

/// Whether there is a DS is its parent's to say.
IterativeResolver::ZoneHandle IterativeResolver::StartOf(const Walk& walk) {
  const dns::NameView name = walk.chain.current();
  return delegations_.Deepest(walk.purpose == Walk::Purpose::kDs ? name.parent() : name, now());
}

/// Does a denial that is known settle the walk's zone?
bool IterativeResolver::SettleByDenial(const Walk& walk, Account* account) {
  const dns::NameView apex = walk.zone.name();
  const ZoneHandle above = delegations_.Deepest(apex.parent(), now());
  return denials_.Settle(&*walk.zone, apex, *above, above.name(), account, now());
}

IterativeResolver::ZoneHandle IterativeResolver::StoreReferral(const Walk& walk) {
  const dns::Name cut = walk.asked->classified.cut.ToName();
  const uint32_t proven_s = walk.reply == nullptr ? UINT32_MAX : walk.reply->ttl_s;
  walk.zone->cut_labels = static_cast<uint8_t>(cut.view().label_count());
  ZoneHandle zone = delegations_.Store(walk.asked->message, cut, walk.zone,
                                       std::min(walk.asked->classified.ttl_s, proven_s), now());
  if (walk.reply != nullptr) {
    validator_.NoteDelegation(std::move(*walk.reply), cut, &*zone, now());
  }
  return zone;
}

async::Task<> IterativeResolver::Lookup(Walk* walk, Account* account, Host* on_behalf_of) {
  walk->zone = StartOf(*walk);
  bool in_crowd = false;
  while (true) {
    if (options_.blocked && options_.blocked(walk->chain.current())) {
      walk->Fail(Reason::kBlocklisted);
      co_return;
    }
    if (IsPutOff(*account, std::exchange(in_crowd, false), walk)) {
      walk->ok = false;
      co_return;
    }
    const size_t attempts = account->attempts.size();
    const size_t observations = account->observations.size();
    if (judge_.Validates(*walk)) {
      if (!trust_.IsSettled(walk->zone, account->look) && !SettleByDenial(*walk, account)) {
        co_await trust_.Settle(walk->zone, account, on_behalf_of);
      }
      judge_.TakeUnheard(attempts, *account, walk);
      if (EndsUnsettled(walk, *account)) co_return;
      if (IsGoneSeed(*walk)) {
        (void)delegations_.DropSeed(walk->zone, Reason::kDnssecBogus);
        account->attempts.resize(attempts);
        account->observations.resize(observations);
        walk->zone = StartOf(*walk);
        continue;
      }
      if (judge_.EndsBogus(walk)) co_return;
    }
    if (MayMinimise(*walk)) {
      if (co_await FindCut(walk, account, on_behalf_of)) continue;
    }
    if (async::WaitList* const others = JoinOthers(walk); others != nullptr) {
      in_crowd = co_await AwaitReferral(walk, others);
      if (in_crowd) continue;
    }
    co_await AskZone(walk, account, on_behalf_of);
    leads_.Release(&walk->lead);
    if (walk->referred()) continue;
    if (!walk->ok && walk->zone->seeded && delegations_.DropSeed(walk->zone, walk->failure)) {
      // Nobody is accused of what an old zone file says.
      account->attempts.resize(attempts);
      account->observations.resize(observations);
    } else if (!walk->stands_at_alias() || LeadsOutOfDns(walk)) {
      co_return;
    }
    walk->minimised = 0;
    walk->zone = StartOf(*walk);
  }
}

/// Does the alias that was just taken lead to a name that is not in the public DNS? Nobody is asked
/// for that: every such name is answered as resolvers answer it, which give its CAA set as empty
/// without asking (RFC 6761 §6, RFC 7686 §2), and the servers of the public DNS deny it as well.
/// The look-up has ended. What our table says is not proven, so the answer is insecure at best.
bool IterativeResolver::LeadsOutOfDns(Walk* walk) const {
  if (options_.allow_special_names || walk->purpose != Walk::Purpose::kData ||
      dns::FindSpecialName(walk->chain.current()) == nullptr) {
    return false;
  }
  walk->asked->classified.kind = ResponseKind::kNoData;
  walk->proof.weakest = std::max(walk->proof.weakest, DnssecStatus::kInsecure);
  return true;
}

/// Does the parent prove that it does not delegate the zone, which a zone file says? The file is
/// old then, and the name is the parent's.
bool IterativeResolver::IsGoneSeed(const Walk& walk) {
  if (!walk.zone->seeded) return false;
  const zones::TrustCache::Handle trust = validator_.Find(walk.zone.name());
  return trust && trust->known() && trust->no_cut;
}

/// Our own limits kept us from settling the zone: then nothing can be said of it.
bool IterativeResolver::EndsUnsettled(Walk* walk, const Account& account) const {
  if (trust_.WasSettled(walk->zone)) return false;
  const Budget& budget = account.budget;
  if (network_->cancelled()) {
    walk->Fail(Reason::kStopped);
  } else if (budget.exhausted() || budget.work.spent + zones::kWorkPerZone > budget.work.limit) {
    walk->Fail(budget.limit());
  } else {
    walk->Fail(Reason::kLocalFault);
  }
  return true;
}

async::Task<> IterativeResolver::AskZone(Walk* walk, Account* account, Host* on_behalf_of) {
  walk->BeginVisit();
  if (denials_.Answer(walk, account, now())) co_return FinishZone(walk, account);
  Visit visit;
  for (; !account->budget.exhausted() && !IsSpared(*walk, account->budget, &visit);
       ++account->budget.steps) {
    std::optional<unsigned> index = asker_.PickNew(*walk->zone, visit);
    if (!index) {
      leads_.Release(&walk->lead);  // What is looked up now may wait for others.
      if (co_await servers_.FindNext(walk->zone, &visit, account, on_behalf_of)) continue;
      index = asker_.PickAgain(*walk, visit, account->look);
      if (!index && !network_->cancelled() && MayHaveOthers(*walk, visit, account->look) &&
          co_await servers_.FindOthers(walk->zone, &visit, account, on_behalf_of)) {
        continue;
      }
      if (!index) break;
    }
    const bool again = visit.choice.was_tried(*index);
    if (again) {
      account->budget.waited +=
          co_await BackOff(network_, options_.ask, visit.choice.repeats() + 1);
    }
    visit.choice.Begin(*index);
    const Zone::ServerAddress address = walk->zone->addresses[*index];
    const uint32_t before = account->budget.queries;
    if (asker_.MayAsk(*address.peer)) {
      walk->asked.reset();
      walk->asked = co_await asker_.Ask(*index, again, walk, account, &visit);
      NoteAsked(*address.peer, *index, account, &visit, walk);
    } else {
      walk->asked = NotAsked();
      visit.choice.GiveUp(*index);
    }
    if (walk->asked->status == net::ExchangeStatus::kCancelled) {
      walk->attempts.clear();
      co_return;
    }
    judge_.Read(walk, account, now());
    if (walk->lacks_proof()) co_await FindMissing(walk, account, on_behalf_of);
    if (letters_.IsNeeded(*walk, *index, *account)) {
      co_await letters_.Compare(walk, *index, account);
      if (walk->lacks_proof()) co_await FindMissing(walk, account, on_behalf_of);
    }
    NoteJudged(address, account->budget.queries - before, &account->budget, walk);
    if (walk->IsWeak()) {
      SetAside(address, &delegations_, account, walk);
      visit.choice.Hold(*index);
    } else if (TakeReply(address, account, walk)) {
      co_return;
    }
    if (!walk->zone.name().is_root()) leads_.Release(&walk->lead);  // The others try themselves.
  }
  if (MayTakeHeld(*walk, visit, *account)) {
    const Zone::ServerAddress address = walk->TakeHeld();
    judge_.Read(walk, account, now());
    if (walk->lacks_proof()) co_await FindMissing(walk, account, on_behalf_of);
    if (TakeReply(address, account, walk)) co_return;
  }
  Fail(visit, walk, account);
}

async::Task<> IterativeResolver::FindMissing(Walk* walk, Account* account, Host* on_behalf_of) {
  leads_.Release(&walk->lead);
  return trust_.FindMissing(walk, account, on_behalf_of);
}

void IterativeResolver::NoteAsked(const net::Peer& peer, unsigned index, Account* account,
                                  Visit* visit, Walk* walk) {
  const Asked& asked = *walk->asked;
  if (visit->choice.End(index, asked.status)) ++account->retries;
  if (EndsItsTries(asked, peer, account->look)) visit->choice.GiveUp(index);
  walk->on_wire = visit->choice.sent() > 0;
  if (asked.replied) hosts_.NoteAnswer(peer.address());
  // A machine without IPv6, say, can send to none of its addresses: that is no fault of theirs.
  if (asked.status == net::ExchangeStatus::kSendFailed && hosts_.IsFamilyMissing(peer.address())) {
    visit->choice.NoteFamily(index);
  }
}

void IterativeResolver::NoteJudged(const Zone::ServerAddress& address, uint32_t queries,
                                   Budget* budget, Walk* walk) {
  NoteHostQueries(*walk, queries, budget);
  if (options_.observer == nullptr) return;
  options_.observer->OnReply(
      {walk->zone.name(), &*walk->zone, &address, walk->asked.get(), walk->type, &validator_});
}

/// Judges one server's reply. True where it settles the zone's part of the look-up.
bool IterativeResolver::TakeReply(const Zone::ServerAddress& address, Account* account,
                                  Walk* walk) {
  const Asked& asked = *walk->asked;
  // A referral that proves nothing of the child's DS is followed: the DS is asked for then, and the
  // child's own servers for its keys.
  const bool bogus = walk->ok && walk->reply != nullptr && walk->reply->verdict.is_bogus() &&
                     asked.classified.kind != ResponseKind::kReferral;
  const ServerResult result =
      asked.replied ? query::ResultOf(walk->asked->classified) : asked.result;
  if (bogus) walk->ok = false;
  NoteDeniedPart(address, walk, account);
  const bool denies_part =
      walk->purpose == Walk::Purpose::kCut && asked.classified.kind == ResponseKind::kNxDomain;
  const bool unremarkable = walk->ok && !denies_part && !walk->asked->classified.remarkable() &&
                            !asked.mismatches.any() && !asked.shows_edns_faults() &&
                            !address.peer->rate_limited() && !address.last_resort &&
                            address.peer->letter_case() != net::Peer::LetterCase::kSensitive;
  if (unremarkable && !account->keep_all_attempts) {
    FinishZone(walk, account);
    return true;
  }
  const Zone& zone = *walk->zone;
  Attempt attempt = query::MakeAttempt(asked, address.peer,
                                       dns::CompactName(zone.host(zone.servers[address.server])));
  attempt.result = result;
  if (bogus) RefuseBogus(walk, &attempt);
  if (asked.replied) attempt.rcode = static_cast<uint16_t>(asked.message.rcode());
  if (asked.replied && !walk->ok && !bogus) {
    attempt.detail = query::DetailOf(asked.message, asked.classified);
  }
  attempt.other_family = attempt.local_fault && hosts_.IsFamilyMissing(address.peer->address());
  if (walk->ok && address.last_resort) servers_.NoteLastResort(zone, address, account);
  const query::Classified remarks = RemarksOf(*walk, address.peer, &delegations_);
  query::Observe(asked, walk->ok ? &remarks : nullptr, attempt, account);
  const bool settled = walk->ok;
  if (!settled || denies_part || account->keep_all_attempts)
    walk->attempts.push_back(std::move(attempt));
  if (settled) FinishZone(walk, account);
  return settled;
}

void IterativeResolver::FinishZone(Walk* walk, Account* account) {
  for (Attempt& attempt : walk->attempts) account->attempts.push_back(std::move(attempt));
  walk->attempts.clear();
  denials_.Keep(*walk, account, now());
  judge_.NoteProof(walk);
  if (walk->asked->classified.kind == ResponseKind::kReferral) {
    if (!walk->looks_between) walk->zone = StoreReferral(*walk);
  } else if (walk->asked->classified.kind == ResponseKind::kAliasFailed) {
    walk->Fail(Reason::kAliasLoop);
  }
}

void IterativeResolver::Fail(const Visit& visit, Walk* walk, Account* account) {
  const dns::NameView apex = walk->zone.name();
  visit.names.AddUnresolved(*walk->zone, apex, &walk->attempts);
  for (Attempt& attempt : walk->attempts) {
    if (attempt.circular) DescribeCircle(apex, now(), &delegations_, &attempt);
  }
  if (options_.observer != nullptr) {
    options_.observer->OnFailure(apex, *walk->zone, walk->attempts);
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
    walk->failure = query::PlainReason(walk->attempts, /*recursive=*/false);
    if (walk->failure != Reason::kDnssecBogus && walk->proof.unreachable) {
      walk->failure = *walk->proof.unreachable;
    }
    walk->circle = visit.names.circle() && walk->failure == Reason::kUnresolvableServers;
  }
  const size_t room =
      Account::kMaxAttempts - std::min(Account::kMaxAttempts, account->attempts.size());
  account->attempts.insert(
      account->attempts.end(), walk->attempts.begin(),
      walk->attempts.begin() + static_cast<ptrdiff_t>(std::min(room, walk->attempts.size())));
}

async::Task<async::Pooled<CaaAnswer>> IterativeResolver::LookupCaa(dns::NameView name,
                                                                   Account* account,
                                                                   query::WhenBusy when_busy) {
  Walk walk(name, dns::RRType::kCAA, Walk::Purpose::kData);
  walk.when_busy = when_busy;
  co_await Lookup(&walk, account, nullptr);
  if (walk.busy != nullptr) {
    async::Pooled<CaaAnswer> answer = async::MakePooled<CaaAnswer>();
    answer->status = query::LookupStatus::kPutOff;
    answer->busy = std::move(walk.busy);
    co_return answer;
  }
  if (walk.ok && walk.zone.name().is_root() && walk.chain.hops() == 0 &&
      walk.asked->classified.kind == ResponseKind::kNxDomain) {
    // No CA may issue there, and a typing error is no permission.
    walk.Fail(Reason::kNoSuchTld);
  }
  if (walk.proof.empty_was_bogus && walk.failure == Reason::kDnssecBogus) {
    co_await trust_.CompareWithPositive(&walk, account);
  }
  co_return MakeAnswer(&walk, *account);
}

async::Pooled<CaaAnswer> IterativeResolver::MakeAnswer(Walk* walk, const Account& account) {
  async::Pooled<CaaAnswer> answer = async::MakePooled<CaaAnswer>();
  const dns::Name zone = walk->DeepestZone();
  answer->zone = query::LowerCase(zone);
  if (zone.view() != walk->zone.name()) {
    answer->delegated_zone = query::LowerCase(walk->zone.name());
  }
  if (options_.name_operator) {
    options_.name_operator(walk->zone.name(), *walk->zone, &answer->operator_name);
  }
  answer->cname = walk->chain.Targets();
  if (walk->ok) {
    query::TakeCaaAnswer(walk->asked->message, walk->asked->classified, walk->chain.current(),
                         answer.get());
    if (account.keep_all_attempts && !account.attempts.empty()) {
      answer->attempts = {account.attempts.back()};
    }
  } else {
    answer->failure = walk->failure;
    answer->nxdomain = walk->failure == Reason::kNoSuchTld;
    answer->retried = walk->retried;
    answer->on_wire = walk->on_wire;
    answer->attempts = std::move(walk->attempts);
  }
  judge_.FillProof(walk, answer.get());
  return answer;
}

}  // namespace caascan::resolve
