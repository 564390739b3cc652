// Names of many askers on their way to the workers, so that none of them waits for another's all.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "scanner/engine/headroom.h"
#include "scanner/input/asker.h"
#include "scanner/scan/job_source.h"

namespace caascan::engine {

/// Each worker has a queue for each asker. They take turns, a few names at a time. Of n askers with
/// names, each has at most one (n+1)th of a worker's names in flight, so there is room for the
/// next. Where the worker is busy all the time and several ask, it is less: see Headroom.
/// Unbounded: an asker counts what it adds.
class FairQueue : public scan::JobSource {
 public:
  /// `max_in_flight`: of a worker. `wake` is called with a worker's number after jobs came for it,
  /// from the adding thread, without the queue's lock. It must be thread-safe.
  FairQueue(size_t workers, size_t max_in_flight, std::function<void(size_t worker)> wake);

  size_t worker_count() const { return workers_.size(); }

  /// Any thread. Takes the jobs, all of one asker, and leaves *jobs empty with its memory.
  /// REQUIRES: each job has that asker.
  void Push(std::vector<input::NameJob>* jobs);
  /// Any thread. What waits of the asker comes back.
  std::vector<input::NameJob> Remove(const input::Asker* asker);
  /// Any thread. Workers look again: an asker has given up.
  void WakeAll();
  /// Any thread. Nothing is pushed any more; workers end when they have done the rest.
  void Close();

  PopResult Pop(size_t worker, scan::JobBatch* batch) override;
  bool watches_turns() const override { return true; }
  void NoteTurn(size_t worker, std::chrono::nanoseconds now,
                std::chrono::nanoseconds idle) override;

 private:
  /// So long after several have asked, others are expected to come.
  static constexpr std::chrono::seconds kShared{2};

  /// An asker's names for one worker.
  struct Lane {
    std::shared_ptr<input::Asker> asker;
    std::deque<input::NameJob> jobs;  // Never empty.
  };
  struct Queue {
    std::deque<Lane> lanes;  // The first is next.
    bool hungry = false;     // It was told that there is nothing for it.
    // When several askers had names here last, by the worker's clock.
    std::chrono::nanoseconds shared_at = -kShared;
    bool shared_since = false;  // Since the worker last took names.
  };
  size_t WorkerFor(const input::NameJob& job);
  Lane* LaneOf(const std::shared_ptr<input::Asker>& asker, Queue* queue, bool* is_new);
  size_t Share(size_t worker, size_t askers, const input::Asker& asker) const;

  const size_t max_in_flight_;
  const std::function<void(size_t)> wake_;

  /// What a worker alone knows of itself.
  struct Pace {
    Headroom headroom;
    std::chrono::nanoseconds now{0};
  };
  std::vector<Pace> paces_;  // Each by its worker's thread.

  std::mutex mutex_;  // Guards what follows.
  std::vector<Queue> workers_;
  size_t next_invalid_ = 0;
  bool closed_ = false;
};

}  // namespace caascan::engine
