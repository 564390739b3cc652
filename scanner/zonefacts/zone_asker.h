// Further queries about a zone that was met.
#pragma once

#include <cstdint>

#include "scanner/async/task.h"
#include "scanner/net/network.h"
#include "scanner/query/answer.h"
#include "scanner/query/ask.h"
#include "scanner/resolve/resolver.h"
#include "scanner/zonefacts/collector.h"

namespace caascan::zonefacts {

struct ZoneAskerOptions {
  query::AskOptions ask;
  bool ns = false;    // The zone's own NS set,
  bool keys = false;  // and its DNSKEY set where it has not been asked for.
  bool allow_special = false;
};

/// Asks a zone's servers, one after the other, until one answers; each zone once, as long as the
/// collector remembers. One worker's, loop thread only.
class ZoneAsker {
 public:
  /// All outlive it.
  ZoneAsker(resolve::Resolver* resolver, Collector* collector, const ZoneAskerOptions& options)
      : resolver_(resolver), collector_(collector), options_(options) {}

  struct Wanted {
    bool ns = false;
    bool keys = false;
    bool any() const { return ns || keys; }
  };
  /// What is to be asked of the zone; the collector then takes it for asked.
  Wanted Claim(dns::NameView zone);
  /// Asks, and tells the collector. *queries becomes greater by those that were sent. `zone` and
  /// `queries` must live until it ends.
  async::Task<> Ask(dns::NameView zone, Wanted wanted, uint32_t* queries);

 private:
  async::Task<> AskFor(dns::NameView zone, dns::RRType type, query::Account* account);

  resolve::Resolver* const resolver_;
  Collector* const collector_;
  const ZoneAskerOptions options_;
};

}  // namespace caascan::zonefacts
