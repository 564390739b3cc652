// Tested by limits_test.cc.
#include "scanner/pacing/limits.h"

#include <algorithm>
#include <cassert>

namespace caascan::pacing {

SharedLimits::~SharedLimits() {
  for (Shard& shard : shards_) {
    while (shard.plain.PopFront() != nullptr || shard.paced.PopFront() != nullptr) {
    }
  }
}

AddressBudget* SharedLimits::BudgetFor(const async::Address& address) {
  const bool own =
      std::find(options_.own.begin(), options_.own.end(), address) != options_.own.end();
  uint32_t rate = own ? options_.own_rate_qps : options_.server_rate_qps;
  uint32_t inflight = own ? options_.own_inflight : options_.server_inflight;
  bool adapts = own && options_.own_adapts;
  Shard& shard = ShardOf(address);
  const std::lock_guard lock(shard.mutex);
  if (const auto limit = AgreedFor(shard, address)) {
    rate = limit->rate_qps;
    inflight = Inflight(*limit);
    adapts = false;
  }
  if (rate == 0 && inflight == 0 && !adapts) return nullptr;
  Entry& entry = shard.budgets.try_emplace(address, address, rate, inflight, adapts, options_.parts)
                     .first->second;
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
  entry->second.SetLimits(limit.rate_qps, Inflight(limit));
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

void SharedLimits::ForEachNeed(std::chrono::nanoseconds now,
                               const std::function<void(const AddressNeed&)>& act) {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (auto& [address, entry] : shard.budgets) {
      AddressNeed need;
      if (!entry.Needs(now, &need)) continue;
      need.address = address;
      act(need);
    }
  }
}

void SharedLimits::Lend(const async::Address& address, uint32_t rate_qps, uint32_t places,
                        std::chrono::nanoseconds until) {
  Shard& shard = ShardOf(address);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.budgets.find(address);
  if (found != shard.budgets.end()) found->second.Lend(rate_qps, places, until);
}

void SharedLimits::SetBearable(const async::Address& address, double part) {
  Shard& shard = ShardOf(address);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.budgets.find(address);
  if (found != shard.budgets.end()) found->second.SetBearable(part);
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
