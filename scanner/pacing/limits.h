// What keeps a scan polite: a rate over all servers, a rate and a number in flight at any one
// address. Shared by all workers, so that the limits hold for the process, not for a thread.
#pragma once

#include <absl/container/node_hash_map.h>
#include <absl/hash/hash.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

#include "scanner/async/address.h"
#include "scanner/async/list.h"
#include "scanner/pacing/pace.h"

namespace caascan::pacing {

/// A rate limit by the generic cell rate algorithm: one atomic word, exact over any window. Time is
/// an argument. Any thread.
class RateGate {
 public:
  /// `per_second` turns in every `period`; 0 is no limit. `burst` is how far behind the steady rate
  /// the takers may catch up.
  RateGate(uint32_t per_second, std::chrono::nanoseconds burst,
           std::chrono::nanoseconds period = std::chrono::seconds(1))
      : period_(period.count()), burst_(burst.count()), interval_(0) {
    SetRate(per_second);
  }

  bool unlimited() const { return interval_.load(std::memory_order_relaxed) == 0; }
  void SetRate(double per_second) {
    const double interval =
        per_second <= 0 ? 0 : std::ceil(static_cast<double>(period_) / per_second);
    interval_.store(static_cast<int64_t>(interval), std::memory_order_relaxed);
  }
  std::chrono::nanoseconds burst() const { return std::chrono::nanoseconds(burst_); }
  /// No turn that was taken counts any more: a new gate would do the same.
  bool is_idle(std::chrono::nanoseconds now) const {
    return unlimited() || next_.load(std::memory_order_relaxed) <= now.count() - burst_;
  }

  /// Takes one turn, or says when to try again. zero() means taken.
  std::chrono::nanoseconds TryTake(std::chrono::nanoseconds now) {
    int64_t next = next_.load(std::memory_order_relaxed);
    while (true) {
      const int64_t start = next > now.count() - burst_ ? next : now.count() - burst_;
      if (start > now.count()) return std::chrono::nanoseconds(start);
      const int64_t interval = interval_.load(std::memory_order_relaxed);
      if (next_.compare_exchange_weak(next, start + interval, std::memory_order_relaxed)) {
        return std::chrono::nanoseconds::zero();
      }
    }
  }

  /// Counts a turn that is taken in any case: those who come later wait for it.
  void Charge(std::chrono::nanoseconds now) {
    const int64_t floor = now.count() - burst_;
    int64_t next = next_.load(std::memory_order_relaxed);
    const int64_t interval = interval_.load(std::memory_order_relaxed);
    while (!next_.compare_exchange_weak(next, (next > floor ? next : floor) + interval,
                                        std::memory_order_relaxed)) {
    }
  }

 private:
  const int64_t period_;
  const int64_t burst_;
  std::atomic<int64_t> interval_;
  std::atomic<int64_t> next_{0};
};

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
  /// Each limit is for so many processes together, and here is one's part of it.
  uint32_t parts = 1;
  /// Limits of single addresses, in the place of the usual ones. May be empty. Any thread.
  std::function<std::optional<AgreedLimit>(const async::Address&)> agreed = {};
};

/// One of so many equal parts of a rate: whole queries where it has one or more.
double PartOfRate(uint32_t rate_qps, uint32_t parts);
/// Likewise of places in flight; at least one, but 0 for no limit.
uint32_t PartOfPlaces(uint32_t places, uint32_t parts);

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

/// --server-rate is never exceeded in any second, as the server's own clock sees it. So the turns
/// of a second are spread over a little more than one: what takers may catch up, and a delay
/// between the turn and the sending of up to 25 ms, still fit in.
inline constexpr std::chrono::nanoseconds kServerBurst = std::chrono::milliseconds(5);
inline constexpr std::chrono::nanoseconds kServerPeriod = std::chrono::milliseconds(1030);

