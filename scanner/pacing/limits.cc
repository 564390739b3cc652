// Tested by limits_test.cc.
#include "scanner/pacing/limits.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace caascan::pacing {

double PartOfRate(uint32_t rate_qps, uint32_t parts) {
  assert(parts > 0 && "there is one process");
  const double part = static_cast<double>(rate_qps) / parts;
  return part >= 1 ? std::floor(part) : part;
}

uint32_t PartOfPlaces(uint32_t places, uint32_t parts) {
  assert(parts > 0 && "there is one process");
  return places == 0 ? 0 : std::max<uint32_t>(1, places / parts);
}

AddressBudget::Verdict AddressBudget::TryAcquire(std::chrono::nanoseconds now,
                                                 std::chrono::nanoseconds* retry_at) {
  const uint32_t most = max_inflight_.load(std::memory_order_relaxed);
  if (inflight_.fetch_add(1, std::memory_order_relaxed) >= most && most != 0) {
    Release();
    return Verdict::kTooManyInFlight;
  }
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

void AddressBudget::SetLimits(double rate_qps, uint32_t max_inflight) {
  const std::lock_guard lock(mutex_);
  gate_.SetRate(rate_qps);
  pace_ = Pace(rate_qps);
  max_inflight_.store(max_inflight, std::memory_order_relaxed);
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
  double rate = PartOfRate(own ? options_.own_rate_qps : options_.server_rate_qps, options_.parts);
  uint32_t inflight =
      PartOfPlaces(own ? options_.own_inflight : options_.server_inflight, options_.parts);
  bool adapts = own && options_.own_adapts;
  Shard& shard = ShardOf(address);
  const std::lock_guard lock(shard.mutex);
  if (const auto limit = AgreedFor(shard, address)) {
    rate = PartOfRate(limit->rate_qps, options_.parts);
    inflight = Inflight(*limit);
    adapts = false;
  }
  if (rate == 0 && inflight == 0 && !adapts) return nullptr;
  Entry& entry = shard.budgets.try_emplace(address, address, rate, inflight, adapts).first->second;
  if (entry.linked()) {
    entry.Unlink();
    --shard.unused;
  }
  ++entry.references;
  return &entry;
}

std::optional<AgreedLimit> SharedLimits::AgreedFor(const Shard& shard,
                                                   const async::Address& address) const {
  // What was agreed for an address goes before what was for a name that it has.
  if (options_.agreed) {
    if (auto limit = options_.agreed(address)) return limit;
  }
  const auto found = shard.agreed.find(address);
  return found == shard.agreed.end() ? std::nullopt : std::optional(found->second);
}

void SharedLimits::Agree(const async::Address& address, const AgreedLimit& limit) {
  Shard& shard = ShardOf(address);
  const std::lock_guard lock(shard.mutex);
  const auto [agreed, is_new] = shard.agreed.try_emplace(address, limit);
  const auto rank = [](const AgreedLimit& of) {
    return of.rate_qps == 0 ? UINT32_MAX : of.rate_qps;
  };
  if (!is_new && rank(agreed->second) <= rank(limit)) return;
  agreed->second = limit;
  const auto entry = shard.budgets.find(address);
  if (entry == shard.budgets.end() || (options_.agreed && options_.agreed(address))) return;
  entry->second.SetLimits(PartOfRate(limit.rate_qps, options_.parts), Inflight(limit));
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
