// Tested by live_blocklist_test.cc.
#include "scanner/vantage/live_blocklist.h"

#include <utility>

namespace caascan::vantage {

size_t LiveBlocklist::SetAdded(const std::vector<std::string>& entries) {
  auto added = std::make_shared<Blocklist>();
  size_t left_out = 0;
  for (const std::string& entry : entries) {
    if (!added->Add(entry)) ++left_out;
  }
  const std::lock_guard lock(mutex_);
  added_ = std::move(added);
  return left_out;
}

bool LiveBlocklist::BlocksAddress(const async::Address& address) const {
  if (own_ != nullptr && own_->BlocksAddress(address)) return true;
  std::shared_ptr<const Blocklist> added;
  {
    const std::lock_guard lock(mutex_);
    added = added_;
  }
  return added != nullptr && added->BlocksAddress(address);
}

}  // namespace caascan::vantage
