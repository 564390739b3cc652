// Tested by job_queue_test.cc, under ThreadSanitizer too.
#include "scanner/scan/job_queue.h"

#include <cassert>
#include <utility>

#include "scanner/plan/shard_key.h"

namespace caascan::scan {

JobQueue::JobQueue(size_t workers, size_t max_batches_per_worker,
                   std::function<void(size_t worker)> wake)
    : max_batches_(max_batches_per_worker), wake_(std::move(wake)), queues_(workers) {
  assert(workers > 0 && max_batches_per_worker > 0);
}

bool JobQueue::Push(size_t worker, JobBatch* batch) {
  assert(worker < queues_.size());
  bool was_empty = false;
  {
    std::unique_lock lock(mutex_);
    assert(!closed_ && "no batch after Close()");
    std::deque<JobBatch>& queue = queues_[worker];
    room_.wait(lock, [&] { return aborted_ || queue.size() < max_batches_; });
    if (aborted_) return false;
    was_empty = queue.empty();
    queue.push_back(std::exchange(*batch, JobBatch()));
  }
  if (was_empty) wake_(worker);  // Else the worker has not yet seen kEmpty.
  return true;
}

void JobQueue::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  for (size_t worker = 0; worker < queues_.size(); ++worker) wake_(worker);
}

JobQueue::PopResult JobQueue::Pop(size_t worker, JobBatch* batch) {
  assert(worker < queues_.size());
  bool was_full = false;
  {
    const std::lock_guard lock(mutex_);
    std::deque<JobBatch>& queue = queues_[worker];
    if (queue.empty()) return closed_ || aborted_ ? PopResult::kEnd : PopResult::kEmpty;
    was_full = queue.size() == max_batches_;
    *batch = std::move(queue.front());
    queue.pop_front();
  }
  if (was_full) room_.notify_one();  // There is one reader.
  return PopResult::kBatch;
}

std::vector<JobBatch> JobQueue::Abort() {
  std::vector<JobBatch> left;
  {
    const std::lock_guard lock(mutex_);
    aborted_ = true;
    for (std::deque<JobBatch>& queue : queues_) {
      for (JobBatch& batch : queue) left.push_back(std::move(batch));
      queue.clear();
    }
  }
  room_.notify_all();
  for (size_t worker = 0; worker < queues_.size(); ++worker) wake_(worker);
  return left;
}

JobDealer::JobDealer(JobQueue* queue) : queue_(queue), batches_(queue->worker_count()) {}

/// Jobs that need no look-up know no domain: they take turns.
size_t JobDealer::WorkerFor(const input::NameJob& job) {
  if (batches_.size() == 1) return 0;
  if (!job.valid) return next_invalid_++ % batches_.size();
  return plan::WorkerOf(plan::ShardKey(job.name), static_cast<uint32_t>(batches_.size()));
}

bool JobDealer::Add(input::NameJob&& job) {
  const size_t worker = WorkerFor(job);
  JobBatch& batch = batches_[worker];
  if (batch.capacity() == 0) batch.reserve(JobQueue::kMaxBatchSize);
  batch.push_back(std::move(job));
  return batch.size() < JobQueue::kMaxBatchSize || queue_->Push(worker, &batch);
}

bool JobDealer::Flush() {
  for (size_t worker = 0; worker < batches_.size(); ++worker) {
    if (!batches_[worker].empty() && !queue_->Push(worker, &batches_[worker])) return false;
  }
  return true;
}

JobBatch JobDealer::TakePending() {
  JobBatch pending;
  for (JobBatch& batch : batches_) {
    for (input::NameJob& job : batch) pending.push_back(std::move(job));
    batch.clear();
  }
  return pending;
}

}  // namespace caascan::scan
