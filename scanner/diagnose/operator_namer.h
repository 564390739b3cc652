// Who runs a zone's servers, by their names and by their addresses.
#pragma once

#include <cstddef>
#include <string>

#include <absl/container/flat_hash_map.h>

#include "scanner/async/address.h"
#include "scanner/dns/name.h"
#include "scanner/guide/operators.h"
#include "scanner/zones/zone.h"

namespace caascan::diagnose {

/// Names the operators of zones. Learns which addresses known operators have, so that servers under
/// a customer's own name (vanity name servers) are put down to the operator whose address they
/// share. One a worker; loop thread only.
class OperatorNamer {
 public:
  /// `table` outlives it.
  explicit OperatorNamer(const guide::OperatorTable& table = guide::OperatorTable::BuiltIn())
      : table_(table) {}

  /// Writes who runs the servers of `zone`, whose apex is `name`: each operator once, in
  /// alphabetical order, separated by commas, three at most; empty where the zone has no servers.
  void Name(dns::NameView name, const zones::Zone& zone, std::string* out);

 private:
  void Learn(const zones::Zone& zone, size_t server, const guide::Operator* known);
  const guide::Operator* ByAddress(const zones::Zone& zone, size_t server) const;

  const guide::OperatorTable& table_;
  // At most kMaxAddresses: those that come later are not learnt.
  absl::flat_hash_map<async::Address, const guide::Operator*> by_address_;
};

}  // namespace caascan::diagnose
