// Whose a job is, where many ask one engine at the same time. Header-only.
#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>
#include <utility>
#include <vector>

#include "caascan/engine.h"
#include "scanner/input/name_job.h"

namespace caascan::input {

/// Says what its jobs ask for, and takes their records. Its jobs share it, so it lives as long as
/// the last of them.
class Asker {
 public:
  /// `workers`: threads that may take its jobs up.
  Asker(Inquiry inquiry, size_t workers) : inquiry_(std::move(inquiry)), workers_(workers) {}
  virtual ~Asker() = default;
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  const Inquiry& inquiry() const { return inquiry_; }

  /// The job's record, which may be changed and holds until this returns. On a worker's thread.
  virtual void Take(const NameJob& job, Record* record) = 0;
  /// What was taken so far may be passed on: by Take() alone each record would wake another thread.
  /// Called on a worker's thread once nothing of the asker is in flight there, and otherwise some
  /// milliseconds after a record.
  virtual void Settle() {}

  /// Any thread. What is looked up for it ends with its next query, as `stopped`.
  void GiveUp() { given_up_.store(true, std::memory_order_relaxed); }
  const std::atomic<bool>& given_up() const { return given_up_; }

  /// Its names that this worker looks up; those that are put off do not count. That worker's thread
  /// only.
  uint32_t& in_flight(size_t worker) {
    assert(worker < workers_.size());
    return workers_[worker].in_flight;
  }
  /// Has this worker given records since it last called Settle()? Likewise.
  bool& unsettled(size_t worker) {
    assert(worker < workers_.size());
    return workers_[worker].unsettled;
  }

 private:
  const Inquiry inquiry_;
  std::atomic<bool> given_up_{false};
  struct AtWorker {
    uint32_t in_flight = 0;
    bool unsettled = false;
  };
  std::vector<AtWorker> workers_;
};

/// What the job's asker asks; null where it has none.
inline const Inquiry* InquiryOf(const NameJob& job) {
  const Asker* asker = job.details().asker.get();
  return asker == nullptr ? nullptr : &asker->inquiry();
}

}  // namespace caascan::input
