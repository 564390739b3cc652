// A verdict is made of what is known at once. Where it is bogus only for want of a zone between the
// one asked and the names in the reply, it says which one is missing (dnssec::Missing).
//
// Tested by reply_judge_test.cc, and end to end by dnssec_test.py.
#include "scanner/resolve/reply_judge.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>

namespace caascan::resolve {
namespace {

using Kind = dnssec::DelegationJudgement::Kind;
using query::Account;
using query::ResponseKind;
using std::chrono::nanoseconds;
using zones::ReplyVerdict;
using zones::Zone;

dnssec::Work* WorkOf(Account* account) {
  dnssec::Work* const work = &account->budget.work;
  if (work->limit == dnssec::Work::kUnlimited) work->limit = zones::kWorkPerName;
  return work;
}

/// The zone's share of a name's work. A name that has spent all of its own says nothing to others.
class ZoneWork {
 public:
  explicit ZoneWork(dnssec::Work* name) : name_(name) {
    work_.limit = std::min(zones::kWorkPerZone, name->limit - name->spent);
  }
  ZoneWork(const ZoneWork&) = delete;
  ZoneWork& operator=(const ZoneWork&) = delete;
  ~ZoneWork() { name_->Add(work_); }

  dnssec::Work* get() { return &work_; }
  /// A verdict for which a zone's whole share did not suffice is the zone's own.
  void Settle(dnssec::Verdict* verdict) const {
    if (work_.limit == zones::kWorkPerZone) verdict->gave_up = false;
  }

