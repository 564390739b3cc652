// The chain of trust is built from the top, along the delegations that are walked anyway: a zone is
// settled before its servers are asked for data. Its DS has come with the referral, judged by the
// parent's keys; what is missing is its DNSKEY set, which the first name that comes fetches and the
// others wait for. Only a zone that was reached by another way (a server's name, a seed) costs a
// query for its DS.
//
// Tested by trust_builder_test.cc, and end to end against the lab by dnssec_test.py.
#include "scanner/resolve/trust_builder.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace caascan::resolve {
namespace {

using Kind = dnssec::DelegationJudgement::Kind;
using query::Account;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using zones::Host;
using zones::Zone;

constexpr seconds kFailureKept(30);  // RFC 9520 §3.2.
constexpr int kMaxRounds = 4;

dnssec::Verdict NoKeys(dns::NameView apex) {
  return dnssec::Verdict::Bogus(dnssec::Finding::kNoDnskey,
                                dnssec::Evidence::About(apex, apex, dns::RRType::kDNSKEY,
                                                        "no server gives the zone's DNSKEY set"));
}

/// The zone is settled, for better or worse.
void Know(dnssec::Verdict verdict, std::optional<Reason> unreachable, nanoseconds now,
          zones::ZoneTrust* trust) {
  trust->known_at = now;
  trust->expires = now + kFailureKept;
  trust->verdict = std::move(verdict);
  trust->unreachable = unreachable;
}

}  // namespace

bool TrustBuilder::IsSettled(const ZoneHandle& zone, query::Look look) const {
  if (zone->trust == Zone::Trust::kInsecure) return true;
  const TrustHandle trust = validator_->Find(zone.name());
  return trust && validator_->IsFresh(*trust, look, now());
}

bool TrustBuilder::WasSettled(const ZoneHandle& zone) const {
  if (zone->trust == Zone::Trust::kInsecure) return true;
  const TrustHandle trust = validator_->Find(zone.name());
  return trust && trust->known();
}

async::Task<> TrustBuilder::Settle(ZoneHandle zone, Account* account, Host* on_behalf_of) {
  const TrustHandle trust = validator_->FindOrInsert(zone.name());
  co_await trust->Free();
  if (IsSettled(zone, account->look)) co_return;
  trust->Begin();
  const size_t attempts = account->attempts.size();
  const size_t observations = account->observations.size();
  bool settled = trust->has_ds || co_await FindDs(zone, trust, account, on_behalf_of);
  if (settled && trust->has_ds) settled = co_await FetchKeys(zone, trust, account, on_behalf_of);
  if (settled && trust->ds_of_file && trust->verdict.is_bogus() && !trust->unreachable) {
    // The keys may have been rolled since the file was made: the parent's servers know. No server
    // is blamed for what an old file says.
    account->attempts.resize(attempts);
    account->observations.resize(observations);
    trust->has_ds = trust->ds_of_file = false;
    settled = co_await FindDs(zone, trust, account, on_behalf_of);
    if (settled && trust->has_ds) settled = co_await FetchKeys(zone, trust, account, on_behalf_of);
  }
  validator_->Weigh(trust);
  trust->KeepIf(settled);
}

/// What a look-up for a DS came to. False where it says nothing: our own limits ended it.
bool TrustBuilder::TakeDelegation(Walk* walk, Zone* zone, zones::ZoneTrust* trust) const {
  const dns::NameView apex = walk->chain.start();
  if (walk->referred()) return false;  // These servers do not say.
  if (!walk->ok || walk->reply == nullptr) {
    if (!walk->ok && IsOwnLimit(walk->failure)) return false;
    if (walk->proof.bogus != nullptr) {
      if (walk->proof.bogus->gave_up) return false;
      Know(*walk->proof.bogus, std::nullopt, now(), trust);
    } else {
      Know(NoDelegationProof(apex, "no server says whether the zone is signed"),
           walk->ok ? Reason::kNoResponse : walk->failure, now(), trust);
    }
    return true;
  }
  zones::ReplyVerdict& reply = *walk->reply;
  trust->no_cut = reply.delegation == Kind::kNoCut;
  trust->remarks = std::move(reply.remarks);
  if (reply.delegation == Kind::kSigned) {
    trust->has_ds = true;
    trust->ds_of_file = walk->from_file;
    trust->ds = std::move(reply.ds);
  } else if (trust->no_cut && zone != nullptr) {
    Know(NoDelegationProof(apex, "the parent proves that it does not delegate the zone"),
         std::nullopt, now(), trust);
  } else {
    const bool plain = reply.verdict.finding == dnssec::Finding::kNone;
    if (zone != nullptr && plain) zone->trust = Zone::Trust::kInsecure;
    Know(std::move(reply.verdict), std::nullopt, now(), trust);
    trust->expires =
        now() + std::clamp<nanoseconds>(seconds(reply.ttl_s), seconds(60), seconds(86400));
  }
  return true;
}

async::Task<bool> TrustBuilder::FindDs(ZoneHandle zone, TrustHandle trust, Account* account,
                                       Host* on_behalf_of) {
  DsGate::Pass pass = co_await ds_gate_.Enter(zone.name().parent());
  Walk walk(zone.name(), dns::RRType::kDS, Walk::Purpose::kDs);
  const std::unique_ptr<std::string> file_proof = std::move(zone->file_proof);  // It serves once.
  walk.file_proof = file_proof.get();
  co_await source_->Lookup(&walk, account, on_behalf_of);
  if (!walk.from_known_denials) pass.NoteAsked();
  co_return TakeDelegation(&walk, &*zone, &*trust);
}

