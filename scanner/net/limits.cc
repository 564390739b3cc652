// Tested by limits_test.cc.
#include "scanner/net/limits.h"

#include <absl/hash/hash.h>

namespace caascan::net {

AddressBudget::Verdict AddressBudget::TryAcquire(std::chrono::nanoseconds now,
                                                 std::chrono::nanoseconds* retry_at) {
  if (max_inflight_ != 0 && inflight_.fetch_add(1, std::memory_order_relaxed) >= max_inflight_) {
    Release();
    return Verdict::kTooManyInFlight;
  }
  if (max_inflight_ == 0) inflight_.fetch_add(1, std::memory_order_relaxed);
  if (gate_.unlimited()) return Verdict::kGranted;
  *retry_at = gate_.TryTake(now);
  if (*retry_at == std::chrono::nanoseconds::zero()) return Verdict::kGranted;
  Release();
  return Verdict::kTooFast;
}

std::chrono::nanoseconds AddressBudget::Report(const PaceTally& tally,
                                               std::chrono::nanoseconds since,
                                               std::chrono::nanoseconds patience,
                                               std::chrono::nanoseconds now) {
  const std::lock_guard lock(mutex_);
  pace_.Report(tally, since, patience, now);
  gate_.SetRate(pace_.limit());
  watching_.store(pace_.watching(), std::memory_order_relaxed);
  rate_limited_.store(pace_.rate_limited(), std::memory_order_relaxed);
  return pace_.since();
}

AddressBudget* SharedLimits::BudgetFor(const Address& address) {
  if (options_.server_rate_qps == 0 && options_.server_inflight == 0) return nullptr;
  Shard& shard = shards_[absl::Hash<Address>()(address) % kShards];
  const std::lock_guard lock(shard.mutex);
  const auto [it, added] =
      shard.budgets.try_emplace(address, options_.server_rate_qps, options_.server_inflight);
  return &it->second;
}

}  // namespace caascan::net
