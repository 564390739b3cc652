// Tested by forwarding_test.cc.
#include "scanner/resolve/forwarding.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "scanner/query/extended_error.h"
#include "scanner/query/failure.h"
#include "scanner/stream/stream_error.h"

namespace caascan::resolve {
namespace {

using query::Account;
using query::Asked;
using query::Attempt;
using query::CaaAnswer;
using query::ResponseKind;
using std::chrono::seconds;
using Way = ResolverWays::Way;

// A resolver that answers the question whether it validates is not asked again soon.
constexpr seconds kLearntFor(60);
constexpr seconds kUnlearntFor(10);
constexpr int kLearningTries = 2;

bool IsAuthenticated(const Asked& asked) {
  return asked.replied && !asked.fell_back_from_edns && (asked.message.flags() & dns::kFlagAD) != 0;
}

/// One that refuses does not serve us.
bool Answers(const Asked& asked) {
  return asked.replied && asked.message.rcode() != dns::RCode::kRefused;
}

/// To a question that any resolver can answer.
std::string SaysOf(const Asked& asked) {
  if (asked.replied) return RCodeName(asked.message.rcode());
  const std::string text = stream::StreamErrorText(asked.error);
  return text.empty() ? "no answer" : text;
}

bool IsTld(dns::NameView name) { return name.label_count() == 1; }

/// Neither AD nor the root's SOA bears it out.
bool DeniesTldWithoutProof(const Asked& asked, dns::NameView name) {
  if (!asked.replied || !IsTld(name) || asked.message.rcode() != dns::RCode::kNXDomain ||
      asked.message.count(dns::Section::kAnswer) != 0 || IsAuthenticated(asked)) {
    return false;
  }
  for (const dns::RecordView& record : asked.message.records(dns::Section::kAuthority)) {
    if (record.type == dns::RRType::kSOA && record.owner.ToName().view().is_root()) return false;
  }
  return true;
}

/// The message's octets are copied to where they stay.
void MoveInto(std::string* copy, dns::Message* message) {
  copy->assign(reinterpret_cast<const char*>(message->bytes().data()), message->bytes().size());
  (void)dns::Message::Parse({reinterpret_cast<const uint8_t*>(copy->data()), copy->size()},
                            message);
}

void NoteLiar(const Attempt& attempt, Account* account) {
  account->observations.push_back(
      {query::Observation::Kind::kResolverLies, std::nullopt, attempt.peer, attempt.detail});
}

/// Its answer counts as none.
void NoteLie(const Asked& asked, net::Peer* peer, Account* account, CaaAnswer* answer) {
  Attempt attempt = query::MakeAttempt(asked, peer, std::nullopt);
  attempt.by_resolver = true;
  attempt.result = ServerResult::kMalformed;
  attempt.rcode = static_cast<uint16_t>(asked.message.rcode());
  attempt.detail = "NXDOMAIN without proof for a top-level domain, and no answer for the root";
  NoteLiar(attempt, account);
  answer->attempts.push_back(attempt);
  account->attempts.push_back(std::move(attempt));
}

/// What a resolver remarks about an answer that it gives.
void TakeRemarks(const dns::Message& message, const async::Address& resolver, CaaAnswer* answer) {
  if (!message.edns() || message.edns()->options.empty()) return;
  for (const query::ToldError& error : query::ReadToldErrors(message)) {
    const dnssec::Finding cause = query::CauseOf(error);
    if (cause == dnssec::Finding::kAlgorithmUnsupported ||
        cause == dnssec::Finding::kNsec3Iterations) {
      answer->findings.push_back(*query::MakeFinding(error, resolver));
    }
  }
}

}  // namespace

ForwardingResolver::ForwardingResolver(net::Network* network, const ForwardingOptions& options,
                                       const std::vector<stream::Endpoint>& resolvers,
                                       std::unique_ptr<Resolver> own)
    : network_(network), options_(options), ways_(options.ways), own_(std::move(own)) {
  assert(!resolvers.empty() && "forwarding needs somebody to forward to");
  options_.ask.recursion_desired = true;
  if (ways_ == nullptr) ways_ = std::make_shared<ResolverWays>(resolvers.size());
  for (const stream::Endpoint& at : resolvers) {
    resolvers_.emplace_back(network->PeerFor(at), resolvers_.size());
  }
}

async::Task<async::Pooled<CaaAnswer>> ForwardingResolver::LookupCaa(dns::NameView name,
                                                                    Account* account,
                                                                    query::WhenBusy /*when_busy*/) {
  return Lookup(name, dns::RRType::kCAA, account, nullptr);
}

async::Task<query::TextAnswer> ForwardingResolver::LookupTexts(dns::NameView name,
                                                               Account* account) {
  query::TextAnswer answer;
  const async::Pooled<CaaAnswer> end =
      co_await Lookup(name, dns::RRType::kTXT, account, &answer.texts);
  query::TakeEnd(*end, &answer);
  co_return answer;
}

async::Task<async::Pooled<CaaAnswer>> ForwardingResolver::Lookup(dns::NameView name,
                                                                 dns::RRType type, Account* account,
                                                                 std::vector<std::string>* texts) {
  const size_t first = next_++;
  async::Pooled<CaaAnswer> answer = async::MakePooled<CaaAnswer>();
  query::AliasChain chain(name);
  answer->on_wire = true;
  unsigned tries = (options_.retries + 1) * (query::IsPatient(account->look) ? 2 : 1);
  if (options_.validate) answer->dnssec = DnssecStatus::kIndeterminate;
  unsigned count = 0;
  while (count < tries && !account->budget.exhausted()) {
    Upstream* upstream = Pick(first + count);
    if (NeedsLearning(*upstream)) co_await Learn(upstream);
    if (count > 0) ++account->retries;
    if (count >= resolvers_.size()) {
      co_await query::BackOff(network_, options_.ask,
                              count / static_cast<unsigned>(resolvers_.size()));
    }
    async::Pooled<Asked> asked =
        co_await query::Ask(upstream->peer, chain.current(), type, options_.ask, account);
    if (asked->status == net::ExchangeStatus::kCancelled) {
      answer->failure = Reason::kStopped;
      co_return answer;
    }
    std::string copy;  // Of a reply that is read after another query.
    if (DeniesTldWithoutProof(*asked, chain.current())) {
      MoveInto(&copy, &asked->message);
      if (co_await Lies(upstream)) {
        ++count;
        NoteLie(*asked, upstream->peer, account, answer.get());
        continue;
      }
    }
    const size_t hops = chain.hops();
    if (TakeReply(*asked, type, upstream, &chain, account, answer.get())) {
      const bool found = answer->status == query::LookupStatus::kRecords;
      if (found && texts != nullptr) *texts = query::TextsOf(asked->message, chain.current());
      co_return answer;
    }
    // A resolver that has not followed the aliases to their end is asked for the rest of them.
    if (chain.hops() == hops) ++count;
    // Tries by a way that does not exist are none.
    if (!asked->replied && co_await TurnsToStreams(upstream)) tries = std::max(tries, count + 1);
  }
  answer->retried = count > 1;
  answer->failure = account->budget.exhausted()
                        ? account->budget.limit()
                        : query::PlainReason(answer->attempts, /*recursive=*/true);
  co_return answer;
}

/// The resolvers in turn. One that was seen to limit rates, and has a queue, is passed over where
/// another has none.
ForwardingResolver::Upstream* ForwardingResolver::Pick(size_t turn) {
  for (size_t i = 0; i < resolvers_.size(); ++i) {
    Upstream* upstream = &resolvers_[(turn + i) % resolvers_.size()];
    if (!upstream->peer->busy()) return upstream;
  }
  return &resolvers_[turn % resolvers_.size()];
}

bool ForwardingResolver::has_answered() const {
  return std::any_of(resolvers_.begin(), resolvers_.end(),
                     [](const Upstream& upstream) { return upstream.answered.has_value(); });
}

std::string ForwardingResolver::Trouble() const {
  for (const Upstream& upstream : resolvers_) {
    const std::string text = stream::StreamErrorText(upstream.error);
    if (text.empty()) continue;
    return absl::StrCat(stream::EndpointText({upstream.peer->address(), upstream.peer->channel()}),
                        ": ", text);
  }
  return "";
}

void ForwardingResolver::Note(const Asked& asked, Upstream* upstream) const {
  if (Answers(asked)) upstream->answered = now();
  if (!asked.replied) upstream->error = asked.error;
}

/// NXDOMAIN for a top-level domain that has no proof: neither AD nor the root's SOA. Is it a
/// resolver that denies everything? The root at least exists.
async::Task<bool> ForwardingResolver::Lies(Upstream* upstream) {
  if (!upstream->knows_root && !upstream->IsFresh(now())) co_await Learn(upstream);
  co_return !upstream->knows_root;
}

bool ForwardingResolver::NeedsLearning(const Upstream& upstream) const {
  return options_.validate && !upstream.validates && !upstream.IsFresh(now());
}

/// Does it validate? It does where it vouches for the root's SOA.
async::Task<> ForwardingResolver::Learn(Upstream* upstream) {
  co_await upstream->Free();
  if (upstream->IsFresh(now())) co_return;
  upstream->Begin();
  Account account;  // No name's.
  account.budget.max_queries = UINT32_MAX;
  Asked asked;
  for (int tries = 0; tries < kLearningTries && !asked.replied && !network_->cancelled(); ++tries) {
    asked = *co_await query::Ask(upstream->peer, dns::NameView(), dns::RRType::kSOA, options_.ask,
                                 &account);
    if (asked.replied) break;
    if (co_await TurnsToStreams(upstream)) tries = -1;  // Once: then it is asked over streams.
  }
  Note(asked, upstream);
  upstream->says = SaysOf(asked);
  upstream->knows_root = asked.replied && asked.message.rcode() == dns::RCode::kNoError;
  if (upstream->knows_root && IsAuthenticated(asked)) upstream->validates = true;
  upstream->expires = now() + (asked.replied ? kLearntFor : kUnlearntFor);
  upstream->Keep();
}

DnssecStatus ForwardingResolver::StatusOf(const Asked& asked, Upstream* upstream) const {
  if (!options_.validate) return DnssecStatus::kUnchecked;
  if (IsAuthenticated(asked)) {
    upstream->validates = true;
    return DnssecStatus::kSecure;
  }
  // Without EDNS there was no DO, and so there is no AD.
  const bool heard = asked.message.edns().has_value() && !asked.fell_back_from_edns;
  return upstream->validates && heard ? DnssecStatus::kInsecure : DnssecStatus::kUnchecked;
}

/// Has a resolver that validates said SERVFAIL?
bool ForwardingResolver::SomeoneMinds(const CaaAnswer& answer) const {
  return std::any_of(
      answer.attempts.begin(), answer.attempts.end(), [this](const Attempt& attempt) {
        return attempt.result == ServerResult::kServfail &&
               std::any_of(resolvers_.begin(), resolvers_.end(), [&attempt](const Upstream& u) {
                 return u.peer == attempt.peer && u.validates;
               });
      });
}

/// Judges one resolver's reply. True where it settles the look-up. Where it leads only part of the
/// way along the aliases, the chain has grown.
bool ForwardingResolver::TakeReply(const Asked& asked, dns::RRType type, Upstream* upstream,
                                   query::AliasChain* chain, Account* account, CaaAnswer* answer) {
  Note(asked, upstream);
  if (upstream->peer->has_answered_over_udp() && ways_->Of(upstream->index) == Way::kUnknown) {
    ways_->Note(upstream->index, Way::kUdp);
  }
  const size_t hops = chain->hops();
  query::Classified classified;
  if (asked.replied) {
    classified = query::Classify(asked.message, {true, dns::NameView()}, type, chain);
  }
  bool usable = asked.replied && query::IsUsable(classified.kind);
  const DnssecStatus status = usable ? StatusOf(asked, upstream) : DnssecStatus::kIndeterminate;
  if (usable && options_.validate && status == DnssecStatus::kUnchecked && SomeoneMinds(*answer)) {
    usable = false;
  }
  if (!usable || account->keep_all_attempts || asked.mismatches.any()) {
    Attempt attempt = query::MakeAttempt(asked, upstream->peer, std::nullopt);
    attempt.by_resolver = true;
    if (asked.replied) {
      attempt.result = query::ResultOf(classified);
      attempt.rcode = static_cast<uint16_t>(asked.message.rcode());
      attempt.told = query::ReadToldErrors(asked.message);
      attempt.detail = classified.kind == ResponseKind::kOtherRecords
                           ? query::DetailOf(asked.message, classified)
                           : query::ToldErrorsText(attempt.told);
    }
    query::Observe(asked, nullptr, attempt, account);
    if (classified.kind == ResponseKind::kOtherRecords) NoteLiar(attempt, account);
    if (!usable) answer->attempts.push_back(attempt);
    if (!usable || account->keep_all_attempts) account->attempts.push_back(std::move(attempt));
  }
  if (!usable) {
    chain->Rewind(hops);
    return false;
  }
  // The weakest of the parts that the aliases were followed in.
  answer->dnssec = hops == 0 ? status : std::max(answer->dnssec, status);
  if (classified.kind == ResponseKind::kAlias) return false;
  answer->cname = chain->Targets();
  if (classified.kind == ResponseKind::kAliasFailed) {
    answer->failure = Reason::kAliasLoop;
    return true;
  }
  if (classified.kind == ResponseKind::kNxDomain && IsTld(chain->start())) {
    answer->failure = Reason::kNoSuchTld;
    answer->nxdomain = true;
    return true;
  }
  if (options_.validate) TakeRemarks(asked.message, upstream->peer->address(), answer);
  query::TakeCaaAnswer(asked.message, classified, chain->current(), answer);
  return true;
}

}  // namespace caascan::resolve
