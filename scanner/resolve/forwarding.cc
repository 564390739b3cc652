// Tested by forwarding_test.cc.
#include "scanner/resolve/forwarding.h"

#include <cassert>

#include "scanner/resolve/classify.h"
#include "scanner/resolve/failure.h"

namespace caascan::resolve {

ForwardingResolver::ForwardingResolver(net::Network* network, const ForwardingOptions& options,
                                       const std::vector<net::Address>& resolvers)
    : network_(network), options_(options) {
  assert(!resolvers.empty() && "forwarding needs somebody to forward to");
  options_.ask.recursion_desired = true;
  for (const net::Address& address : resolvers) resolvers_.push_back(network->PeerFor(address));
}

net::Task<> ForwardingResolver::LookupCaa(dns::NameView name, Account* account, CaaAnswer* answer) {
  const size_t first = next_++;
  Asked asked;
  const unsigned tries = (options_.retries + 1) * (account->patient ? 2 : 1);
  for (unsigned count = 0; count < tries && !account->exhausted(); ++count) {
    net::Peer* peer = resolvers_[(first + count) % resolvers_.size()];
    if (count > 0) ++account->retries;
    if (count >= resolvers_.size()) {
      co_await BackOff(network_, options_.ask, count / static_cast<unsigned>(resolvers_.size()));
    }
    co_await Ask(network_, peer, name, dns::RRType::kCAA, options_.ask, account, &asked);
    if (asked.status == net::ExchangeStatus::kCancelled) {
      answer->failure = Reason::kStopped;
      co_return;
    }
    if (TakeReply(asked, peer, name, account, answer)) co_return;
  }
  answer->failure = account->exhausted() ? Reason::kTooManyQueries
                                         : PlainReason(answer->attempts, /*recursive=*/true);
}

/// Judges one resolver's reply. True where it settles the look-up.
bool ForwardingResolver::TakeReply(const Asked& asked, net::Peer* peer, dns::NameView name,
                                   Account* account, CaaAnswer* answer) {
  AliasChain chain(name);
  Classified classified;
  if (asked.replied) {
    classified = Classify(asked.message, {true, dns::NameView()}, dns::RRType::kCAA, &chain);
  }
  const bool usable = asked.replied && IsUsable(classified.kind);
  if (!usable || account->keep_all_attempts || asked.mismatches.any()) {
    Attempt attempt = MakeAttempt(asked, peer, std::string());
    if (asked.replied) {
      attempt.result = ResultOf(classified);
      attempt.rcode = static_cast<uint16_t>(asked.message.rcode());
    }
    Observe(asked, nullptr, attempt, account);
    if (!usable) answer->attempts.push_back(attempt);
    if (!usable || account->keep_all_attempts) account->attempts.push_back(std::move(attempt));
  }
  if (!usable) return false;
  answer->cname = chain.Targets();
  if (classified.kind == ResponseKind::kAliasFailed) {
    answer->failure = Reason::kAliasLoop;
  } else {
    TakeCaaAnswer(asked.message, classified, chain.current(), answer);
  }
  return true;
}

}  // namespace caascan::resolve
