// Two ways to look CAA up, and TXT beside it, behind one call each.
#pragma once

#include <cassert>
#include <optional>
#include <vector>

#include "scanner/async/task.h"
#include "scanner/dns/delegation.h"
#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/query/answer.h"
#include "scanner/zones/zone_servers.h"

namespace caascan::resolve {

/// One worker's resolver: it learns as it goes, and shares with nobody. Loop thread only.
class Resolver {
 public:
  Resolver() = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  virtual ~Resolver() = default;

  /// The CAA RRset at exactly `name`, aliases followed as any look-up follows them; no climbing.
  /// Queries, retries and what the servers did go to `account`. Both must live until it ends. What
  /// it gives is never null. It may end as kPutOff where `when_busy` says so, and then has nothing
  /// to say of any server: what it has learnt of the zones is kept.
  virtual async::Task<async::Pooled<query::CaaAnswer>> LookupCaa(dns::NameView name,
                                                                 query::Account* account,
                                                                 query::WhenBusy when_busy) = 0;

  /// The TXT RRset at exactly `name`, likewise. It never ends as kPutOff.
  virtual async::Task<query::TextAnswer> LookupTexts(dns::NameView name,
                                                     query::Account* account) = 0;

  /// Has any server or resolver answered, anything but REFUSED? Always where nothing would follow
  /// from it.
  virtual bool has_answered() const { return true; }
  /// Where nothing has answered: what is wrong with those that were asked, one of them named; empty
  /// where that is no more than silence.
  virtual std::string Trouble() const { return ""; }
  /// Does Explain() do anything?
  virtual bool explains() const { return false; }
  /// Asks more about a look-up of `name` that failed, as *answer says: its cause goes there, or the
  /// answer that came now. Slow, and only for a failure that somebody will be accused of.
  /// REQUIRES: explains(), and that the look-up has failed. All three must live until it ends.
  virtual async::Task<> Explain(dns::NameView name, query::Account* account,
                                query::CaaAnswer* answer) {
    assert(explains() && "asked only of those that explain");
    (void)name, (void)account, (void)answer;
    co_return;
  }

  /// Somebody knows what the parent of `zone` says of it; a look-up need not ask the parent then.
  /// A hint, held in the normal cache: what the parent itself said goes first, and where the
  /// servers named here turn out not to serve the zone, the parent is asked after all.
  virtual void Seed(dns::NameView zone, const dns::Delegation& delegation) {
    (void)zone;
    (void)delegation;
  }

  /// The servers of `zone` as its parent names them. False where that is not known: not yet, not
  /// any more, or because resolvers are asked.
  virtual bool FindServers(dns::NameView zone, zones::ZoneServers* servers) {
    (void)zone, (void)servers;
    return false;
  }
  /// What is wrong with an answer to (`name`, CAA) that one of the zone's servers gave, by the
  /// zone's keys. Nothing where it validates, where that takes further queries to know, and where
  /// the zone is not known to be secure. Asks nobody; what it costs to compute goes to `work`.
  virtual std::optional<Finding> FindBogus(const dns::Message& message, dns::NameView zone,
                                           dns::NameView name, dnssec::Work* work) {
    (void)message, (void)zone, (void)name, (void)work;
    return std::nullopt;
  }
  /// Does one of the zone's servers prove with this answer that `name` has no CAA records? The
  /// answer may be to another type. False where that is not proven, and as FindBogus() says.
  virtual bool ProvesNoCaa(const dns::Message& message, dns::NameView zone, dns::NameView name,
                           dnssec::Work* work) {
    (void)message, (void)zone, (void)name, (void)work;
    return false;
  }
  /// What is known of the security of `zone` and of the zones above it, from the root down; nothing
  /// where nothing is validated here.
  virtual void DescribeChain(dns::NameView zone, std::vector<ChainLink>* chain) {
    (void)zone, (void)chain;
  }
  /// Asks for all addresses of a server's name, whatever glue says. Only resolvers whose
  /// FindServers() gives servers do it. All three must live until it ends.
  virtual async::Task<> LookupAddresses(dns::NameView host, query::Account* account,
                                        zones::HostAddresses* addresses) {
    (void)host, (void)account, (void)addresses;
    co_return;
  }
};

}  // namespace caascan::resolve
