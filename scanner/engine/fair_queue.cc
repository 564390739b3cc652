// Tested by fair_queue_test.cc, under ThreadSanitizer too.
#include "scanner/engine/fair_queue.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "scanner/plan/shard_key.h"

namespace caascan::engine {
namespace {

constexpr size_t kBatch = 64;
constexpr size_t kTurn = 8;  // Names of one asker.

}  // namespace

FairQueue::FairQueue(size_t workers, size_t max_in_flight, std::function<void(size_t)> wake)
    : max_in_flight_(max_in_flight),
      wake_(std::move(wake)),
      paces_(workers, {Headroom(max_in_flight)}),
      workers_(workers) {
  assert(workers > 0 && max_in_flight > 0);
}

/// As JobDealer deals: one worker sees all names of a domain.
size_t FairQueue::WorkerFor(const input::NameJob& job) {
  if (!job.valid) return next_invalid_++ % workers_.size();
  return plan::WorkerOf(plan::ShardKey(job.name), static_cast<uint32_t>(workers_.size()));
}

FairQueue::Lane* FairQueue::LaneOf(const std::shared_ptr<input::Asker>& asker, Queue* queue,
                                   bool* is_new) {
  const auto lane = std::find_if(queue->lanes.begin(), queue->lanes.end(),
                                 [&asker](const Lane& own) { return own.asker == asker; });
  *is_new = lane == queue->lanes.end();
  if (!*is_new) return &*lane;
  queue->lanes.push_back({asker, {}});
  queue->shared_since = queue->shared_since || queue->lanes.size() > 1;
  return &queue->lanes.back();
}

void FairQueue::Push(std::vector<input::NameJob>* jobs) {
  if (jobs->empty()) return;
  const std::shared_ptr<input::Asker> asker = jobs->front().details().asker;
  assert(asker != nullptr && "a job belongs to an asker");
  std::vector<size_t> to_wake;
  {
    const std::lock_guard lock(mutex_);
    assert(!closed_ && "no job after Close()");
    std::vector<Lane*> lanes(workers_.size());
    for (input::NameJob& job : *jobs) {
      assert(job.details().asker == asker && "all of one asker");
      const size_t worker = WorkerFor(job);
      if (lanes[worker] == nullptr) {
        bool is_new = false;
        lanes[worker] = LaneOf(asker, &workers_[worker], &is_new);
        // One that has names waiting has its share in flight: the worker looks when one ends.
        if (is_new && std::exchange(workers_[worker].hungry, false)) to_wake.push_back(worker);
      }
      lanes[worker]->jobs.push_back(std::move(job));
    }
  }
  jobs->clear();
  for (const size_t worker : to_wake) wake_(worker);
}

std::vector<input::NameJob> FairQueue::Remove(const input::Asker* asker) {
  std::vector<input::NameJob> left;
  const std::lock_guard lock(mutex_);
  for (Queue& queue : workers_) {
    const auto lane = std::find_if(queue.lanes.begin(), queue.lanes.end(),
                                   [asker](const Lane& own) { return own.asker.get() == asker; });
    if (lane == queue.lanes.end()) continue;
    std::move(lane->jobs.begin(), lane->jobs.end(), std::back_inserter(left));
    queue.lanes.erase(lane);
  }
  return left;
}

void FairQueue::WakeAll() {
  for (size_t worker = 0; worker < workers_.size(); ++worker) wake_(worker);
}

void FairQueue::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  WakeAll();
}

/// How many names the asker may have in flight at the worker.
size_t FairQueue::Share(size_t worker, size_t askers, const input::Asker& asker) const {
  size_t share = std::max<size_t>(1, max_in_flight_ / (askers + 1));
  const Pace& pace = paces_[worker];
  if (pace.now - workers_[worker].shared_at < kShared) {
    share = std::min(share, pace.headroom.limit());
  }
  const size_t own = asker.inquiry().max_in_flight;
  return own == 0 ? share : std::min(share, std::max<size_t>(1, own / workers_.size()));
}

void FairQueue::NoteTurn(size_t worker, std::chrono::nanoseconds now,
                         std::chrono::nanoseconds idle) {
  paces_[worker].now = now;
  paces_[worker].headroom.Note(now, idle);
}

FairQueue::PopResult FairQueue::Pop(size_t worker, scan::JobBatch* batch) {
  scan::JobBatch taken;
  const std::lock_guard lock(mutex_);
  assert(worker < workers_.size());
  Queue& queue = workers_[worker];
  if (std::exchange(queue.shared_since, false)) queue.shared_at = paces_[worker].now;
  const size_t askers = queue.lanes.size();
  for (size_t looks = 0; looks < askers && taken.size() < kBatch; ++looks) {
    Lane lane = std::move(queue.lanes.front());
    queue.lanes.pop_front();
    const size_t share = Share(worker, askers, *lane.asker);
    const size_t running = lane.asker->in_flight(worker);
    // What was given up leaves at once: its names are written as stopped.
    const size_t room = lane.asker->given_up() ? kTurn : share - std::min(share, running);
    for (size_t n = std::min({room, kTurn, lane.jobs.size()}); n > 0; --n) {
      taken.push_back(std::move(lane.jobs.front()));
      lane.jobs.pop_front();
    }
    if (!lane.jobs.empty()) queue.lanes.push_back(std::move(lane));
  }
  if (!taken.empty()) {
    *batch = std::move(taken);
    return PopResult::kBatch;
  }
  if (closed_ && queue.lanes.empty()) return PopResult::kEnd;
  queue.hungry = true;
  return PopResult::kEmpty;
}

}  // namespace caascan::engine
