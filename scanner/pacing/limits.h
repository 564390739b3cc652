// What keeps a scan polite: a rate over all servers, a rate and a number in flight at any one
// address. Shared by all workers, so that the limits hold for the process, not for a thread.
#pragma once

#include <absl/container/node_hash_map.h>
#include <absl/hash/hash.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "scanner/async/address.h"
#include "scanner/async/list.h"
#include "scanner/pacing/address_budget.h"
#include "scanner/pacing/rate_gate.h"

namespace caascan::pacing {

/// What was agreed with a server's operator. A value.
struct AgreedLimit {
  uint32_t rate_qps = 0;             // 0: no limit.
  std::optional<uint32_t> inflight;  // 0: no limit; nullopt: the usual one.
  bool operator==(const AgreedLimit&) const = default;
};

struct LimitOptions {
  uint32_t rate_qps = 0;
  uint32_t server_rate_qps = 0;
  uint32_t server_inflight = 0;
  /// Addresses with limits of their own: a resolver that is ours to ask.
  std::vector<async::Address> own = {};
  uint32_t own_rate_qps = 0;
  uint32_t own_inflight = 0;
  /// Where these are zero: as fast as it bears.
  bool own_adapts = false;
  /// Addresses that are remembered though no worker knows them any more, over all. Some 250 octets
  /// each.
  size_t budget_capacity = 32'000;
  /// Each limit is for so many processes together, and here is one's part of it. More may be lent:
  /// see SharedLimits::Lend().
  uint32_t parts = 1;
  /// Limits of single addresses, in the place of the usual ones. May be empty. Any thread.
  std::function<std::optional<AgreedLimit>(const async::Address&)> agreed = {};
};

/// What takers of --rate may catch up: a loop wakes at whole milliseconds, and late on a busy
/// machine, and without it a high rate would never be reached. Half of the one batch too many in
/// 100 ms that --rate allows; the other half is for a worker that the system holds up between its
/// turn and its sending.
constexpr std::chrono::nanoseconds RateBurst(uint32_t per_second) {
  constexpr int64_t kTurns = 32;
  constexpr std::chrono::nanoseconds kMost = std::chrono::milliseconds(100);
  if (per_second == 0) return kMost;
  return std::min(kMost, std::chrono::nanoseconds(kTurns * 1'000'000'000 / per_second));
}

/// What one address needs, to be lent more.
struct AddressNeed : BudgetNeed {
  async::Address address;
};

/// The limits that all workers share. A budget that is in use stays. One that is not is remembered
/// while there are not too many of those, and until its last turn counts no more; those that never
/// showed a limit of their own are forgotten first. Any thread.
class SharedLimits {
 public:
  explicit SharedLimits(const LimitOptions& options)
      : options_(options), rate_(0, RateBurst(options.rate_qps)) {
    rate_.SetRate(PartOfRate(options.rate_qps, options.parts));
  }
  ~SharedLimits();

  RateGate& rate() { return rate_; }
  /// A turn of rate() was refused.
  void NoteRateRefused() { rate_refused_.store(true, std::memory_order_relaxed); }
  /// Was one, since this was asked last?
  bool TakeRateRefused() { return rate_refused_.exchange(false, std::memory_order_relaxed); }
  const LimitOptions& options() const { return options_; }

  /// Calls with each address that has queries waiting, places in use beyond its own, or a pace that
  /// was proven here. Not on the way of queries: it looks at all budgets.
  void ForEachNeed(std::chrono::nanoseconds now,
                   const std::function<void(const AddressNeed&)>& act);
  /// See AddressBudget. Nothing where the address is not known any more.
  void Lend(const async::Address& address, uint32_t rate_qps, uint32_t places,
            std::chrono::nanoseconds until);
  void SetBearable(const async::Address& address, double part);

  /// The same for the same address, in use until GiveBack(); nullptr where the address is not
  /// limited.
  AddressBudget* BudgetFor(const async::Address& address);
  /// From now on these are the address's limits. More than one: the lowest rate counts.
  void Agree(const async::Address& address, const AgreedLimit& limit);
  /// Once for each BudgetFor() that gave it. REQUIRES: the caller has nothing in flight there.
  void GiveBack(AddressBudget* budget, std::chrono::nanoseconds now);
  /// That are in use or remembered.
  size_t budget_count();

 private:
  static constexpr size_t kShards = 16;

  struct UnusedTag {};
  struct Entry : AddressBudget, async::ListNode<UnusedTag> {
    Entry(const async::Address& at, uint32_t rate_qps, uint32_t max_inflight, bool adapts,
          uint32_t parts)
        : AddressBudget(rate_qps, max_inflight, adapts, parts), address(at) {}
    const async::Address address;
    uint32_t references = 0;
  };
  struct Shard {
    std::mutex mutex;  // Guards what follows, and the entries' references and places.
    absl::node_hash_map<async::Address, Entry> budgets;
    absl::node_hash_map<async::Address, AgreedLimit> agreed;
    // Those not in use; the least recently used first.
    async::List<Entry, UnusedTag> plain;
    async::List<Entry, UnusedTag> paced;
    size_t unused = 0;
  };

  Shard& ShardOf(const async::Address& address) {
    return shards_[absl::Hash<async::Address>()(address) % kShards];
  }
  void Trim(Shard* shard, std::chrono::nanoseconds now) const;
  std::optional<AgreedLimit> AgreedFor(const Shard& shard, const async::Address& address) const;
  uint32_t Inflight(const AgreedLimit& limit) const {
    return limit.inflight.value_or(options_.server_inflight);
  }

  const LimitOptions options_;
  RateGate rate_;
  std::atomic<bool> rate_refused_{false};
  std::array<Shard, kShards> shards_;
};

}  // namespace caascan::pacing
