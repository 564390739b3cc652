// Tested by limits_test.cc.
#include "scanner/pacing/limits.h"

#include <cassert>

namespace caascan::pacing {

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
  assert(is_paced() && "without a limit there is no pace");
  const std::lock_guard lock(mutex_);
  pace_.Report(tally, since, patience, now);
  gate_.SetRate(pace_.limit());
  watching_.store(pace_.watching(), std::memory_order_relaxed);
  helps_.store(pace_.helps(), std::memory_order_relaxed);
  rate_limited_.store(pace_.rate_limited(), std::memory_order_relaxed);
  return pace_.since();
}

SharedLimits::~SharedLimits() {
  for (Shard& shard : shards_) {
    while (shard.plain.PopFront() != nullptr || shard.paced.PopFront() != nullptr) {
    }
  }
}

AddressBudget* SharedLimits::BudgetFor(const async::Address& address) {
  const bool own =
      std::find(options_.own.begin(), options_.own.end(), address) != options_.own.end();
  const uint32_t rate = own ? options_.own_rate_qps : options_.server_rate_qps;
  const uint32_t inflight = own ? options_.own_inflight : options_.server_inflight;
  const bool adapts = own && options_.own_adapts;
  if (rate == 0 && inflight == 0 && !adapts) return nullptr;
  Shard& shard = ShardOf(address);
  const std::lock_guard lock(shard.mutex);
  Entry& entry = shard.budgets.try_emplace(address, address, rate, inflight, adapts).first->second;
  if (entry.linked()) {
    entry.Unlink();
    --shard.unused;
  }
  ++entry.references;
  return &entry;
}

void SharedLimits::GiveBack(AddressBudget* budget, std::chrono::nanoseconds now) {
  auto* entry = static_cast<Entry*>(budget);
  Shard& shard = ShardOf(entry->address);
  const std::lock_guard lock(shard.mutex);
  assert(entry->references > 0 && "given back as often as it was got");
  if (--entry->references != 0) return;
  (entry->has_pace() ? shard.paced : shard.plain).PushBack(entry);
  ++shard.unused;
  Trim(&shard, now);
}

/// What is not idle yet will be within a second or so, and goes then.
void SharedLimits::Trim(Shard* shard, std::chrono::nanoseconds now) const {
  while (shard->unused > options_.budget_capacity / kShards) {
    Entry* oldest = shard->plain.empty() ? shard->paced.front() : shard->plain.front();
    if (!oldest->is_idle(now)) return;
    oldest->Unlink();
    --shard->unused;
    shard->budgets.erase(async::Address(oldest->address));
  }
}

size_t SharedLimits::budget_count() {
  size_t count = 0;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    count += shard.budgets.size();
  }
  return count;
}

}  // namespace caascan::pacing
