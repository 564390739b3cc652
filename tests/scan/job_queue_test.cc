#include "scanner/scan/job_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "scanner/plan/shard_key.h"

namespace caascan::scan {
namespace {

using PopResult = JobQueue::PopResult;

input::NameJob Job(size_t number) {
  input::NameJob job;
  job.valid = true;
  dns::Name parsed;
  EXPECT_EQ(dns::Name::FromText("n" + std::to_string(number) + ".example", &parsed),
            dns::NameError::kNone);
  job.name = parsed;
  job.mutable_details()->id.text = std::to_string(number);
  return job;
}

JobBatch Batch(std::initializer_list<size_t> numbers) {
  JobBatch batch;
  for (const size_t number : numbers) batch.push_back(Job(number));
  return batch;
}

std::string Ids(const JobBatch& batch) {
  std::string ids;
  for (const input::NameJob& job : batch) ids += (ids.empty() ? "" : " ") + job.details().id.text;
  return ids;
}

/// Counts the wakes of each worker.
class Wakes {
 public:
  explicit Wakes(size_t workers) : counts_(workers) {}
  std::function<void(size_t)> callback() {
    return [this](size_t worker) { counts_[worker].fetch_add(1); };
  }
  int of(size_t worker) const { return counts_[worker].load(); }

