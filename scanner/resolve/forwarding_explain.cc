// What a resolver's failure comes down to. A validating resolver says SERVFAIL for what is bogus
// and for what it cannot get; with CD it says only the latter (RFC 4035 §3.2.2, RFC 6840 §5.9). A
// failure that passes meanwhile would look like a bogus name that CD lets through, so the same
// resolver must refuse once more without CD; and one whose own trust anchor is wrong would call
// every name bogus, so it must answer for the root. Tested by forwarding_explain_test.cc and, with
// Unbound, by forwarding_dnssec_test.py.
#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "scanner/query/extended_error.h"
#include "scanner/query/failure.h"
#include "scanner/resolve/forwarding.h"

namespace caascan::resolve {
namespace {

using query::Account;
using query::Asked;
using query::Attempt;
using query::CaaAnswer;

constexpr int kTries = 3;  // Of one question, where nothing comes.
// For so long it must have answered nothing.
constexpr std::chrono::seconds kSilenceOfTheDown(30);
constexpr size_t kMaxViews = 4;  // Resolvers that are asked with CD.

bool IsServfail(const Attempt& attempt) { return attempt.result == ServerResult::kServfail; }

bool HasAnswer(const Asked& asked) {
  return asked.replied && (asked.message.rcode() == dns::RCode::kNoError ||
                           asked.message.rcode() == dns::RCode::kNXDomain);
}

bool WasAsked(const net::Peer* peer, const std::vector<Attempt>& attempts) {
  return std::any_of(attempts.begin(), attempts.end(),
                     [peer](const Attempt& attempt) { return attempt.peer == peer; });
}

bool SaidServfail(const net::Peer* peer, const std::vector<Attempt>& attempts) {
  return std::any_of(attempts.begin(), attempts.end(), [peer](const Attempt& attempt) {
    return attempt.peer == peer && IsServfail(attempt);
  });
}

/// What all that failed agree that they could not reach.
std::optional<Reason> ToldReason(const std::vector<Attempt>& attempts) {
  std::optional<Reason> told;
  for (const Attempt& attempt : attempts) {
    if (!IsServfail(attempt)) continue;
    const std::optional<Reason> reason = query::ReasonOf(attempt.told);
    if (!reason) return std::nullopt;
    if (!told) told = reason;
  }
  return told;
}

/// A finding for each cause that the resolver gives.
void AddToldFindings(const Attempt& attempt, std::vector<Finding>* findings) {
  for (const query::ToldError& error : attempt.told) {
    std::optional<Finding> finding = query::MakeFinding(error, attempt.peer->address());
    const auto same = [&finding](const Finding& other) { return other.code == finding->code; };
    if (!finding || std::any_of(findings->begin(), findings->end(), same)) continue;
    findings->push_back(*std::move(finding));
  }
}

}  // namespace

async::Task<> ForwardingResolver::AskPatiently(net::Peer* peer, dns::NameView name,
                                               bool checking_disabled, Account* account,
                                               Asked* asked) const {
  query::AskOptions options = options_.ask;
  options.checking_disabled = checking_disabled;
  for (int tries = 0; tries < kTries && !account->budget.exhausted(); ++tries) {
    *asked = *co_await query::Ask(peer, name, dns::RRType::kCAA, options, account);
    if (asked->status != net::ExchangeStatus::kTimeout) break;
  }
}

/// True where that settles it: it is bogus, or it answers now.
async::Task<bool> ForwardingResolver::SettlesAt(Upstream* upstream, dns::NameView name,
                                                Account* account, CaaAnswer* answer) {
  Asked asked;
  co_await AskPatiently(upstream->peer, name, /*checking_disabled=*/true, account, &asked);
  if (!HasAnswer(asked) || account->budget.exhausted()) co_return false;
  ++account->retries;
  co_await AskPatiently(upstream->peer, name, /*checking_disabled=*/false, account, &asked);
  query::AliasChain chain(name);
  if (TakeReply(asked, dns::RRType::kCAA, upstream, &chain, account, answer)) co_return true;
  if (!asked.replied || !IsServfail(answer->attempts.back())) co_return false;
  if (!upstream->knows_root && !upstream->IsFresh(now())) co_await Learn(upstream);
  if (!upstream->knows_root) co_return false;
  answer->failure = Reason::kDnssecBogus;
  answer->dnssec = DnssecStatus::kBogus;
  AddToldFindings(answer->attempts.back(), &answer->findings);
  co_return true;
}

bool ForwardingResolver::AnsweredLately(const Upstream& upstream) const {
  return upstream.answered && now() - *upstream.answered < kSilenceOfTheDown;
}

/// Resolvers that failed, and have answered nothing for some time, not even for the root.
async::Task<> ForwardingResolver::LookForDown(Account* account, const CaaAnswer& answer) {
  size_t views = 0;
  for (Upstream& upstream : resolvers_) {
    if (!WasAsked(upstream.peer, answer.attempts)) continue;
    if (AnsweredLately(upstream)) continue;
    if (network_->cancelled() || ++views > kMaxViews) break;
    if (!upstream.IsFresh(now())) co_await Learn(&upstream);
    if (upstream.knows_root || AnsweredLately(upstream)) continue;
    account->observations.push_back({query::Observation::Kind::kResolverDown, std::nullopt,
                                     upstream.peer, "SOA of the root: " + upstream.says});
  }
}

/// Those that were not asked yet: they may see it differently. True where one of them answers.
async::Task<bool> ForwardingResolver::AskTheOthers(dns::NameView name, Account* account,
                                                   CaaAnswer* answer) {
  size_t views = 0;
  for (Upstream& upstream : resolvers_) {
    if (WasAsked(upstream.peer, answer->attempts)) continue;
    if (account->budget.exhausted() || network_->cancelled() || ++views > kMaxViews) break;
    if (NeedsLearning(upstream)) co_await Learn(&upstream);
    Asked asked;
    ++account->retries;
    co_await AskPatiently(upstream.peer, name, /*checking_disabled=*/false, account, &asked);
    if (asked.status == net::ExchangeStatus::kCancelled) break;
    query::AliasChain chain(name);
    if (TakeReply(asked, dns::RRType::kCAA, &upstream, &chain, account, answer)) co_return true;
  }
  co_return false;
}

async::Task<> ForwardingResolver::TakeServfailApart(dns::NameView name, Account* account,
                                                    CaaAnswer* answer) {
  if (co_await AskTheOthers(name, account, answer)) co_return;
  size_t views = 0;
  for (Upstream& upstream : resolvers_) {
    if (!SaidServfail(upstream.peer, answer->attempts)) continue;
    if (account->budget.exhausted() || network_->cancelled() || ++views > kMaxViews) break;
    if (co_await SettlesAt(&upstream, name, account, answer)) co_return;
  }
  if (network_->cancelled()) {
    answer->failure = Reason::kStopped;
    co_return;
  }
  if (const std::optional<Reason> told = ToldReason(answer->attempts)) answer->failure = *told;
}

/// What our own engine finds, beside what the resolvers said.
async::Task<> ForwardingResolver::LookUpOurselves(dns::NameView name, Account* account,
                                                  CaaAnswer* answer) {
  const bool keep_all = std::exchange(account->keep_all_attempts, true);
  const size_t before = account->attempts.size();
  CaaAnswer own = std::move(*co_await own_->LookupCaa(name, account, query::WhenBusy::kWait));
  account->keep_all_attempts = keep_all;
  // Who answered is told; who led there is not.
  const auto led = [](const Attempt& attempt) { return attempt.result == ServerResult::kReferral; };
  const auto begin = account->attempts.begin() + static_cast<std::ptrdiff_t>(before);
  if (!keep_all) {
    account->attempts.erase(std::remove_if(begin, account->attempts.end(), led),
                            account->attempts.end());
  }
  if (own.status != query::LookupStatus::kFailed || own.ended_by_us() ||
      OutcomeOf(own.failure) == Outcome::kError)
    co_return;
  if (answer->failure != Reason::kDnssecBogus) {
    *answer = std::move(own);
    co_return;
  }
  answer->zone = std::move(own.zone);
  answer->operator_name = std::move(own.operator_name);
  answer->attempts = std::move(own.attempts);
  const bool names_cause = own.failure == Reason::kDnssecBogus && !own.findings.empty();
  if (names_cause) answer->findings = std::move(own.findings);
}

async::Task<> ForwardingResolver::Explain(dns::NameView name, Account* account, CaaAnswer* answer) {
  assert(answer->status == query::LookupStatus::kFailed && "only failures are explained");
  co_await LookForDown(account, *answer);
  if (answer->failure == Reason::kServfail) co_await TakeServfailApart(name, account, answer);
  if (NeedsInsecurityProof(*answer) && !network_->cancelled()) {
    answer->all_insecure = co_await IsProvenInsecure(name, account);
    if (answer->all_insecure) answer->dnssec = DnssecStatus::kInsecure;
  }
  if (own_ == nullptr || answer->status != query::LookupStatus::kFailed || network_->cancelled())
    co_return;
  co_await LookUpOurselves(name, account, answer);
}

}  // namespace caascan::resolve
