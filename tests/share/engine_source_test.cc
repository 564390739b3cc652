// Two machines' sources and a real server.
#include "scanner/share/engine_source.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "scanner/share/run_status.h"
#include "tests/share/redis_server.h"

namespace caascan::share {
namespace {

using std::chrono::milliseconds;

class EngineSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    redis_.Start();
    manifest_.run = std::string(64, 'a');
    manifest_.machines_at_most = 2;
    for (int i = 0; i < 4; ++i) manifest_.chunks.push_back({10, "", ""});
    manifest_.names = 40;
  }

  std::unique_ptr<EngineSource> Source(const std::string& machine,
                                       milliseconds lease = milliseconds(60'000)) {
    auto source =
        EngineSource::Open(manifest_, {redis_.url(), "test", {"default", machine, lease, 4}, {}});
    EXPECT_TRUE(source.ok()) << source.status();
    return *std::move(source);
  }
  GroupStatus Group() {
    Engine engine(redis_.options());
    const auto status = ReadRunStatus(&engine);
    EXPECT_TRUE(status.ok()) << status.status();
    return status->groups.at(0);
  }
  static plan::ChunkLease Take(plan::ChunkSource* source) {
    plan::ChunkLease lease;
    EXPECT_EQ(source->Next(&lease), plan::NextChunk::kChunk) << source->status();
    return lease;
  }

  RedisServer redis_;
  plan::Manifest manifest_;
};

TEST_F(EngineSourceTest, TwoMachinesShareARun) {
  const auto one = Source("one");
  const auto two = Source("two");
  std::set<uint32_t> seen;
  plan::ChunkLease lease;
  for (int i = 0; i < 2; ++i) {
    for (const auto& source : {one.get(), two.get()}) {
      lease = Take(source);
      EXPECT_TRUE(source->Extend(lease));
      EXPECT_TRUE(seen.insert(lease.chunk).second);
      EXPECT_TRUE(source->Done(lease).ok());
    }
  }
  EXPECT_EQ(one->Next(&lease), plan::NextChunk::kEnd);
  EXPECT_EQ(two->Next(&lease), plan::NextChunk::kEnd);
  EXPECT_EQ(Group().names_done, 40U);
}

TEST_F(EngineSourceTest, StoppingIsNoFaultOfTheChunks) {
  const auto one = Source("one");
  for (int i = 0; i < 6; ++i) one->GiveBack(Take(one.get()), "stopped");
  EXPECT_TRUE(Group().dead.empty());
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(one->Done(Take(one.get())).ok());
}

TEST_F(EngineSourceTest, AChunkThatFailsIsDeadAndTheRestGoesOn) {
  const auto one = Source("one");
  uint32_t failures = 0;
  plan::ChunkLease lease;
  plan::NextChunk next;
  while ((next = one->Next(&lease)) == plan::NextChunk::kChunk) {
    if (lease.chunk == 2) {
      one->GiveBack(lease, "chunk-00002 has another digest");
      ++failures;
    } else {
      EXPECT_TRUE(one->Done(lease).ok());
    }
  }
  EXPECT_EQ(next, plan::NextChunk::kEnd);
  EXPECT_EQ(failures, 4U);
  ASSERT_EQ(Group().dead.size(), 1U);
  EXPECT_EQ(Group().dead[0].line, "chunk-00002 has another digest");
}

TEST_F(EngineSourceTest, OneThatWasFrozenHoldsNothingAnyMore) {
  const auto frozen = Source("frozen");
  const plan::ChunkLease old = Take(frozen.get());
  // As if its lease had run out.
  Engine engine(redis_.options());
  ChunkQueue other(&engine, {"default", "other", milliseconds(1), 4});
  std::this_thread::sleep_for(milliseconds(5));
  const auto deal = other.Take(1);
  ASSERT_TRUE(deal.ok());
  ASSERT_EQ(deal->deliveries.size(), 1U);
  EXPECT_EQ(deal->deliveries[0].chunk, old.chunk);
  EXPECT_FALSE(frozen->Extend(old));
  EXPECT_TRUE(frozen->Done(old).ok()) << "it is said, and counts for nothing";
  EXPECT_EQ(Group().chunks_done, 0U);
  EXPECT_TRUE(*other.Finish(deal->deliveries[0], 10, 10));
}

TEST_F(EngineSourceTest, WhatIsInHandIsKeptWithoutAWord) {
  const auto one = Source("one", milliseconds(300));
  const auto two = Source("two", milliseconds(300));
  const plan::ChunkLease held = Take(one.get());
  std::this_thread::sleep_for(milliseconds(700));
  std::set<uint32_t> seen;
  for (int i = 0; i < 3; ++i) seen.insert(Take(two.get()).chunk);
  EXPECT_FALSE(seen.contains(held.chunk));
  EXPECT_TRUE(one->Extend(held));
}

TEST_F(EngineSourceTest, WhileTheEngineIsAwayWhatIsInHandGoesOn) {
  auto one = Source("one");
  const plan::ChunkLease first = Take(one.get());
  const plan::ChunkLease second = Take(one.get());
  redis_.Kill();
  EXPECT_TRUE(one->Extend(first));
  EXPECT_TRUE(one->Done(first).ok());
  plan::ChunkLease third;
  std::thread waits([&] { EXPECT_EQ(one->Next(&third), plan::NextChunk::kChunk); });
  std::this_thread::sleep_for(milliseconds(300));
  redis_.Start();
  waits.join();
  EXPECT_EQ(Group().chunks_done, 1U) << "said when it was back";
  EXPECT_TRUE(one->Done(second).ok());
  EXPECT_TRUE(one->Done(third).ok());
  EXPECT_EQ(Group().chunks_done, 3U);
}

TEST_F(EngineSourceTest, AnEngineThatLostAllIsPlannedAgain) {
  auto one = Source("one");
  EXPECT_TRUE(one->Done(Take(one.get())).ok());
  redis_.Kill();
  redis_.Forget();
  redis_.Start();
  plan::ChunkLease lease;
  std::set<uint32_t> seen;
  while (one->Next(&lease) == plan::NextChunk::kChunk) {
    EXPECT_TRUE(seen.insert(lease.chunk).second);
    EXPECT_TRUE(one->Done(lease).ok());
  }
  EXPECT_EQ(seen.size(), 4U);
  EXPECT_EQ(Group().chunks_done, 4U);
}

TEST_F(EngineSourceTest, WhatIsInHandIsNotTakenTwice) {
  auto one = Source("one");
  const plan::ChunkLease first = Take(one.get());
  redis_.Kill();
  redis_.Forget();
  redis_.Start();
  plan::ChunkLease lease;
  std::set<uint32_t> seen = {first.chunk};
  for (int i = 0; i < 3; ++i) {
    lease = Take(one.get());
    EXPECT_TRUE(seen.insert(lease.chunk).second) << lease.chunk;
    EXPECT_TRUE(one->Done(lease).ok());
  }
  EXPECT_TRUE(one->Extend(first)) << "by its new delivery";
  EXPECT_TRUE(one->Done(first).ok());
  EXPECT_EQ(one->Next(&lease), plan::NextChunk::kEnd);
  EXPECT_EQ(Group().chunks_done, 4U);
}

TEST_F(EngineSourceTest, InterruptEndsAWait) {
  const auto one = Source("one");
  const auto two = Source("two");
  for (int i = 0; i < 4; ++i) (void)Take(one.get());
  std::atomic<bool> ended{false};
  std::thread waits([&] {
    plan::ChunkLease lease;
    EXPECT_EQ(two->Next(&lease), plan::NextChunk::kInterrupted);
    ended = true;
  });
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_FALSE(ended) << "others may die";
  two->Interrupt();
  waits.join();
}

TEST_F(EngineSourceTest, AnotherRunOfThatNameIsRefused) {
  (void)Source("one");
  manifest_.run = std::string(64, 'b');
  const auto other = EngineSource::Open(manifest_, {redis_.url(), "test", {"default", "two"}, {}});
  EXPECT_TRUE(absl::IsFailedPrecondition(other.status())) << other.status();
}

}  // namespace
}  // namespace caascan::share
