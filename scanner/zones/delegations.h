// The delegations that a worker knows: which zone a look-up begins at, and who serves it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "caascan/outcome.h"
#include "scanner/dns/delegation.h"
#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/net/network.h"
#include "scanner/zones/root_hints.h"
#include "scanner/zones/zone.h"
#include "scanner/zones/zone_servers.h"

namespace caascan::zones {

/// Zones by their apex: the root for ever, others as referrals and seeds bring them, until their
/// TTL ends or the cache is full. A delegation is kept for five minutes at least and a day at most.
/// Sends nothing; `network` gives the peers of addresses. One worker's, loop thread only.
class Delegations {
 public:
  using Handle = ZoneCache::Handle;
  struct Limits {
    size_t zones = 30'000;
    size_t bytes = 32 << 20;
  };

  Delegations(net::Network* network, const AddressPolicy& policy, const Limits& limits,
              const std::vector<RootServer>& root);

  const Handle& root() const { return root_; }
  /// What is known of `apex`, though it may have expired. Empty where nothing is.
  Handle Find(dns::NameView apex) { return apex.is_root() ? root_ : zones_.Find(apex); }
  /// The deepest zone at or above `name` that has not expired.
  Handle Deepest(dns::NameView name, std::chrono::nanoseconds now);
  /// The deepest zone above `name`, though it may have expired: its servers referred to `name`.
  Handle Above(dns::NameView name);
  /// The servers of `zone` as its parent names them. False where that is not known.
  bool FindServers(dns::NameView zone, std::chrono::nanoseconds now, ZoneServers* servers);

  /// Keeps the delegation to `cut` that `message`, from a server of `parent`, gives. Below a zone
  /// that is insecure it is insecure as well.
  Handle Store(const dns::Message& message, dns::NameView cut, const Handle& parent, uint32_t ttl_s,
               std::chrono::nanoseconds now);
  /// Keeps a delegation that comes from elsewhere, unless the parent's own is there: see
  /// Resolver::Seed().
  void Seed(dns::NameView zone, const dns::Delegation& delegation, std::chrono::nanoseconds now);
  /// Forgets a seeded delegation by which a look-up failed. True where the parent should be asked
  /// at once: no server it names serves the zone, or none can be found (glue may be missing). What
  /// is silent may well be right, and only later look-ups ask the parent.
  bool DropSeed(const Handle& zone, Reason failure);

  /// Adds, as a last resort, the glue that delegations above the server's name have for it. True
  /// where there are more addresses now.
  bool AddGlueFromAbove(Zone* zone, size_t server);
  /// After the zone has changed.
  void Weigh(const Handle& zone) { zones_.Weigh(zone); }

 private:
  net::Network* const network_;
  const AddressPolicy policy_;
  ZoneCache zones_;
  const Handle root_;  // Never forgotten.
};

}  // namespace caascan::zones
