// A block list that grows while a scan runs.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "scanner/vantage/blocklist.h"

namespace caascan::vantage {

/// The user's list, and what others add to it. Any thread. It is asked once for each address, so a
/// lock is no burden.
class LiveBlocklist {
 public:
  /// `own` outlives this; null where there is none.
  explicit LiveBlocklist(const Blocklist* own = nullptr) : own_(own) {}

  /// What was added before is replaced. Addresses and prefixes; what is no entry of a block list is
  /// left out, and their number comes back.
  size_t SetAdded(const std::vector<std::string>& entries);
  bool BlocksAddress(const async::Address& address) const;

 private:
  const Blocklist* const own_;
  mutable std::mutex mutex_;  // Guards what follows.
  std::shared_ptr<const Blocklist> added_;
};

}  // namespace caascan::vantage
