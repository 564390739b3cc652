// Who runs a name server, by its name: datasets/operators.tsv, and the registrable domain of what
// is not in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "scanner/dns/name.h"

namespace caascan::guide {

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

/// What of a host a pattern fits.
struct OperatorMatch {
  const Operator* known = nullptr;
  size_t size = 0;  // Octets of the suffix that fits.
};

/// As FindOperator(), but of suffixes of more than `above` octets alone.
OperatorMatch FindOperatorMatch(dns::NameView host, size_t above);

/// The shortest parent of `host` (or itself) that is no public suffix by the ICANN section of the
/// Public Suffix List. A view into it. Any thread; no allocation.
dns::NameView RegistrableDomain(dns::NameView host);

}  // namespace caascan::guide