 private:
  dnssec::Work* const name_;
  dnssec::Work work_;
};

/// Does the authority section speak of some zone? An answer whose only authority is a proof does
/// not.
bool NamesZone(const dns::Message& message) {
  for (const dns::RecordView& record : message.records(dns::Section::kAuthority)) {
    if (record.type == dns::RRType::kSOA || record.type == dns::RRType::kNS) return true;
  }
  return false;
}

}  // namespace

dnssec::Verdict NoDelegationProof(dns::NameView apex, std::string_view detail) {
  return dnssec::Verdict::Bogus(dnssec::Finding::kDenialMissing,
                                dnssec::Evidence::About(apex, apex, dns::RRType::kDS, detail));
}

void ReplyJudge::JudgeKeys(Walk* walk, dnssec::Work* work, nanoseconds now) const {
  ZoneWork share(work);
  walk->reply->verdict = validator_->TakeKeys(walk->asked->message, walk->chain.start(),
                                              walk->trust, now, share.get());
  share.Settle(&walk->reply->verdict);
}

void ReplyJudge::JudgeDelegation(Walk* walk, dns::NameView cut, dnssec::Work* work,
                                 nanoseconds now) const {
  ResponseKind& kind = walk->asked->classified.kind;
  const bool about_ds = walk->purpose == Walk::Purpose::kDs && cut == walk->chain.start();
  if (about_ds) kind = ResponseKind::kNoData;
  ZoneWork share(work);
  *walk->reply = validator_->JudgeDelegation(walk->asked->message, cut, *walk->zone,
                                             walk->zone.name(), now, share.get());
  share.Settle(&walk->reply->verdict);
  if (!about_ds && walk->reply->delegation == Kind::kNoCut) {
    walk->reply->verdict =
        NoDelegationProof(cut, "the zone proves that it does not delegate where it does");
    walk->reply->missing = {};
  }
}

void ReplyJudge::Judge(Walk* walk, Account* account, nanoseconds now) const {
  assert(walk->ok && "only a usable reply is judged");
  if (!Validates(*walk)) return;
  walk->reply = async::MakePooled<ReplyVerdict>();
  const ResponseKind kind = walk->asked->classified.kind;
  dnssec::Work* const work = WorkOf(account);
  if (walk->purpose == Walk::Purpose::kKeys) return JudgeKeys(walk, work, now);
  walk->proof.unreachable = validator_->UnreachableReason(*walk->zone, walk->zone.name());
  dns::Name cut(walk->chain.start());
  if (kind == ResponseKind::kReferral) walk->asked->classified.cut.CopyTo(&cut);
  const bool about_ds = walk->purpose == Walk::Purpose::kDs && cut.view() == walk->chain.start();
  if (about_ds || kind == ResponseKind::kReferral) return JudgeDelegation(walk, cut, work, now);
  const std::optional<dnssec::Claim> claim = zones::ClaimOf(kind);
  if (!claim || walk->purpose == Walk::Purpose::kCut) {
    walk->reply.reset();  // It is no answer, or of no use, even if it is signed.
    return;
  }
  const dnssec::Question question{walk->chain.NameAfter(walk->hops), walk->type,
                                  walk->chain.current(), *claim};
  *walk->reply = validator_->JudgeAnswer(walk->asked->message, question, *walk->zone,
                                         walk->zone.name(), now, work);
}

bool ReplyJudge::AcceptIfProven(Walk* walk, Account* account, nanoseconds now) const {
  ResponseKind& kind = walk->asked->classified.kind;
  if (!walk->asked->replied || kind != ResponseKind::kNotAuthoritative || !Validates(*walk) ||
      walk->purpose == Walk::Purpose::kKeys ||
      validator_->StatusOf(*walk->zone, walk->zone.name()) != DnssecStatus::kSecure ||
      NamesZone(walk->asked->message)) {
    return false;
  }
  const bool nxdomain = walk->asked->message.rcode() == dns::RCode::kNXDomain;
  kind = nxdomain ? ResponseKind::kNxDomain : ResponseKind::kNoData;
  walk->ok = true;
  Judge(walk, account, now);
  if (walk->reply->verdict.is_secure()) {
    walk->asked->classified.without_authority = !walk->asked->message.authoritative();
    return true;
  }
  kind = ResponseKind::kNotAuthoritative;
  walk->ok = false;
  walk->reply.reset();
  return false;
}

void ReplyJudge::Read(Walk* walk, Account* account, nanoseconds now) const {
  walk->ReadReply();
  if (walk->ok) {
    Judge(walk, account, now);
  } else {
    (void)AcceptIfProven(walk, account, now);
  }
}

std::optional<ReplyVerdict> ReplyJudge::ProveNoDs(dns::NameView apex, dns::NameView cut,
                                                  Account* account, nanoseconds now) const {
  ZoneWork share(WorkOf(account));
  return validator_->ProveNoDs(apex, cut, now, share.get());
}

std::optional<ReplyVerdict> ReplyJudge::JudgeDs(const dns::Message& message, dns::NameView cut,
                                                const Zone& zone, dns::NameView apex,
                                                Account* account, nanoseconds now) const {
  ZoneWork share(WorkOf(account));
  ReplyVerdict reply = validator_->JudgeDelegation(message, cut, zone, apex, now, share.get());
  const bool shown = reply.delegation == Kind::kSigned || reply.delegation == Kind::kInsecure;
  if (!shown || reply.verdict.is_bogus()) return std::nullopt;
  return reply;
}

bool ReplyJudge::KeysAreUnheard(const Walk& walk) const {
  return walk.purpose == Walk::Purpose::kData && Validates(walk) &&
         validator_->UnreachableReason(*walk.zone, walk.zone.name()) == Reason::kNoResponse;
}

void ReplyJudge::TakeUnheard(size_t first, const Account& account, Walk* walk) const {
  walk->proof.unheard.clear();
  if (account.attempts.size() <= first || !KeysAreUnheard(*walk)) return;
  const Zone& zone = *walk->zone;
  for (size_t i = first; i < account.attempts.size(); ++i) {
    const query::Attempt& attempt = account.attempts[i];
    const bool is_of_zone = std::any_of(
        zone.addresses.begin(), zone.addresses.end(),
        [&attempt](const Zone::ServerAddress& each) { return each.peer == attempt.peer; });
    if (is_of_zone && attempt.result == ServerResult::kTimeout)
      walk->proof.unheard.push_back(attempt);
  }
}

bool ReplyJudge::EndsBogus(Walk* walk) const {
  if (validator_->StatusOf(*walk->zone, walk->zone.name()) != DnssecStatus::kBogus) return false;
  walk->Fail(Reason::kDnssecBogus);
  walk->proof.empty_was_bogus = false;
  if (const auto why = validator_->VerdictOf(*walk->zone, walk->zone.name())) {
    walk->proof.bogus = std::make_unique<dnssec::Verdict>(*why);
  }
  return true;
}

void ReplyJudge::NoteProof(Walk* walk) const {
  if (!Validates(*walk)) return;
  walk->proof.bogus.reset();
  if (walk->asked->classified.kind == ResponseKind::kReferral) return;
  const DnssecStatus zone = validator_->StatusOf(*walk->zone, walk->zone.name());
  walk->proof.all_insecure = walk->proof.all_insecure && zone == DnssecStatus::kInsecure;
  if (walk->reply == nullptr) return;
  const dnssec::Verdict& verdict = walk->reply->verdict;
  if (!verdict.is_secure()) walk->proof.weakest = DnssecStatus::kInsecure;
  for (const auto& remark : walk->reply->remarks)
    walk->proof.findings.push_back(zones::FindingOf(remark));
  if (verdict.finding != dnssec::Finding::kNone)
    walk->proof.findings.push_back(zones::FindingOf(verdict));
  if (walk->reply->ttl_s < walk->asked->classified.ttl_s)
    walk->asked->classified.ttl_s = walk->reply->ttl_s;
}

void ReplyJudge::FillProof(Walk* walk, query::CaaAnswer* answer) const {
  if (!validator_->enabled()) return;
  if (walk->ok) {
    answer->dnssec = walk->proof.weakest;
    answer->findings = std::move(walk->proof.findings);
    return;
  }
  const DnssecStatus zone = validator_->StatusOf(*walk->zone, walk->zone.name());
  answer->dnssec = zone;
  answer->all_insecure = walk->proof.all_insecure && zone == DnssecStatus::kInsecure;
  const Walk::Proof& proof = walk->proof;
  const bool lacks_keys = proof.unreachable.has_value() && proof.bogus != nullptr &&
                          proof.bogus->finding == dnssec::Finding::kNoDnskey;
  if (lacks_keys && walk->failure != Reason::kDnssecBogus) {
    answer->keyless_zone = query::LowerCase(proof.bogus->evidence.zone);
  }
  if (walk->failure != Reason::kDnssecBogus) return;
  answer->dnssec = DnssecStatus::kBogus;
  answer->all_insecure = false;
  if (walk->proof.bogus == nullptr) return;
  answer->gave_up = walk->proof.bogus->gave_up;
  answer->findings.push_back(zones::FindingOf(*walk->proof.bogus));
  for (Finding& finding : walk->proof.findings) {
    if (finding.code == FindingCode::kDnssecEmptyAnswersOnly) {
      answer->findings.push_back(std::move(finding));
    }
  }
}

/// What an answer says of the name's CAA records, by the zone's keys; nullopt where the zone is not
/// known to be secure, and where that is no answer. *claim is what it says.
std::optional<ReplyVerdict> ReplyJudge::JudgeCaa(const dns::Message& message, const Zone& zone,
                                                 dns::NameView apex, dns::NameView name,
                                                 dnssec::Work* work, nanoseconds now,
                                                 dnssec::Claim* claim) const {
  const zones::TrustCache::Handle trust = validator_->Find(apex);
  if (!trust || !trust->known() || !trust->verdict.is_secure()) return std::nullopt;
  query::AliasChain chain(name);
  const ResponseKind kind = query::Classify(message, {false, apex}, dns::RRType::kCAA, &chain).kind;
  const std::optional<dnssec::Claim> claimed = zones::ClaimOf(kind);
  if (!claimed) return std::nullopt;
  *claim = *claimed;
  if (work->limit == dnssec::Work::kUnlimited) work->limit = zones::kWorkPerName;
  return validator_->JudgeAnswer(message, {name, dns::RRType::kCAA, chain.current(), *claim}, zone,
                                 apex, now, work);
}

std::optional<Finding> ReplyJudge::FindBogus(const dns::Message& message, const Zone& zone,
                                             dns::NameView apex, dns::NameView name,
                                             dnssec::Work* work, nanoseconds now) const {
  dnssec::Claim claim{};
  const std::optional<ReplyVerdict> reply = JudgeCaa(message, zone, apex, name, work, now, &claim);
  if (!reply || !reply->verdict.is_bogus() || reply->verdict.gave_up ||
      reply->missing.kind != dnssec::Missing::Kind::kNone) {
    return std::nullopt;
  }
  return zones::FindingOf(reply->verdict);
}

bool ReplyJudge::ProvesNoCaa(const dns::Message& message, const Zone& zone, dns::NameView apex,
                             dns::NameView name, dnssec::Work* work, nanoseconds now) const {
  if (message.count(dns::Section::kAnswer) != 0) return false;  // An alias, say.
  dnssec::Claim claim{};
  const std::optional<ReplyVerdict> reply = JudgeCaa(message, zone, apex, name, work, now, &claim);
  return reply && reply->verdict.is_secure() && claim == dnssec::Claim::kNoData;
}

void RefuseBogus(Walk* walk, query::Attempt* attempt) {
  // What cannot be validated because other answers did not come is no server's fault.
  attempt->bogus = !walk->proof.unreachable;
  const ResponseKind kind = walk->asked->classified.kind;
  walk->proof.empty_was_bogus = kind == ResponseKind::kNoData || kind == ResponseKind::kNxDomain;
  if (walk->proof.bogus == nullptr) {
    walk->proof.bogus = std::make_unique<dnssec::Verdict>(std::move(walk->reply->verdict));
  }
  walk->chain.Rewind(walk->hops);
}

}  // namespace caascan::resolve
