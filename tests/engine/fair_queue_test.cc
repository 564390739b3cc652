// Who gets a turn when many ask.
#include "scanner/engine/fair_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "scanner/input/ndjson_line.h"

namespace caascan::engine {
namespace {

using PopResult = scan::JobSource::PopResult;

class Quiet : public input::Asker {
 public:
  explicit Quiet(size_t workers, size_t max_in_flight = 0) : Asker(With(max_in_flight), workers) {}
  void Take(const input::NameJob&, Record*) override {}

 private:
  static Inquiry With(size_t max_in_flight) {
    Inquiry inquiry;
    inquiry.max_in_flight = max_in_flight;
    return inquiry;
  }
};

input::NameJob JobOf(const std::shared_ptr<input::Asker>& asker, const std::string& name) {
  input::NameJob job;
  input::SetTypedName(name, false, &job);
  job.mutable_details()->asker = asker;
  return job;
}

/// One worker's queue, and how often that was woken.
class FairQueueTest : public testing::Test {
 protected:
  void Push(const std::shared_ptr<input::Asker>& asker, int count) {
    std::vector<input::NameJob> jobs;
    for (int i = 0; i < count; ++i) {
      jobs.push_back(JobOf(asker, "n" + std::to_string(next_++) + ".example"));
    }
    queue_.Push(&jobs);
    EXPECT_TRUE(jobs.empty());
  }
  /// Names by asker.
  std::map<const input::Asker*, int> Pop() {
    std::map<const input::Asker*, int> names;
    scan::JobBatch batch;
    if (queue_.Pop(0, &batch) != PopResult::kBatch) return names;
    for (const input::NameJob& job : batch) ++names[job.details().asker.get()];
    return names;
  }

  int next_ = 0;
  int wakes_ = 0;
  FairQueue queue_{1, 100, [this](size_t) { ++wakes_; }};
  std::shared_ptr<Quiet> first_ = std::make_shared<Quiet>(1);
  std::shared_ptr<Quiet> second_ = std::make_shared<Quiet>(1);
};

TEST_F(FairQueueTest, ASingleNameGoesWithTheFirstBatchOfManyNames) {
  Push(first_, 1000);
  Push(second_, 1);
  auto names = Pop();
  EXPECT_EQ(names[first_.get()], 8);
  EXPECT_EQ(names[second_.get()], 1);
}

TEST_F(FairQueueTest, AskersTakeTurns) {
  Push(first_, 30);
  Push(second_, 30);
  for (int i = 0; i < 3; ++i) {
    auto names = Pop();
    EXPECT_EQ(names[first_.get()], 8);
    EXPECT_EQ(names[second_.get()], 8);
  }
}

TEST_F(FairQueueTest, AnAskerWithItsShareInFlightWaits) {
  struct Row {
    const char* name;
    bool other_waits;
    uint32_t in_flight;
    int expected;
  };
  for (const Row& row :
       {Row{"alone, half of it is its share", false, 49, 1},
        Row{"alone, with its share", false, 50, 0}, Row{"beside another, a third is", true, 32, 1},
        Row{"beside another, with its share", true, 33, 0},
        Row{"more than its share", true, 60, 0}}) {
    SCOPED_TRACE(row.name);
    Push(first_, 20);
    if (row.other_waits) Push(second_, 20);
    first_->in_flight(0) = row.in_flight;
    EXPECT_EQ(Pop()[first_.get()], row.expected);
    (void)queue_.Remove(first_.get());
    (void)queue_.Remove(second_.get());
  }
}

TEST_F(FairQueueTest, AnAskersOwnLimitHolds) {
  const auto modest = std::make_shared<Quiet>(1, 3);
  Push(modest, 20);
  EXPECT_EQ(Pop()[modest.get()], 3);
  modest->in_flight(0) = 3;
  EXPECT_TRUE(Pop().empty());
}

TEST_F(FairQueueTest, WhatWasGivenUpLeavesWhateverIsInFlight) {
  Push(first_, 20);
  first_->in_flight(0) = 1000;
  first_->GiveUp();
  EXPECT_EQ(Pop()[first_.get()], 8);
}

TEST_F(FairQueueTest, WhatIsRemovedComesBackAndTheOthersStay) {
  Push(first_, 5);
  Push(second_, 7);
  EXPECT_EQ(queue_.Remove(first_.get()).size(), 5u);
  EXPECT_TRUE(queue_.Remove(first_.get()).empty());
  auto names = Pop();
  EXPECT_EQ(names.size(), 1u);
  EXPECT_EQ(names[second_.get()], 7);
}

TEST_F(FairQueueTest, AWorkerIsWokenOnceItWasToldThatThereIsNothing) {
  Push(first_, 1);
  EXPECT_EQ(wakes_, 0) << "it has not looked yet";
  (void)Pop();
  EXPECT_TRUE(Pop().empty());
  Push(first_, 3);
  EXPECT_EQ(wakes_, 1);
}

TEST_F(FairQueueTest, AWorkerThatHasNamesWaitingIsNotWoken) {
  first_->in_flight(0) = 50;
  Push(first_, 1);
  EXPECT_TRUE(Pop().empty()) << "it has its share";
  Push(first_, 1);
  EXPECT_EQ(wakes_, 0);
  Push(second_, 1);
  EXPECT_EQ(wakes_, 1) << "this one has room";
}

TEST_F(FairQueueTest, AClosedQueueEndsWhenItIsEmpty) {
  Push(first_, 1);
  queue_.Close();
  EXPECT_EQ(wakes_, 1);
  scan::JobBatch batch;
  EXPECT_EQ(queue_.Pop(0, &batch), PopResult::kBatch);
  EXPECT_EQ(queue_.Pop(0, &batch), PopResult::kEnd);
}

TEST(FairQueueThreadsTest, EveryJobOfManyThreadsComesOnce) {
  constexpr size_t kWorkers = 2;
  constexpr int kAskers = 4;
  constexpr int kEach = 2000;
  FairQueue queue(kWorkers, 1000, [](size_t) {});
  std::atomic<int> popped{0};
  std::vector<std::thread> threads;
  for (size_t worker = 0; worker < kWorkers; ++worker) {
    threads.emplace_back([&, worker] {
      scan::JobBatch batch;
      PopResult result = PopResult::kEmpty;
      while ((result = queue.Pop(worker, &batch)) != PopResult::kEnd) {
        if (result == PopResult::kBatch) {
          popped += static_cast<int>(batch.size());
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  std::vector<std::thread> askers;
  for (int i = 0; i < kAskers; ++i) {
    askers.emplace_back([&queue, i] {
      const auto asker = std::make_shared<Quiet>(queue.worker_count());
      std::vector<input::NameJob> jobs;
      for (int n = 0; n < kEach; ++n) {
        jobs.push_back(
            JobOf(asker, "a" + std::to_string(i) + ".d" + std::to_string(n) + ".example"));
        if (n % 7 == 0) queue.Push(&jobs);
      }
      queue.Push(&jobs);
    });
  }
  for (std::thread& asker : askers) asker.join();
  queue.Close();
  for (std::thread& worker : threads) worker.join();
  EXPECT_EQ(popped, kAskers * kEach);
}

}  // namespace
}  // namespace caascan::engine
