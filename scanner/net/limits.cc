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
  const bool own =
      std::find(options_.own.begin(), options_.own.end(), address) != options_.own.end();
  const uint32_t rate = own ? options_.own_rate_qps : options_.server_rate_qps;
  const uint32_t inflight = own ? options_.own_inflight : options_.server_inflight;
  if (rate == 0 && inflight == 0) return nullptr;
  Shard& shard = shards_[absl::Hash<Address>()(address) % kShards];
  const std::lock_guard lock(shard.mutex);
  return &shard.budgets.try_emplace(address, rate, inflight).first->second;
}

}  // namespace caascan::net
