// Tested by limits_test.cc and loans_test.cc.
#include "scanner/pacing/address_budget.h"

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
  const bool limited = max_inflight_.load(std::memory_order_relaxed) != 0;
  if (inflight_.fetch_add(1, std::memory_order_relaxed) >= PlacesAt(now) && limited) {
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
  SetRates();
  watching_.store(pace_.watching(), std::memory_order_relaxed);
  helps_.store(pace_.helps(), std::memory_order_relaxed);
  rate_limited_.store(pace_.rate_limited(), std::memory_order_relaxed);
  return pace_.since();
}

void AddressBudget::SetLimits(uint32_t rate_qps, uint32_t max_inflight) {
  const std::lock_guard lock(mutex_);
  adapts_.store(false, std::memory_order_relaxed);
  whole_rate_ = rate_qps;
  whole_places_ = max_inflight;
  pace_ = Pace(rate_qps);
  max_inflight_.store(PartOfPlaces(max_inflight, parts_), std::memory_order_relaxed);
  SetRates();
}

/// The pace is of the whole server, so neither its own part nor what it is lent may exceed it.
void AddressBudget::SetRates() {
  const double own = own_rate();
  if (adapts_ || own == 0) {
    gate_.SetRate(adapts_ ? pace_.limit() : 0);
    return;
  }
  gate_.SetRate(std::min(pace_.limit(), own * bearable_));
  if (lent_rate_ == 0) return;
  gate_.Lend(std::min(pace_.limit(), (own + lent_rate_) * bearable_), rate_lent_until_);
}

void AddressBudget::Lend(uint32_t rate_qps, uint32_t places, std::chrono::nanoseconds until) {
  const std::lock_guard lock(mutex_);
  lent_until_.store(0, std::memory_order_relaxed);
  lent_places_.store(places, std::memory_order_relaxed);
  lent_until_.store(until.count(), std::memory_order_release);
  lent_rate_ = rate_qps;
  rate_lent_until_ = until;
  if (whole_rate_ > 0) gate_.Lend(own_rate(), std::chrono::nanoseconds::zero());
  SetRates();
}

void AddressBudget::SetBearable(double part) {
  assert(part > 0 && part <= 1 && "a server bears something");
  const std::lock_guard lock(mutex_);
  bearable_ = part;
  SetRates();
}

double AddressBudget::ProvenPart(std::chrono::nanoseconds now) const {
  if (adapts_ || whole_rate_ == 0 || !rate_limited()) return 1;
  const double share = own_rate() + (now < rate_lent_until_ ? lent_rate_ : 0);
  return std::min(1.0, pace_.limit() / share);
}

bool AddressBudget::Needs(std::chrono::nanoseconds now, BudgetNeed* need) {
  const uint32_t used = inflight_.load(std::memory_order_relaxed);
  const uint32_t places = max_inflight_.load(std::memory_order_relaxed);
  need->waiting = waiting();
  need->used_above = places == 0 || used <= places ? 0 : used - places;
  if (need->waiting == 0 && need->used_above == 0 && !rate_limited()) return false;
  const std::lock_guard lock(mutex_);
  need->proven_part = ProvenPart(now);
  need->rate_qps = whole_rate_;
  need->places = whole_places_;
  need->own_rate = own_rate();
  need->own_places = places;
  return need->waiting > 0 || need->used_above > 0 || need->proven_part < 1;
}

}  // namespace caascan::pacing
