// Forwarding mode: recursive resolvers do the walking, and the validating.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scanner/net/network.h"
#include "scanner/query/ask.h"
#include "scanner/query/classify.h"
#include "scanner/resolve/resolver.h"
#include "scanner/resolve/resolver_ways.h"
#include "scanner/zones/shared_lookup.h"

namespace caascan::resolve {

struct ForwardingOptions {
  query::AskOptions ask;  // recursion_desired is set whatever it says.
  unsigned retries = 2;
  /// CaaAnswer::dnssec is what the resolvers say by AD, which is believed: `secure` with AD, and
  /// `insecure` without it from a resolver that sets AD for the root zone, which is signed. The
  /// resolvers are asked for that first. `ask.dnssec_ok` must be set, or no resolver says AD
  /// (RFC 6840 §5.8); AD is not set in queries, lest a server that copies the flags seem to vouch.
  bool validate = false;
  /// Of the resolvers, in their order; shared by those who ask the same ones. nullptr: its own.
  std::shared_ptr<ResolverWays> ways = nullptr;
};

/// See Resolver. No look-up is put off. Spreads look-ups over its resolvers in turn; a try that
/// fails goes to the next one. With `validate`, who does not validate is not believed where another
/// one that does says SERVFAIL. A resolver that was never heard over UDP, and is silent twice, is
/// tried once over TCP too; where it answers there, it is asked so from then on.
class ForwardingResolver : public Resolver {
 public:
  /// REQUIRES: at least one resolver. `own` looks failures up again in Explain(); may be null.
  ForwardingResolver(net::Network* network, const ForwardingOptions& options,
                     const std::vector<stream::Endpoint>& resolvers,
                     std::unique_ptr<Resolver> own = nullptr);

  async::Task<async::Pooled<query::CaaAnswer>> LookupCaa(dns::NameView name,
                                                         query::Account* account,
                                                         query::WhenBusy when_busy) override;
  async::Task<query::TextAnswer> LookupTexts(dns::NameView name, query::Account* account) override;
  bool explains() const override { return true; }
  bool has_answered() const override;
  std::string Trouble() const override;
  /// Takes SERVFAIL apart: what a resolver answers with CD, and twice refuses without, is bogus,
  /// unless it refuses the root too: then its own trust anchor or clock is wrong.
  /// What it refuses with CD too is no matter of validation, and keeps its reason but for what the
  /// extended errors say. `own`, if there is one, then looks for the server at fault: where it
  /// fails too its failure is taken, since it names more, but what a resolver called bogus stays
  /// so; where it finds an answer the failure remains the resolvers', and the account's attempts
  /// show who answers. Resolvers that answer nothing, not even for the root, are observed.
  async::Task<> Explain(dns::NameView name, query::Account* account,
                        query::CaaAnswer* answer) override;

 private:
  /// What a resolver says of the root's SOA.
  struct Abilities {
    bool validates = false;   // It has said AD, then or later.
    bool knows_root = false;  // It answers.
    std::string says;         // Where it does not: what it does instead.
    std::chrono::nanoseconds expires{0};
  };
  struct Trial {
    std::chrono::nanoseconds expires{0};  // Not looked at: there is one trial.
  };
  struct Upstream : zones::SharedLookup<Abilities> {
    Upstream(net::PeerRef at, size_t place) : peer(std::move(at)), index(place) {}
    const net::PeerRef peer;
    const size_t index;
    zones::SharedLookup<Trial> trial;  // Over TCP: see TurnsToStreams().
    /// When it last answered anything but REFUSED.
    std::optional<std::chrono::nanoseconds> answered;
    int error = 0;  // Of its last failure, as Asked has it.
  };

  /// The RRset of `type`, which is CAA, or TXT: then its texts go to *texts.
  async::Task<async::Pooled<query::CaaAnswer>> Lookup(dns::NameView name, dns::RRType type,
                                                      query::Account* account,
                                                      std::vector<std::string>* texts);
  Upstream* Pick(size_t turn);
  void Note(const query::Asked& asked, Upstream* upstream) const;
  bool NeedsLearning(const Upstream& upstream) const;
  async::Task<> Learn(Upstream* upstream);
  async::Task<bool> Lies(Upstream* upstream);
  /// `type` is what was asked for.
  bool TakeReply(const query::Asked& asked, dns::RRType type, Upstream* upstream,
                 query::AliasChain* chain, query::Account* account, query::CaaAnswer* answer);
  DnssecStatus StatusOf(const query::Asked& asked, Upstream* upstream) const;
  bool NeedsInsecurityProof(const query::CaaAnswer& answer) const {
    return options_.validate && answer.status == query::LookupStatus::kFailed &&
           OutcomeOf(answer.failure) != Outcome::kError && answer.failure != Reason::kDnssecBogus &&
           !IsOwnLimit(answer.failure);
  }
  bool SomeoneMinds(const query::CaaAnswer& answer) const;
  // forwarding_streams.cc.
  bool MayTurnToStreams(const Upstream& upstream) const;
  /// After a silence. True where the resolver is asked over streams from now on.
  async::Task<bool> TurnsToStreams(Upstream* upstream);
  async::Task<> TryStreams(Upstream* upstream);
  // forwarding_explain.cc.
  /// `peer` is one of `resolvers_`, which keep theirs.
  async::Task<> AskPatiently(net::Peer* peer, dns::NameView name, bool checking_disabled,
                             query::Account* account, query::Asked* asked) const;
  async::Task<bool> SettlesAt(Upstream* upstream, dns::NameView name, query::Account* account,
                              query::CaaAnswer* answer);
  bool AnsweredLately(const Upstream& upstream) const;
  async::Task<> LookForDown(query::Account* account, const query::CaaAnswer& answer);
  async::Task<bool> AskTheOthers(dns::NameView name, query::Account* account,
                                 query::CaaAnswer* answer);
  async::Task<> TakeServfailApart(dns::NameView name, query::Account* account,
                                  query::CaaAnswer* answer);
  // forwarding_insecure.cc.
  async::Task<bool> IsProvenInsecure(dns::NameView name, query::Account* account);
  async::Task<bool> IsBelowInsecureCut(dns::NameView name, query::Account* account);
  async::Task<query::Asked> AskValidating(dns::NameView name, dns::RRType type,
                                          query::Account* account);
  async::Task<> LookUpOurselves(dns::NameView name, query::Account* account,
                                query::CaaAnswer* answer);
  std::chrono::nanoseconds now() const { return network_->loop()->now(); }

  net::Network* const network_;
  ForwardingOptions options_;
  std::shared_ptr<ResolverWays> ways_;
  std::deque<Upstream> resolvers_;  // They stay where they are.
  const std::unique_ptr<Resolver> own_;
  size_t next_ = 0;
};

}  // namespace caascan::resolve
