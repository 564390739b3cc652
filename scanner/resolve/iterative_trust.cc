// The chain of trust is built from the top, along the delegations that are walked anyway: a zone is
// settled before its servers are asked for data. Its DS has come with the referral, judged by the
// parent's keys; what is missing is its DNSKEY set, which the first name that comes fetches and the
// others wait for. Only a zone that was reached by another way (a server's name, a seed) costs a
// query for its DS.
//
// Who waits for a zone's trust holds at most the trust of zones below it, and what it waits for
// needs only zones above: nobody waits for himself. Addresses of servers are looked up without
// validation, since what the servers say is validated.
//
// Tested end to end against the lab, by dnssec_test.py.
#include <algorithm>
#include <utility>

#include "scanner/resolve/failure.h"
#include "scanner/resolve/iterative.h"

namespace caascan::resolve {
namespace {

using Kind = dnssec::DelegationJudgement::Kind;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kFailureKept(30);  // RFC 9520 §3.2.
constexpr int kMaxRounds = 4;

dnssec::Verdict NoKeys(dns::NameView apex) {
  return dnssec::Verdict::Bogus(dnssec::Finding::kNoDnskey,
                                dnssec::Evidence::About(apex, apex, dns::RRType::kDNSKEY,
                                                        "no server gives the zone's DNSKEY set"));
}

dnssec::Verdict NoDelegationProof(dns::NameView apex, std::string_view detail) {
  return dnssec::Verdict::Bogus(dnssec::Finding::kDenialMissing,
                                dnssec::Evidence::About(apex, apex, dns::RRType::kDS, detail));
}

/// What the zone's share of a name's work may be. Whoever has spent it all says nothing to others.
class ZoneWork {
 public:
  explicit ZoneWork(dnssec::Work* name) : name_(name) {
    work_.limit = std::min(kWorkPerZone, name->limit - name->spent);
  }
  ZoneWork(const ZoneWork&) = delete;
  ZoneWork& operator=(const ZoneWork&) = delete;
  ~ZoneWork() { name_->Add(work_); }

  dnssec::Work* get() { return &work_; }
  /// A verdict for which a zone's whole share did not suffice is the zone's own.
  void Settle(dnssec::Verdict* verdict) const {
    if (work_.limit == kWorkPerZone) verdict->gave_up = false;
  }

