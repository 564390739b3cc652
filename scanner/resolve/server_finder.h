// Adds the addresses of a zone's servers to the zone, as they are needed.
#pragma once

#include "scanner/async/task.h"
#include "scanner/query/answer.h"
#include "scanner/resolve/host_finder.h"
#include "scanner/resolve/walk.h"
#include "scanner/zones/delegations.h"
#include "scanner/zones/zone.h"

namespace caascan::resolve {

/// Finds addresses of servers that the delegation gave none of, or only such as fail.
/// `on_behalf_of`: the host that is being resolved and needs them; null where there is none.
/// Arguments must live until a call ends. One worker's, loop thread only.
class ServerFinder {
 public:
  using ZoneHandle = zones::Delegations::Handle;

  /// Both outlive it.
  ServerFinder(zones::Delegations* delegations, HostFinder* hosts)
      : delegations_(delegations), hosts_(hosts) {}

  /// Looks up the name of the zone's next server that needs it. False where there is none.
  async::Task<bool> FindNext(ZoneHandle zone, Visit* visit, query::Account* account,
                             zones::Host* on_behalf_of);
  /// The last resort. Where the delegation gave glue, the addresses that the servers' own zones
  /// give; where it did not, the glue that other delegations have for them. True where there are
  /// more addresses now. REQUIRES: !visit->last_resort.
  async::Task<bool> FindOthers(ZoneHandle zone, Visit* visit, query::Account* account,
                               zones::Host* on_behalf_of);
  /// A server answers at such an `address`: an observation says which of its others are wrong.
  void NoteLastResort(const zones::Zone& zone, const zones::Zone::ServerAddress& address,
                      query::Account* account);

 private:
  zones::Delegations* const delegations_;
  HostFinder* const hosts_;
};

}  // namespace caascan::resolve
