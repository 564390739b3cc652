// What one name may cost.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "caascan/outcome.h"
#include "scanner/dns/name.h"
#include "scanner/dnssec/work.h"

namespace caascan::query {

/// How many queries each zone's servers had for addresses of other zones' servers. Takes no memory
/// until there is one, as for nearly all names. One thread.
class HostQueries {
 public:
  uint32_t Of(dns::NameView zone) const {
    if (queries_ == nullptr) return 0;
    const auto found = queries_->find(std::string(zone.bytes()));
    return found == queries_->end() ? 0 : found->second;
  }
  void Add(dns::NameView zone, uint32_t queries) {
    if (queries_ == nullptr) {
      queries_ = std::make_unique<absl::flat_hash_map<std::string, uint32_t>>();
    }
    (*queries_)[std::string(zone.bytes())] += queries;
  }

 private:
  std::unique_ptr<absl::flat_hash_map<std::string, uint32_t>> queries_;
};

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
  /// How often a zone's servers may be asked for addresses of other zones' servers: the delegation
  /// that names those servers decides how often they are needed.
  uint32_t max_host_queries = 10;
  HostQueries host_queries;
  uint32_t steps = 0;
  uint64_t octets = 0;  // Of answers.
  uint64_t max_octets = kMaxOctets;
  dnssec::Work work;  // Spent on validating.
  /// Spent on waiting for answers, between tries and between passes. What it waited for its turn
  /// under the limits, and for other names' look-ups, does not count.
  std::chrono::nanoseconds waited{0};
  std::chrono::nanoseconds max_wait = std::chrono::nanoseconds::max();

  /// Who asked has gone. Null: cannot go.
  const std::atomic<bool>* given_up = nullptr;

  bool is_given_up() const {
    return given_up != nullptr && given_up->load(std::memory_order_relaxed);
  }
  bool too_slow() const { return waited >= max_wait; }
  bool exhausted() const {
    return queries >= max_queries || steps >= kMaxSteps || octets >= max_octets || too_slow() ||
           is_given_up();
  }
  /// Why it is exhausted.
  Reason limit() const {
    if (is_given_up()) return Reason::kStopped;
    return too_slow() ? Reason::kTooSlow : Reason::kTooManyQueries;
  }
};

}  // namespace caascan::query
