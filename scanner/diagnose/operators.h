// Who runs a name server, by its name: datasets/operators.tsv, and the registrable domain of what
// is not in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>

#include "scanner/dns/name.h"
#include "scanner/net/address.h"
#include "scanner/resolve/zone.h"

namespace caascan::diagnose {

/// What an operator is in the main.
enum class OperatorKind : uint8_t { kDns, kRegistrar, kHosting, kDynamic, kParking };

/// Texts live as long as the program.
struct Operator {
  std::string_view name;
  OperatorKind kind = OperatorKind::kDns;
};

/// The operator of the longest pattern that fits; nullptr where none does. `host` is in lower case.
/// Any thread; allocates at the first call only.
const Operator* FindOperator(dns::NameView host);

/// The shortest parent of `host` (or itself) that is no public suffix by the ICANN section of the
/// Public Suffix List. A view into it. Any thread; no allocation.
dns::NameView RegistrableDomain(dns::NameView host);

/// Names the operators of zones. Learns which addresses known operators have, so that servers under
/// a customer's own name (vanity name servers) are put down to the operator whose address they
/// share. One a worker; loop thread only.
class OperatorNamer {
 public:
  /// Writes who runs the servers of `zone`, whose apex is `name`: each operator once, in
  /// alphabetical order, separated by commas, three at most; empty where the zone has no servers.
  void Name(dns::NameView name, const resolve::Zone& zone, std::string* out);

 private:
  void Learn(const resolve::Zone& zone, size_t server, const Operator* known);
  const Operator* ByAddress(const resolve::Zone& zone, size_t server) const;

  // At most kMaxAddresses: those that come later are not learnt.
  absl::flat_hash_map<net::Address, const Operator*> by_address_;
};

}  // namespace caascan::diagnose