 private:
  std::vector<std::atomic<int>> counts_;
};

void MustPush(JobQueue* queue, size_t worker, JobBatch batch) {
  EXPECT_TRUE(queue->Push(worker, &batch));
  EXPECT_TRUE(batch.empty());
}

TEST(JobQueueTest, GivesBatchesInOrderToTheirWorkerAlone) {
  Wakes wakes(2);
  JobQueue queue(2, 4, wakes.callback());
  MustPush(&queue, 0, Batch({1, 2}));
  MustPush(&queue, 1, Batch({3}));
  MustPush(&queue, 0, Batch({4}));
  JobBatch batch;
  ASSERT_EQ(queue.Pop(0, &batch), PopResult::kBatch);
  EXPECT_EQ(Ids(batch), "1 2");
  ASSERT_EQ(queue.Pop(0, &batch), PopResult::kBatch);
  EXPECT_EQ(Ids(batch), "4");
  EXPECT_EQ(queue.Pop(0, &batch), PopResult::kEmpty);
  EXPECT_EQ(Ids(batch), "4") << "untouched";
  ASSERT_EQ(queue.Pop(1, &batch), PopResult::kBatch);
  EXPECT_EQ(Ids(batch), "3");
}

TEST(JobQueueTest, WakesAWorkerThatSawItsQueueEmpty) {
  Wakes wakes(2);
  JobQueue queue(2, 4, wakes.callback());
  MustPush(&queue, 1, Batch({1}));
  EXPECT_EQ(wakes.of(1), 1);
  EXPECT_EQ(wakes.of(0), 0);
  JobBatch batch;
  EXPECT_EQ(queue.Pop(1, &batch), PopResult::kBatch);
  EXPECT_EQ(queue.Pop(1, &batch), PopResult::kEmpty);
  MustPush(&queue, 1, Batch({2}));
  EXPECT_EQ(wakes.of(1), 2);
  queue.Close();
  EXPECT_EQ(wakes.of(0), 1);
  EXPECT_EQ(wakes.of(1), 3);
}

TEST(JobQueueTest, EndsWhenClosedAndEmpty) {
  Wakes wakes(1);
  JobQueue queue(1, 4, wakes.callback());
  MustPush(&queue, 0, Batch({1}));
  queue.Close();
  JobBatch batch;
  EXPECT_EQ(queue.Pop(0, &batch), PopResult::kBatch) << "what was pushed is still given out";
  EXPECT_EQ(queue.Pop(0, &batch), PopResult::kEnd);
  EXPECT_EQ(queue.Pop(0, &batch), PopResult::kEnd);
}

TEST(JobQueueTest, AbortGivesBackWhatWaits) {
  Wakes wakes(3);
  JobQueue queue(3, 4, wakes.callback());
  MustPush(&queue, 0, Batch({1}));
  MustPush(&queue, 2, Batch({2, 3}));
  MustPush(&queue, 2, Batch({4}));
  JobBatch batch;
  ASSERT_EQ(queue.Pop(0, &batch), PopResult::kBatch);
  const std::vector<JobBatch> left = queue.Abort();
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(Ids(left[0]), "2 3");
  EXPECT_EQ(Ids(left[1]), "4");
  for (size_t worker = 0; worker < 3; ++worker) {
    EXPECT_GT(wakes.of(worker), 0) << worker;
    EXPECT_EQ(queue.Pop(worker, &batch), PopResult::kEnd);
  }
  JobBatch late = Batch({5});
  EXPECT_FALSE(queue.Push(1, &late));
  EXPECT_EQ(Ids(late), "5") << "the reader's to give back";
  EXPECT_TRUE(queue.Abort().empty());
}

/// The reader is held by a full queue, whichever comes first to let it go: room or the end.
TEST(JobQueueTest, ReaderWaitsForRoom) {
  Wakes wakes(1);
  JobQueue queue(1, 2, wakes.callback());
  std::atomic<size_t> pushed = 0;
  std::thread reader([&] {
    for (size_t i = 0; i < 10; ++i) {
      MustPush(&queue, 0, Batch({i}));
      ++pushed;
    }
    queue.Close();
  });
  size_t popped = 0;
  JobBatch batch;
  PopResult result = PopResult::kEmpty;
  while ((result = queue.Pop(0, &batch)) != PopResult::kEnd) {
    if (result == PopResult::kEmpty) {
      std::this_thread::yield();
      continue;
    }
    EXPECT_EQ(Ids(batch), std::to_string(popped));
    ++popped;
    EXPECT_LE(pushed.load(), popped + 2) << "no more than two wait";
  }
  reader.join();
  EXPECT_EQ(popped, 10u);
}

TEST(JobQueueTest, AbortFreesAReaderThatWaits) {
  Wakes wakes(1);
  JobQueue queue(1, 1, wakes.callback());
  MustPush(&queue, 0, Batch({1}));
  bool taken = true;
  JobBatch held = Batch({2});
  std::thread reader([&] { taken = queue.Push(0, &held); });
  const std::vector<JobBatch> left = queue.Abort();
  reader.join();
  EXPECT_FALSE(taken);
  EXPECT_EQ(Ids(held), "2");
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(Ids(left[0]), "1");
}

TEST(JobDealerTest, DealsByRegistrableDomain) {
  Wakes wakes(4);
  JobQueue queue(4, 100, wakes.callback());
  JobDealer dealer(&queue);
  for (size_t i = 0; i < 400; ++i) EXPECT_TRUE(dealer.Add(Job(i)));
  EXPECT_TRUE(dealer.Flush());
  EXPECT_TRUE(dealer.TakePending().empty());
  size_t jobs = 0;
  for (size_t worker = 0; worker < 4; ++worker) {
    JobBatch batch;
    while (queue.Pop(worker, &batch) == PopResult::kBatch) {
      for (const input::NameJob& job : batch)
        EXPECT_EQ(plan::WorkerOf(plan::ShardKey(job.name), 4), worker);
      jobs += batch.size();
    }
  }
  EXPECT_EQ(jobs, 400u);
}

TEST(JobDealerTest, HandsOverFullBatchesAtOnceAndOthersWhenFlushed) {
  Wakes wakes(1);
  JobQueue queue(1, 100, wakes.callback());
  JobDealer dealer(&queue);
  JobBatch batch;
  for (size_t i = 0; i < JobQueue::kMaxBatchSize; ++i) {
    EXPECT_EQ(queue.Pop(0, &batch), PopResult::kEmpty);
    EXPECT_TRUE(dealer.Add(Job(i)));
  }
  ASSERT_EQ(queue.Pop(0, &batch), PopResult::kBatch);
  EXPECT_EQ(batch.size(), JobQueue::kMaxBatchSize);
  EXPECT_TRUE(dealer.Add(Job(7)));
  EXPECT_EQ(queue.Pop(0, &batch), PopResult::kEmpty);
  EXPECT_TRUE(dealer.Flush());
  ASSERT_EQ(queue.Pop(0, &batch), PopResult::kBatch);
  EXPECT_EQ(Ids(batch), "7");
  EXPECT_TRUE(dealer.Flush()) << "nothing to do";
  EXPECT_EQ(queue.Pop(0, &batch), PopResult::kEmpty);
}

TEST(JobDealerTest, InvalidJobsTakeTurns) {
  Wakes wakes(3);
  JobQueue queue(3, 100, wakes.callback());
  JobDealer dealer(&queue);
  for (int i = 0; i < 30; ++i) {
    input::NameJob job;
    input::MarkInvalid("not a name", &job);
    EXPECT_TRUE(dealer.Add(std::move(job)));
  }
  EXPECT_TRUE(dealer.Flush());
  for (size_t worker = 0; worker < 3; ++worker) {
    JobBatch batch;
    ASSERT_EQ(queue.Pop(worker, &batch), PopResult::kBatch);
    EXPECT_EQ(batch.size(), 10u);
  }
}

/// One run of reader and workers, stopped by Abort() after `abort_after` jobs (or never). Returns
/// the ids of all jobs, those worked on and those given back, in order.
std::vector<size_t> RunOnce(size_t workers, size_t names, size_t abort_after) {
  Wakes wakes(workers);
  JobQueue queue(workers, 2, wakes.callback());
  JobBatch given_back;
  std::vector<size_t> added;
  std::vector<std::vector<size_t>> done(workers);
  std::atomic<size_t> total = 0;

  std::vector<std::thread> threads;
  for (size_t worker = 0; worker < workers; ++worker) {
    threads.emplace_back([&, worker] {
      JobBatch batch;
      PopResult result = PopResult::kEmpty;
      while ((result = queue.Pop(worker, &batch)) != PopResult::kEnd) {
        if (result == PopResult::kEmpty) {
          std::this_thread::yield();
          continue;
        }
        for (const input::NameJob& job : batch)
          done[worker].push_back(std::stoul(job.details().id.text));
        total += batch.size();
      }
    });
  }
  std::thread reader([&] {
    JobDealer dealer(&queue);
    bool open = true;
    for (size_t i = 0; i < names && open; ++i) {
      open = dealer.Add(Job(i));
      added.push_back(i);
      if (i % 1000 == 0) open = dealer.Flush() && open;
    }
    if (open && dealer.Flush()) queue.Close();
    given_back = dealer.TakePending();
  });
  std::vector<JobBatch> left;
  if (abort_after < names) {
    while (total.load() < abort_after) std::this_thread::yield();
    left = queue.Abort();
  }
  reader.join();
  for (std::thread& thread : threads) thread.join();

  std::vector<size_t> all;
  for (const auto& ids : done) all.insert(all.end(), ids.begin(), ids.end());
  left.push_back(std::move(given_back));
  for (const JobBatch& batch : left) {
    for (const input::NameJob& job : batch) all.push_back(std::stoul(job.details().id.text));
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, added) << "each job exactly once";
  return all;
}

TEST(JobQueueTest, EveryJobComesOutExactlyOnce) {
  for (const size_t workers : {1u, 2u, 5u}) {
    EXPECT_EQ(RunOnce(workers, 20000, 20000).size(), 20000u) << workers;
  }
}

TEST(JobQueueTest, EveryJobComesOutExactlyOnceWhenAborted) {
  for (const size_t abort_after : {0u, 1u, 300u, 5000u}) {
    for (const size_t workers : {1u, 3u}) {
      SCOPED_TRACE(testing::Message() << workers << " workers, aborted after " << abort_after);
      RunOnce(workers, 20000, abort_after);
    }
  }
}

}  // namespace
}  // namespace caascan::scan