 private:
  dnssec::Work* const name_;
  dnssec::Work work_;
};

/// Settled, for better or worse.
void Know(dnssec::Verdict verdict, std::optional<Reason> unreachable, nanoseconds now,
          ZoneTrust* trust) {
  trust->known_at = now;
  trust->expires = now + kFailureKept;
  trust->verdict = std::move(verdict);
  trust->unreachable = unreachable;
}

}  // namespace

bool IterativeResolver::IsSettled(const ZoneHandle& zone, const Account& account) {
  if (zone->trust == Zone::Trust::kInsecure) return true;
  const TrustCache::Handle trust = validator_.Find(zone.name());
  return trust && validator_.IsFresh(*trust, account.look, now());
}

net::Task<> IterativeResolver::Settle(ZoneHandle zone, Account* account, Host* job) {
  const TrustCache::Handle trust = validator_.FindOrInsert(zone.name());
  co_await trust->Free();
  if (IsSettled(zone, *account)) co_return;
  trust->Begin();
  bool settled = trust->has_ds || co_await FindDs(zone, trust, account, job);
  if (settled && trust->has_ds) settled = co_await FetchKeys(zone, trust, account, job);
  validator_.Weigh(trust);
  trust->KeepIf(settled);
}

net::Task<> IterativeResolver::CheckTrustAnchor(Account* account, AnchorComplaint* complaint) {
  if (!validator_.enabled()) co_return;
  const ZoneHandle& root = delegations_.root();
  co_await Settle(root, account, nullptr);
  if (validator_.StatusOf(*root, root.name()) == DnssecStatus::kSecure) {
    complaint->unnamed_keys = validator_.UnnamedRootKeys();
    co_return;
  }
  if (const auto why = validator_.VerdictOf(*root, root.name())) {
    complaint->text = why->evidence.ToText();
    complaint->unsigned_root = why->finding == dnssec::Finding::kNoDnskey;
  }
}

/// What a look-up for a DS came to. False where it says nothing: our own limits ended it.
bool IterativeResolver::TakeDelegation(Walk* walk, Zone* zone, ZoneTrust* trust) {
  const dns::NameView apex = walk->chain.start();
  if (walk->referred()) return false;  // These servers do not say.
  if (!walk->ok || walk->reply == nullptr) {
    if (!walk->ok && IsOwnLimit(walk->failure)) return false;
    if (walk->bogus != nullptr) {
      if (walk->bogus->gave_up) return false;
      Know(*walk->bogus, std::nullopt, now(), trust);
    } else {
      Know(NoDelegationProof(apex, "no server says whether the zone is signed"),
           walk->ok ? Reason::kNoResponse : walk->failure, now(), trust);
    }
    return true;
  }
  ReplyVerdict& reply = *walk->reply;
  trust->no_cut = reply.delegation == Kind::kNoCut;
  trust->remarks = std::move(reply.remarks);
  if (reply.delegation == Kind::kSigned) {
    trust->has_ds = true;
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

net::Task<bool> IterativeResolver::FindDs(ZoneHandle zone, TrustCache::Handle trust,
                                          Account* account, Host* job) {
  Walk walk(zone.name(), dns::RRType::kDS, Walk::Purpose::kDs);
  co_await Lookup(&walk, account, job);
  co_return TakeDelegation(&walk, &*zone, &*trust);
}

/// The keys of `trust`'s zone, from servers that serve it.
net::Task<bool> IterativeResolver::FetchKeys(ZoneHandle servers, TrustCache::Handle trust,
                                             Account* account, Host* job) {
  Walk walk(trust.name(), dns::RRType::kDNSKEY, Walk::Purpose::kKeys);
  walk.zone = servers;
  walk.trust = &*trust;
  walk.looks_between = servers.name() != trust.name();
  co_await AskZone(&walk, account, job);
  if (walk.referred()) co_return false;  // Its keys are with the servers of its own.
  if (walk.ok) co_return true;           // JudgeReply() has put them there.
  if (IsOwnLimit(walk.failure)) co_return false;
  if (walk.bogus != nullptr) {
    if (walk.bogus->gave_up) co_return false;
    Know(*walk.bogus, std::nullopt, now(), &*trust);
  } else {
    Know(NoKeys(trust.name()), walk.failure, now(), &*trust);
  }
  co_return true;
}

/// A zone below that of `servers`, which these servers seem to serve too.
net::Task<> IterativeResolver::SettleBelow(ZoneHandle servers, dns::NameView apex, Account* account,
                                           Host* job) {
  const TrustCache::Handle trust = validator_.FindOrInsert(apex);
  co_await trust->Free();
  if (validator_.IsFresh(*trust, account->look, now())) co_return;
  trust->Begin();
  trust->has_ds = false;
  Walk walk(trust.name(), dns::RRType::kDS, Walk::Purpose::kDs);
  walk.zone = servers;
  walk.looks_between = true;
  co_await AskZone(&walk, account, job);
  bool settled = TakeDelegation(&walk, nullptr, &*trust);
  if (settled && trust->has_ds) settled = co_await FetchKeys(servers, trust, account, job);
  validator_.Weigh(trust);
  trust->KeepIf(settled);
}

/// Looks for the zones between the one asked and what it answered about, until the reply can be
/// judged.
net::Task<> IterativeResolver::FindMissing(Walk* walk, Account* account, Host* job) {
  dns::Name cut;  // Its own keys are its own servers' to give.
  if (walk->referred()) walk->asked->classified.cut.CopyTo(&cut);
  const auto bytes = walk->asked->message.bytes();
  walk->copy =
      std::make_unique<std::string>(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  (void)dns::Message::Parse(
      {reinterpret_cast<const uint8_t*>(walk->copy->data()), walk->copy->size()},
      &walk->asked->message);
  for (int round = 0; round < kMaxRounds && !account->budget.exhausted(); ++round) {
    const dnssec::Missing missing = walk->reply->missing;
    const dns::NameView end = missing.name;
    TrustCache::Handle found;
    size_t labels = end.label_count();
    if (missing.kind == dnssec::Missing::Kind::kCut) {
      labels = walk->zone.name().label_count() + 1;
    }
    for (; labels <= end.label_count() && !account->budget.exhausted(); ++labels) {
      const dns::NameView apex = end.suffix(labels);
      // Its own DS is what this look-up is about.
      if (walk->purpose == Walk::Purpose::kDs && !walk->chain.start().IsBelow(apex)) break;
      if (!cut.view().is_root() && !cut.view().IsBelow(apex)) break;
      co_await SettleBelow(walk->zone, apex, account, job);
      found = validator_.Find(apex);
      if (found && !found->verdict.is_secure()) break;
    }
    walk->chain.Rewind(walk->hops);
    ClassifyReply(walk);
    if (JudgeReply(walk, account)) co_return;
    if (walk->reply->missing.kind == missing.kind &&
        walk->reply->missing.name.view() == missing.name.view()) {
      if (found && found->verdict.is_bogus()) {  // That is where the chain breaks.
        walk->reply->verdict = found->verdict;
        walk->unreachable = found->unreachable;
      }
      co_return;
    }
  }
}

/// Were all servers of the zone silent when they were asked for its keys?
bool IterativeResolver::KeysAreUnheard(const Walk& walk) {
  return walk.purpose == Walk::Purpose::kData && Validates(walk) &&
         validator_.UnreachableReason(*walk.zone, walk.zone.name()) == Reason::kNoResponse;
}

/// The servers that were, when this look-up asked them: `first` counts the account's attempts.
void IterativeResolver::TakeUnheard(size_t first, const Account& account, Walk* walk) {
  walk->unheard.clear();
  if (account.attempts.size() <= first || !KeysAreUnheard(*walk)) return;
  const Zone& zone = *walk->zone;
  for (size_t i = first; i < account.attempts.size(); ++i) {
    const Attempt& attempt = account.attempts[i];
    const bool is_of_zone = std::any_of(
        zone.addresses.begin(), zone.addresses.end(),
        [&attempt](const Zone::ServerAddress& each) { return each.peer == attempt.peer; });
    if (is_of_zone && attempt.result == ServerResult::kTimeout) walk->unheard.push_back(attempt);
  }
}

/// Our own limits kept us from settling the zone: then nothing can be said of it.
bool IterativeResolver::EndsUnsettled(Walk* walk, const Account& account) {
  if (walk->zone->trust == Zone::Trust::kInsecure) return false;
  const TrustCache::Handle trust = validator_.Find(walk->zone.name());
  if (trust && trust->known()) return false;
  walk->ok = false;
  if (network_->cancelled()) {
    walk->failure = Reason::kStopped;
  } else if (account.budget.exhausted() ||
             account.budget.work.spent + kWorkPerZone > account.budget.work.limit) {
    walk->failure = account.budget.limit();
  } else {
    walk->failure = Reason::kLocalFault;
  }
  return true;
}

/// The zone itself is bogus: then there is no need to ask its servers.
bool IterativeResolver::EndsBogus(Walk* walk) {
  if (validator_.StatusOf(*walk->zone, walk->zone.name()) != DnssecStatus::kBogus) return false;
  walk->ok = false;
  walk->failure = Reason::kDnssecBogus;
  walk->empty_was_bogus = false;
  if (const auto why = validator_.VerdictOf(*walk->zone, walk->zone.name())) {
    walk->bogus = std::make_unique<dnssec::Verdict>(*why);
  }
  return true;
}

/// Puts the verdict on the reply that was just classified into walk->reply. False where something
/// is missing that might make it better. REQUIRES: walk->ok.
bool IterativeResolver::JudgeReply(Walk* walk, Account* account) {
  walk->reply = std::make_unique<ReplyVerdict>();
  const dns::Message& message = walk->asked->message;
  const dns::NameView apex = walk->zone.name();
  const dns::NameView start = walk->chain.start();
  ResponseKind& kind = walk->asked->classified.kind;
  if (account->budget.work.limit == dnssec::Work::kUnlimited)
    account->budget.work.limit = kWorkPerName;
  if (walk->purpose == Walk::Purpose::kKeys) {
    ZoneWork work(&account->budget.work);
    walk->reply->verdict = validator_.TakeKeys(message, start, walk->trust, now(), work.get());
    work.Settle(&walk->reply->verdict);
    return true;
  }
  walk->unreachable = validator_.UnreachableReason(*walk->zone, apex);
  dns::Name cut(start);
  if (kind == ResponseKind::kReferral) walk->asked->classified.cut.CopyTo(&cut);
  const bool about_ds = walk->purpose == Walk::Purpose::kDs && cut.view() == start;
  if (about_ds || kind == ResponseKind::kReferral) {
    if (about_ds) kind = ResponseKind::kNoData;
    ZoneWork work(&account->budget.work);
    *walk->reply = validator_.JudgeDelegation(message, cut, *walk->zone, apex, now(), work.get());
    work.Settle(&walk->reply->verdict);
    const Kind found = walk->reply->delegation;
    if (!about_ds && found == Kind::kNoCut) {
      walk->reply->verdict =
          NoDelegationProof(cut, "the zone proves that it does not delegate where it does");
      walk->reply->missing = {};
    }
    return !walk->reply->verdict.is_bogus() ||
           walk->reply->missing.kind == dnssec::Missing::Kind::kNone;
  }
  const std::optional<dnssec::Claim> claim = ClaimOf(kind);
  if (!claim) {
    walk->reply.reset();  // No answer, whoever signed it.
    return true;
  }
  const dnssec::Question question{walk->chain.NameAfter(walk->hops), walk->type,
                                  walk->chain.current(), *claim};
  *walk->reply =
      validator_.JudgeAnswer(message, question, *walk->zone, apex, now(), &account->budget.work);
  return !walk->reply->verdict.is_bogus() ||
         walk->reply->missing.kind == dnssec::Missing::Kind::kNone;
}

/// The reply is not believed: other servers may give a better one.
void IterativeResolver::RefuseBogus(Walk* walk, Attempt* attempt) {
  // What cannot be validated because other answers did not come is held against nobody.
  attempt->bogus = !walk->unreachable;
  const ResponseKind kind = walk->asked->classified.kind;
  walk->empty_was_bogus = kind == ResponseKind::kNoData || kind == ResponseKind::kNxDomain;
  if (walk->bogus == nullptr) {
    walk->bogus = std::make_unique<dnssec::Verdict>(std::move(walk->reply->verdict));
  }
  walk->chain.Rewind(walk->hops);
}

/// What was taken counts from now on.
void IterativeResolver::NoteProof(Walk* walk) {
  walk->bogus.reset();
  if (walk->asked->classified.kind == ResponseKind::kReferral) return;
  const DnssecStatus zone = validator_.StatusOf(*walk->zone, walk->zone.name());
  walk->all_insecure = walk->all_insecure && zone == DnssecStatus::kInsecure;
  if (walk->reply == nullptr) return;
  const dnssec::Verdict& verdict = walk->reply->verdict;
  if (!verdict.is_secure()) walk->weakest = DnssecStatus::kInsecure;
  for (const auto& remark : walk->reply->remarks) walk->findings.push_back(FindingOf(remark));
  if (verdict.finding != dnssec::Finding::kNone) walk->findings.push_back(FindingOf(verdict));
  if (walk->reply->ttl_s < walk->asked->classified.ttl_s)
    walk->asked->classified.ttl_s = walk->reply->ttl_s;
}

/// An empty answer was bogus. Where a positive one of the same zone is not, the signer is at fault.
net::Task<> IterativeResolver::CompareWithPositive(Walk* walk, Account* account) {
  // The zone that is bogus may be one below, on the same servers.
  const dns::Name zone = ZoneOf(*walk);
  Walk positive(zone, dns::RRType::kSOA, Walk::Purpose::kData);
  positive.zone = walk->zone;
  co_await AskZone(&positive, account, nullptr);
  if (!positive.ok || positive.asked->classified.kind != ResponseKind::kAnswer ||
      positive.weakest != DnssecStatus::kSecure) {
    co_return;
  }
  dnssec::Verdict verdict;
  verdict.finding = dnssec::Finding::kEmptyAnswersOnly;
  verdict.evidence.zone = zone;
  verdict.evidence.owner = zone;
  verdict.evidence.type = dns::RRType::kSOA;
  verdict.evidence.detail = "this set validates, the empty answer does not";
  walk->findings.push_back(FindingOf(verdict));
}

void IterativeResolver::FillProof(Walk* walk, CaaAnswer* answer) {
  if (walk->ok) {
    answer->dnssec = walk->weakest;
    answer->findings = std::move(walk->findings);
    return;
  }
  const DnssecStatus zone = validator_.StatusOf(*walk->zone, walk->zone.name());
  answer->dnssec = zone;
  answer->all_insecure = walk->all_insecure && zone == DnssecStatus::kInsecure;
  const bool lacks_keys = walk->unreachable.has_value() && walk->bogus != nullptr &&
                          walk->bogus->finding == dnssec::Finding::kNoDnskey;
  if (lacks_keys && walk->failure != Reason::kDnssecBogus) {
    answer->keyless_zone = walk->bogus->evidence.zone.view().ToLowerText();
  }
  if (walk->failure != Reason::kDnssecBogus) return;
  answer->dnssec = DnssecStatus::kBogus;
  answer->all_insecure = false;
  if (walk->bogus == nullptr) return;
  answer->gave_up = walk->bogus->gave_up;
  answer->findings.push_back(FindingOf(*walk->bogus));
  for (Finding& finding : walk->findings) {
    if (finding.code == FindingCode::kDnssecEmptyAnswersOnly) {
      answer->findings.push_back(std::move(finding));
    }
  }
}

}  // namespace caascan::resolve