/// One address's share of politeness. Any thread.
class AddressBudget {
 public:
  /// `adapts`: without a rate it is limited once it was seen to mind how fast it is asked.
  AddressBudget(double rate_qps, uint32_t max_inflight, bool adapts = false)
      : gate_(0, kServerBurst, kServerPeriod),
        max_inflight_(max_inflight),
        adapts_(adapts && rate_qps == 0),
        pace_(adapts_ ? std::numeric_limits<double>::infinity() : rate_qps) {
    gate_.SetRate(rate_qps);
  }
  /// Other limits from now on, in the place of those that it was made with.
  void SetLimits(double rate_qps, uint32_t max_inflight);

  enum class Verdict : uint8_t { kGranted, kTooManyInFlight, kTooFast };
  /// On kTooFast *retry_at says when. A grant is given back by Release() when the exchange ends.
  Verdict TryAcquire(std::chrono::nanoseconds now, std::chrono::nanoseconds* retry_at);
  void Release() { inflight_.fetch_sub(1, std::memory_order_relaxed); }
  /// For a query that is sent beside its turn.
  void Charge(std::chrono::nanoseconds now) { gate_.Charge(now); }

  /// Is the rate limited, or may it come to be, and so to be adapted by Report()?
  bool is_paced() const { return adapts_ || !gate_.unlimited(); }
  /// Nothing needs a turn now.
  bool is_free() const {
    return max_inflight_.load(std::memory_order_relaxed) == 0 && gate_.unlimited();
  }
  /// It has no limit but the one that it was seen to have (Pace::helps()).
  bool is_slowed() const { return adapts_ && helps_.load(std::memory_order_relaxed); }
  /// May a report without anything bad be left out?
  bool watching() const { return watching_.load(std::memory_order_relaxed); }
  /// The server was seen to mind the rate (Pace).
  bool rate_limited() const { return rate_limited_.load(std::memory_order_relaxed); }
  /// See Pace::Report(). From when on queries count in the next report. REQUIRES: is_paced().
  std::chrono::nanoseconds Report(const PaceTally& tally, std::chrono::nanoseconds since,
                                  std::chrono::nanoseconds patience, std::chrono::nanoseconds now);
  /// Its rate was lowered, or may soon be: a new budget would have to find that out again.
  bool has_pace() const { return watching() || rate_limited(); }
  /// Nothing is in flight, and no turn that was taken counts any more.
  bool is_idle(std::chrono::nanoseconds now) const {
    return inflight_.load(std::memory_order_relaxed) == 0 && gate_.is_idle(now);
  }

 private:
  RateGate gate_;
  std::atomic<uint32_t> max_inflight_;
  const bool adapts_;
  std::atomic<uint32_t> inflight_{0};
  std::atomic<bool> watching_{false};
  std::atomic<bool> rate_limited_{false};
  std::atomic<bool> helps_{false};
  std::mutex mutex_;  // Guards what follows.
  Pace pace_;
};

/// The limits that all workers share. A budget that is in use stays. One that is not is remembered
/// while there are not too many of those, and until its last turn counts no more; those that never
/// showed a limit of their own are forgotten first. Any thread.
class SharedLimits {
 public:
  explicit SharedLimits(const LimitOptions& options)
      : options_(options), rate_(options.rate_qps, RateBurst(options.rate_qps)) {
    rate_.SetRate(PartOfRate(options.rate_qps, options.parts));
  }
  ~SharedLimits();

  RateGate& rate() { return rate_; }
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
    Entry(const async::Address& at, double rate_qps, uint32_t max_inflight, bool adapts)
        : AddressBudget(rate_qps, max_inflight, adapts), address(at) {}
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
    return PartOfPlaces(limit.inflight.value_or(options_.server_inflight), options_.parts);
  }

  const LimitOptions options_;
  RateGate rate_;
  std::array<Shard, kShards> shards_;
};

}  // namespace caascan::pacing
