// The iterative resolver: from the root down the delegations, to the servers that know.
#pragma once

#include <absl/container/node_hash_map.h>

#include <string>
#include <vector>

#include "scanner/net/network.h"
#include "scanner/resolve/ask.h"
#include "scanner/resolve/classify.h"
#include "scanner/resolve/resolver.h"
#include "scanner/resolve/root_hints.h"
#include "scanner/resolve/zone.h"

namespace caascan::resolve {

struct IterativeOptions {
  AskOptions ask;
  unsigned retries = 2;  // Tries beyond the first, however few servers a zone has.
  AddressPolicy addresses;
  bool allow_special = false;  // Query special-purpose addresses too.
  size_t zone_capacity = 200'000;
  size_t host_capacity = 100'000;
};

/// See Resolver. Every address of a zone's servers is tried once before the look-up fails; servers
/// that have lately been silent come last. Server names without glue are resolved as they are
/// needed.
class IterativeResolver : public Resolver {
 public:
  IterativeResolver(net::Network* network, const IterativeOptions& options,
                    const std::vector<RootServer>& root);

  net::Task<CaaAnswer> LookupCaa(dns::NameView name, Account* account) override;

 private:
  using ZoneHandle = ZoneCache::Handle;
  using HostHandle = HostCache::Handle;

  /// The end of a look-up, or of one zone's part of it. `message` holds until the coroutine
  /// suspends.
  struct Walk {
    bool ok = false;
    Reason failure = Reason::kStopped;
    Classified classified;
    dns::Message message;
    ZoneHandle zone;
    std::vector<Attempt> attempts;  // Where !ok: at the zone's servers.
  };
  /// Which of a zone's addresses were tried, and how often altogether.
  struct Tries {
    uint32_t tried = 0;     // A bit an address.
    uint32_t resolved = 0;  // A bit a server whose name was looked up.
    unsigned count = 0;
    std::vector<Attempt> attempts;  // That failed.
  };

  net::Task<Walk> Lookup(dns::RRType type, AliasChain* chain, Account* account, Host* job);
  net::Task<Walk> AskZone(ZoneHandle zone, dns::RRType type, AliasChain* chain, Account* account,
                          Host* job);
  net::Task<bool> ResolveOneServer(ZoneHandle zone, Tries* tries, Account* account, Host* job);
  net::Task<void> ResolveHost(HostHandle host, Account* account, Host* job);
  net::Task<bool> CollectAddresses(HostHandle host, dns::RRType type, Account* account);

  ZoneHandle DeepestZone(dns::NameView name);
  ZoneHandle StoreReferral(const Walk& walk);
  int PickAddress(const Zone& zone, const Tries& tries);
  int PickAgain(const Zone& zone, const Tries& tries) const;
  bool TakeReply(const Asked& asked, const Zone::ServerAddress& address, dns::RRType type,
                 AliasChain* chain, Account* account, Tries* tries, Walk* walk);
  static void FinishZone(const Asked& asked, Tries* tries, Walk* walk, Account* account);
  static void Fail(Tries* tries, Walk* walk, Account* account);
  std::chrono::nanoseconds now() const { return network_->loop()->now(); }

  net::Network* const network_;
  const IterativeOptions options_;
  ZoneHandle root_;  // Never evicted.
  ZoneCache zones_;
  HostCache hosts_;
  // Names of TLDs that the root is being asked about: the first one asks, the others wait for its
  // referral.
  absl::node_hash_map<std::string, WaitList> asked_at_root_;
  uint32_t rotation_ = 0;
};

}  // namespace caascan::resolve
