// The hand-over of names from the one thread that reads input to the workers.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "scanner/scan/job_source.h"

namespace caascan::scan {

/// A bounded queue of batches for each worker, under one mutex: a batch, not a name, is what costs
/// a lock. The reader waits when a queue is full; a worker never waits, since it runs an event
/// loop: it is woken by a callback and then takes what is there.
///
/// Every batch pushed is given out exactly once: by Pop() or by Abort().
class JobQueue : public JobSource {
 public:
  static constexpr size_t kMaxBatchSize = 256;

  /// `wake` is called with a worker's number after something changed for it: a batch came, or the
  /// queue was closed or aborted. It is called from the reader's or the aborting thread, without
  /// the queue's lock held, and must be thread-safe (uv_async_send is). Wakes may be spurious.
  JobQueue(size_t workers, size_t max_batches_per_worker, std::function<void(size_t worker)> wake);
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  size_t worker_count() const { return queues_.size(); }

  /// Reader. Waits while the worker's queue is full. False, with *batch untouched, once aborted;
  /// else *batch is taken and left empty.
  bool Push(size_t worker, JobBatch* batch);

  /// Reader. No more batches come.
  void Close();

  /// kEnd: closed or aborted, and nothing is left.
  PopResult Pop(size_t worker, JobBatch* batch) override;

  /// Any thread. Nothing more is given out; what waited comes back, to be written as `stopped`. The
  /// reader's Push() returns false from now on, and what it holds is the reader's to give back. A
  /// second call returns nothing.
  std::vector<JobBatch> Abort();

 private:
  const size_t max_batches_;
  const std::function<void(size_t)> wake_;

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable room_;
  std::vector<std::deque<JobBatch>> queues_;
  bool closed_ = false;
  bool aborted_ = false;
};

/// The reader's side: deals single jobs to the workers by registrable domain, in batches. Reader
/// thread only.
class JobDealer {
 public:
  /// `queue` must outlive the dealer.
  explicit JobDealer(JobQueue* queue);

  /// Takes the job. False once the queue is aborted: the job is then among those of TakePending().
  bool Add(input::NameJob&& job);
  /// Hands over the batches that are not full: before waiting for slow input, and at its end.
  bool Flush();
  /// The jobs that were added and not handed over.
  JobBatch TakePending();

 private:
  size_t WorkerFor(const input::NameJob& job);

  JobQueue* const queue_;
  size_t next_invalid_ = 0;
  std::vector<JobBatch> batches_;  // One a worker.
};

}  // namespace caascan::scan
