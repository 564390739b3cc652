// The time that finding out why takes, in a name's budget.
#pragma once

#include <algorithm>
#include <chrono>

#include "scanner/net/network.h"
#include "scanner/resolve/budget.h"

namespace caascan::scan {

/// While somebody finds out why a look-up failed: that has limits of its own, and must not be cut
/// short, lest a server be named for the wrong thing. Servers are asked side by side: afterwards
/// the time of the whole counts, not of each.
class ExplainTime {
 public:
  ExplainTime(net::Network* network, resolve::Budget* budget)
      : loop_(network->loop()),
        budget_(budget),
        max_wait_(budget->max_wait),
        before_(budget->waited),
        begun_(loop_->now()) {
    budget_->max_wait = std::chrono::nanoseconds::max();
  }
  ExplainTime(const ExplainTime&) = delete;
  ExplainTime& operator=(const ExplainTime&) = delete;
  ~ExplainTime() {
    budget_->waited = std::min(budget_->waited, before_ + loop_->now() - begun_);
    budget_->max_wait = max_wait_;
  }

 private:
  net::Loop* const loop_;
  resolve::Budget* const budget_;
  const std::chrono::nanoseconds max_wait_;
  const std::chrono::nanoseconds before_;
  const std::chrono::nanoseconds begun_;
};

}  // namespace caascan::scan
