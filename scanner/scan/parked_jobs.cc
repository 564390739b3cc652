// Tested by parked_jobs_test.cc, and by politeness_test.py with an operator's hundred thousand
// names.
#include "scanner/scan/parked_jobs.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace caascan::scan {
namespace {

constexpr size_t kLotsPerLook = 32;

}  // namespace

void ParkedJobs::Park(net::PeerRef peer, input::NameJob&& job) {
  const auto [at, is_new] = lot_of_.try_emplace(peer.get(), lots_.size());
  if (is_new) lots_.push_back(std::make_unique<Lot>(std::move(peer)));
  lots_[at->second]->jobs.push_back(std::move(job));
  ++size_;
}

bool ParkedJobs::TakeReady(input::NameJob* job) {
  for (size_t looks = std::min(lots_.size(), kLotsPerLook); looks > 0; --looks) {
    if (next_ >= lots_.size()) next_ = 0;
    const size_t lot = next_++;
    if (lots_[lot]->peer->busy()) continue;
    TakeFrom(lot, job);
    return true;
  }
  return false;
}

bool ParkedJobs::TakeAny(input::NameJob* job) {
  if (empty()) return false;
  TakeFrom(lots_.size() - 1, job);
  return true;
}

void ParkedJobs::TakeFrom(size_t lot, input::NameJob* job) {
  *job = std::move(lots_[lot]->jobs.front());
  lots_[lot]->jobs.pop_front();
  --size_;
  if (!lots_[lot]->jobs.empty()) return;
  lot_of_.erase(lots_[lot]->peer.get());
  if (lot + 1 != lots_.size()) {
    lots_[lot] = std::move(lots_.back());
    lot_of_[lots_[lot]->peer.get()] = lot;
  }
  lots_.pop_back();
}

}  // namespace caascan::scan
