// One address's share of politeness: its rate, its places, its pace.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>

#include "scanner/pacing/pace.h"
#include "scanner/pacing/rate_gate.h"

namespace caascan::pacing {

/// One of so many equal parts of a rate: whole queries where it has one or more.
double PartOfRate(uint32_t rate_qps, uint32_t parts);
/// Likewise of places in flight; at least one, but 0 for no limit.
uint32_t PartOfPlaces(uint32_t places, uint32_t parts);

/// --server-rate is never exceeded in any second, as the server's own clock sees it. So the turns
/// of a second are spread over a little more than one: what takers may catch up, and a delay
/// between the turn and the sending of up to 25 ms, still fit in.
inline constexpr std::chrono::nanoseconds kServerBurst = std::chrono::milliseconds(5);
inline constexpr std::chrono::nanoseconds kServerPeriod = std::chrono::milliseconds(1030);

/// What a server's budget lacks, to be lent more. A value.
struct BudgetNeed {
  uint32_t rate_qps = 0;  // Of all processes together; 0 is no limit.
  uint32_t places = 0;    // Likewise.
  double own_rate = 0;    // What this one has always.
  uint32_t own_places = 0;
  uint32_t waiting = 0;     // Queries.
  uint32_t used_above = 0;  // Places beyond its own.
  /// The part of any rate that the server bears, as this process has proven it; 1: all.
  double proven_part = 1;
};

/// One address's share of politeness. Any thread.
class AddressBudget {
 public:
  /// `adapts`: without a rate it is limited once it was seen to mind how fast it is asked.
  /// Limits are for so many processes together, and this one has a part of them.
  AddressBudget(uint32_t rate_qps, uint32_t max_inflight, bool adapts = false, uint32_t parts = 1)
      : gate_(0, kServerBurst, kServerPeriod),
        parts_(parts),
        max_inflight_(PartOfPlaces(max_inflight, parts)),
        adapts_(adapts && rate_qps == 0),
        pace_(adapts_ ? std::numeric_limits<double>::infinity() : rate_qps),
        whole_rate_(rate_qps),
        whole_places_(max_inflight) {
    gate_.SetRate(own_rate());
  }
  /// Other limits from now on, in the place of those that it was made with.
  void SetLimits(uint32_t rate_qps, uint32_t max_inflight);

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
  /// Queries that its limits hold up have come, or gone.
  void AddWaiting(int32_t queries) {
    waiting_.fetch_add(static_cast<uint32_t>(queries), std::memory_order_relaxed);
  }
  uint32_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  /// What it needs; false where that is nothing.
  bool Needs(std::chrono::nanoseconds now, BudgetNeed* need);
  /// Besides what it has always, until then. What it was lent before ends.
  void Lend(uint32_t rate_qps, uint32_t places, std::chrono::nanoseconds until);
  /// The part of any rate that the server bears, as others have proven; 1 where it bears all.
  void SetBearable(double part);

  /// Nothing is in flight, and no turn that was taken counts any more.
  bool is_idle(std::chrono::nanoseconds now) const {
    return inflight_.load(std::memory_order_relaxed) == 0 && gate_.is_idle(now);
  }

 private:
  uint32_t PlacesAt(std::chrono::nanoseconds now) const {
    const bool lent = now.count() < lent_until_.load(std::memory_order_acquire);
    return max_inflight_.load(std::memory_order_relaxed) +
           (lent ? lent_places_.load(std::memory_order_relaxed) : 0);
  }
  double own_rate() const { return PartOfRate(whole_rate_, parts_); }
  void SetRates();
  double ProvenPart(std::chrono::nanoseconds now) const;

  RateGate gate_;
  const uint32_t parts_;
  std::atomic<uint32_t> max_inflight_;  // Its part; 0 is no limit.
  std::atomic<bool> adapts_;
  std::atomic<uint32_t> inflight_{0};
  std::atomic<uint32_t> waiting_{0};
  std::atomic<uint32_t> lent_places_{0};
  std::atomic<int64_t> lent_until_{0};
  std::atomic<bool> watching_{false};
  std::atomic<bool> rate_limited_{false};
  std::atomic<bool> helps_{false};
  std::mutex mutex_;  // Guards what follows.
  Pace pace_;
  uint32_t whole_rate_;  // 0 is no limit.
  uint32_t whole_places_;
  double bearable_ = 1;
  uint32_t lent_rate_ = 0;
  std::chrono::nanoseconds rate_lent_until_{0};
};

}  // namespace caascan::pacing
