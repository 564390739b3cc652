// What one name may cost.
#pragma once

#include <chrono>
#include <cstdint>

#include "caascan/record.h"
#include "scanner/dnssec/work.h"

namespace caascan::resolve {

/// What looking a name up has cost, and may cost. Names come from strangers, and what their servers
/// say decides what is asked next; so every step counts, whether or not it sends a query. Owned by
/// the name's Account; one thread.
struct Budget {
  // Choices of a server, and look-ups of its addresses: an honest name needs some dozens. What
  // stands in a circle costs no query, but time.
  static constexpr uint32_t kMaxSteps = 2000;
  // An answer of 64 KB takes some milliseconds to read, an honest name a tenth of this.
  static constexpr uint32_t kMaxOctets = 192 * 1024;

  uint32_t queries = 0;
  uint32_t max_queries = 0;
  uint32_t steps = 0;
  uint64_t octets = 0;  // Of answers.
  uint64_t max_octets = kMaxOctets;
  dnssec::Work work;  // Spent on validating.
  /// Spent on waiting for answers, between tries and between passes. What it waited for its turn
  /// under the limits, and for other names' look-ups, does not count.
  std::chrono::nanoseconds waited{0};
  std::chrono::nanoseconds max_wait = std::chrono::nanoseconds::max();

  bool too_slow() const { return waited >= max_wait; }
  bool exhausted() const {
    return queries >= max_queries || steps >= kMaxSteps || octets >= max_octets || too_slow();
  }
  /// Why it is exhausted.
  Reason limit() const { return too_slow() ? Reason::kTooSlow : Reason::kTooManyQueries; }
};

}  // namespace caascan::resolve
