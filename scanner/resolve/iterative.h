// The iterative resolver: from the root down the delegations, to the servers that know.
#pragma once

#include <absl/container/node_hash_map.h>

#include <functional>
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
  /// Names that nothing may be asked about; empty where there are none. Any thread.
  std::function<bool(dns::NameView)> blocked = {};
  /// Says who runs a zone's servers, for CaaAnswer::operator_name; empty: nobody asks. Called from
  /// the resolver's own thread.
  std::function<void(dns::NameView name, const Zone&, std::string*)> name_operator = {};
  size_t zone_capacity = 100'000;
  size_t host_capacity = 50'000;
};

/// See Resolver. Every address of a zone's servers is tried once before the look-up fails; servers
/// that have lately been silent come last. Server names without glue are resolved as they are
/// needed.
class IterativeResolver : public Resolver {
 public:
  IterativeResolver(net::Network* network, const IterativeOptions& options,
                    const std::vector<RootServer>& root);

  net::Task<> LookupCaa(dns::NameView name, Account* account, CaaAnswer* answer) override;
  void Seed(dns::NameView zone, const Delegation& delegation) override;

 private:
  using ZoneHandle = ZoneCache::Handle;
  using HostHandle = HostCache::Handle;

  /// A look-up on its way, and its end. Frames are held by the ten thousand: there is one Walk a
  /// look-up, which all of them fill, and `asked.message` holds until a coroutine suspends.
  struct Walk {
    Walk(dns::NameView name, dns::RRType wanted) : type(wanted), chain(name) {}

    const dns::RRType type;
    AliasChain chain;
    ZoneHandle zone;  // Whose servers are asked.
    Asked asked;      // Of the last one of them.
    Classified classified;
    bool ok = false;
    Reason failure = Reason::kStopped;
    bool circle = false;            // It failed for want of a server whose name led back here.
    std::vector<Attempt> attempts;  // Where !ok: at the zone's servers.

    /// Does the look-up go on at `zone`, below the one that was asked?
    bool referred() const { return ok && classified.kind == ResponseKind::kReferral; }
    bool stands_at_alias() const { return ok && classified.kind == ResponseKind::kAlias; }
  };
  /// Which of a zone's addresses were tried, and how often altogether.
  struct Tries {
    uint32_t tried = 0;         // A bit an address.
    uint32_t hopeless = 0;      // Likewise: blocked, or our own side cannot send there.
    uint32_t silent = 0;        // Likewise: the last try got no answer.
    unsigned count = 0;         // Of those that left.
    unsigned repeats = 0;       // Of addresses that had been tried.
    uint32_t resolved = 0;      // A bit a server whose name was looked up,
    uint32_t cut_short = 0;     // of these: our own limits ended it,
    uint32_t local_faults = 0;  // or our own side could not send,
    uint32_t blocklisted = 0;   // or the user does not want it to be asked.
    bool circle = false;
    std::vector<Attempt> attempts;  // That failed.

    void Begin(uint32_t bit);
    void End(const Asked& asked, uint32_t bit, Account* account);
  };
  /// How the resolution of a server's name ended.
  enum class HostEnd : uint8_t {
    kKnown,        // Its addresses are known, or that it has none.
    kUnproven,     // Whoever might have told failed.
    kCircle,       // It hangs on what is being resolved by way of it.
    kCutShort,     // Our own limits, or the scan's end.
    kLocalFault,   // Our own side could not send.
    kBlocklisted,  // The user does not want it to be asked.
  };

  net::Task<> Lookup(Walk* walk, Account* account, Host* job);
  net::Task<> AskRoot(Walk* walk, Account* account, Host* job);
  net::Task<> AskZone(Walk* walk, Account* account, Host* job);
  net::Task<bool> ResolveOneServer(Zone* zone, Tries* tries, Account* account, Host* job);
  net::Task<HostEnd> ResolveHost(HostHandle host, Account* account, Host* job);
  net::Task<HostEnd> CollectAddresses(HostHandle host, dns::RRType type, Account* account);

  ZoneHandle DeepestZone(dns::NameView name);
  ZoneHandle StoreReferral(const Walk& walk);
  bool DropSeed(const ZoneHandle& zone, Reason failure);
  int PickAddress(const Zone& zone, const Tries& tries);
  unsigned MaxTries(const Zone& zone, bool patient) const;
  int PickAgain(const Zone& zone, const Tries& tries, bool patient) const;
  bool MayAsk(net::Peer* peer) const {
    return options_.allow_special || !peer->address().IsSpecialPurpose();
  }
  bool TakeReply(const Zone::ServerAddress& address, Account* account, Tries* tries, Walk* walk);
  void FinishZone(Tries* tries, Walk* walk, Account* account);
  void Fail(Tries* tries, Walk* walk, Account* account) const;
  static void AddUnresolved(const Zone& zone, Tries* tries);
  std::chrono::nanoseconds now() const { return network_->loop()->now(); }

  net::Network* const network_;
  const IterativeOptions options_;
  ZoneCache zones_;
  ZoneHandle root_;  // Never evicted.
  HostCache hosts_;
  // Names of TLDs that the root is being asked about: the first one asks, the others wait for its
  // referral.
  absl::node_hash_map<std::string, WaitList> asked_at_root_;
  uint32_t rotation_ = 0;
};

}  // namespace caascan::resolve