/// The keys of `trust`'s zone, from servers that serve it.
async::Task<bool> TrustBuilder::FetchKeys(ZoneHandle servers, TrustHandle trust, Account* account,
                                          Host* on_behalf_of) {
  Walk walk(trust.name(), dns::RRType::kDNSKEY, Walk::Purpose::kKeys);
  walk.zone = servers;
  walk.trust = &*trust;
  walk.looks_between = servers.name() != trust.name();
  co_await source_->AskZone(&walk, account, on_behalf_of);
  if (walk.referred()) co_return false;  // Its keys are with the servers of its own.
  if (walk.ok) co_return true;           // ReplyJudge has put them there.
  if (IsOwnLimit(walk.failure)) co_return false;
  if (walk.proof.bogus != nullptr) {
    if (walk.proof.bogus->gave_up) co_return false;
    Know(*walk.proof.bogus, std::nullopt, now(), &*trust);
  } else {
    Know(NoKeys(trust.name()), walk.failure, now(), &*trust);
  }
  co_return true;
}

/// A zone below that of `servers`, which these servers seem to serve too.
async::Task<> TrustBuilder::SettleBelow(ZoneHandle servers, dns::NameView apex, Account* account,
                                        Host* on_behalf_of) {
  const TrustHandle trust = validator_->FindOrInsert(apex);
  co_await trust->Free();
  if (validator_->IsFresh(*trust, account->look, now())) co_return;
  trust->Begin();
  trust->has_ds = false;
  Walk walk(trust.name(), dns::RRType::kDS, Walk::Purpose::kDs);
  walk.zone = servers;
  walk.looks_between = true;
  co_await source_->AskZone(&walk, account, on_behalf_of);
  bool settled = TakeDelegation(&walk, nullptr, &*trust);
  if (settled && trust->has_ds) {
    settled = co_await FetchKeys(servers, trust, account, on_behalf_of);
  }
  validator_->Weigh(trust);
  trust->KeepIf(settled);
}

async::Task<> TrustBuilder::FindMissing(Walk* walk, Account* account, Host* on_behalf_of) {
  assert(walk->lacks_proof() && "another zone might make it better");
  dns::Name cut;  // Its own keys are its own servers' to give.
  if (walk->referred()) walk->asked->classified.cut.CopyTo(&cut);
  walk->KeepMessage();
  for (int round = 0; round < kMaxRounds && !account->budget.exhausted(); ++round) {
    const dnssec::Missing missing = walk->reply->missing;
    const dns::NameView end = missing.name;
    TrustHandle found;
    size_t labels = end.label_count();
    if (missing.kind == dnssec::Missing::Kind::kCut) {
      labels = walk->zone.name().label_count() + 1;
    }
    for (; labels <= end.label_count() && !account->budget.exhausted(); ++labels) {
      const dns::NameView apex = end.suffix(labels);
      // Its own DS is what this look-up is about.
      if (walk->purpose == Walk::Purpose::kDs && !walk->chain.start().IsBelow(apex)) break;
      if (!cut.view().is_root() && !cut.view().IsBelow(apex)) break;
      co_await SettleBelow(walk->zone, apex, account, on_behalf_of);
      found = validator_->Find(apex);
      if (found && !found->verdict.is_secure()) break;
    }
    walk->chain.Rewind(walk->hops);
    walk->ReadReply();
    judge_->Judge(walk, account, now());
    if (!walk->lacks_proof()) break;
    if (walk->reply->missing.kind == missing.kind &&
        walk->reply->missing.name.view() == missing.name.view()) {
      if (found && found->verdict.is_bogus()) {  // That is where the chain breaks.
        walk->reply->verdict = found->verdict;
        walk->proof.unreachable = found->unreachable;
      }
      break;
    }
  }
  NoteUndelegated(walk);
}

/// The reply is bogus, and a zone's that the zone above has proven not to delegate: the one that
/// the SOA of an empty answer names, or else where the answer's records stand.
void TrustBuilder::NoteUndelegated(Walk* walk) {
  if (walk->purpose != Walk::Purpose::kData || walk->reply == nullptr ||
      !walk->reply->verdict.is_bogus() || walk->proof.unreachable) {
    return;
  }
  const dns::Name shown =
      query::DeepestZoneShown(walk->asked->message, walk->zone.name(), walk->chain.current());
  const TrustHandle trust = validator_->Find(shown);
  if (shown.view() == walk->zone.name() || !trust || !trust->no_cut ||
      !validator_->IsFresh(*trust, query::Look::kFirst, now())) {
    return;
  }
  walk->reply->verdict = dnssec::Verdict::Bogus(
      dnssec::Finding::kUndelegatedChild,
      dnssec::Evidence::About(shown, shown, dns::RRType::kNS,
                              "the zone above proves that it does not delegate this one"));
}

async::Task<> TrustBuilder::CompareWithPositive(Walk* walk, Account* account) {
  // The zone that is bogus may be one below, on the same servers.
  const dns::Name zone = walk->DeepestZone();
  Walk positive(zone, dns::RRType::kSOA, Walk::Purpose::kData);
  positive.zone = walk->zone;
  co_await source_->AskZone(&positive, account, nullptr);
  if (!positive.ok || positive.asked->classified.kind != query::ResponseKind::kAnswer ||
      positive.proof.weakest != DnssecStatus::kSecure) {
    co_return;
  }
  dnssec::Verdict verdict;
  verdict.finding = dnssec::Finding::kEmptyAnswersOnly;
  verdict.evidence.zone = zone;
  verdict.evidence.owner = zone;
  verdict.evidence.type = dns::RRType::kSOA;
  verdict.evidence.detail = "this set validates, the empty answer does not";
  walk->proof.findings.push_back(zones::FindingOf(verdict));
}

}  // namespace caascan::resolve
