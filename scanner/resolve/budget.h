// What one name may cost.
#pragma once

#include <cstdint>

#include "scanner/dnssec/work.h"

namespace caascan::resolve {

/// What looking a name up has cost, and may cost. Names come from strangers, and what their servers
/// say decides what is asked next; so every step counts, whether or not it sends a query. Owned by
/// the name's Account; one thread.
struct Budget {
  // Choices of a server, and look-ups of its addresses: an honest name needs some dozens. What
  // stands in a circle costs no query, but time.
  static constexpr uint32_t kMaxSteps = 2000;

  uint32_t queries = 0;
  uint32_t max_queries = 0;
  uint32_t steps = 0;
  dnssec::Work work;  // Spent on validating.

  bool exhausted() const { return queries >= max_queries || steps >= kMaxSteps; }
};

}  // namespace caascan::resolve
