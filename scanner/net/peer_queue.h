// The queue in front of one server, and the share of politeness that it takes from.
#pragma once

#include <chrono>
#include <cstdint>

#include "scanner/async/address.h"
#include "scanner/async/list.h"
#include "scanner/pacing/limits.h"
#include "scanner/pacing/pace.h"

namespace caascan::net {

class Exchange;
enum class ExchangeStatus : uint8_t;

struct QueueTag {};

/// Exchanges of one worker that wait for one server, and what the worker holds of the server's
/// budget. Decides nothing of other servers: see Admission. Owns no exchange. Loop thread only.
class PeerQueue {
 public:
  /// The budget is looked for at the first query: most addresses are never asked.
  void FindBudget(const async::Address& address, pacing::SharedLimits* limits) {
    if (knows_budget_) return;
    knows_budget_ = true;
    budget_ = limits->BudgetFor(address);
  }
  /// nullptr: no limit, or none was looked for.
  pacing::AddressBudget* budget() const { return budget_; }
  bool rate_limited() const { return budget_ != nullptr && budget_->rate_limited(); }
  bool has_pace() const { return budget_ != nullptr && budget_->has_pace(); }
  /// Nothing needs a turn of the budget now.
  bool is_free() const { return budget_ == nullptr || budget_->is_free(); }
  /// The server was seen to limit rates, and has no other limit: what it refuses or drops is asked
  /// again.
  bool is_slowed() const { return budget_ != nullptr && budget_->is_slowed(); }

  bool empty() const { return waiting_.empty(); }
  uint32_t size() const { return size_; }
  /// nullptr where none waits.
  Exchange* front() const;
  void Push(Exchange* exchange, bool in_front);
  /// REQUIRES: it waits here.
  void Remove(Exchange* exchange);

  /// Its own limit let none pass when it was asked last.
  bool stalled() const { return stalled_; }
  void set_stalled(bool stalled) { stalled_ = stalled; }

  /// Places of the budget that this worker holds.
  uint32_t granted() const { return granted_; }
  /// One place and one turn of the budget. On kTooFast *retry_at says when.
  pacing::AddressBudget::Verdict TryGrant(std::chrono::nanoseconds now,
                                          std::chrono::nanoseconds* retry_at);
  /// REQUIRES: granted() > 0.
  void GiveBack();
  /// Notes for the budget what an exchange's end says of its server's pace.
  void NoteEnd(const Exchange& exchange, ExchangeStatus status, std::chrono::nanoseconds now);

 private:
  void Report(std::chrono::milliseconds patience, std::chrono::nanoseconds now);

  pacing::AddressBudget* budget_ = nullptr;
  uint32_t size_ = 0;
  uint32_t granted_ = 0;
  bool knows_budget_ = false;
  bool stalled_ = false;
  async::List<Exchange, QueueTag> waiting_;
  // What ended since the last report to the budget, of queries sent from then on.
  pacing::PaceTally tally_;
  std::chrono::nanoseconds tally_since_{0};
  std::chrono::nanoseconds report_at_{0};
};

}  // namespace caascan::net
