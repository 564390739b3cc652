// Against a real server; leases are short, and late ones are waited for.
#include "scanner/share/chunk_queue.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "scanner/share/run_status.h"
#include "tests/share/redis_server.h"

namespace caascan::share {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::UnorderedElementsAre;
using AgainOf = ChunkQueue::AgainOf;

plan::Manifest ManifestOf(uint32_t chunks) {
  plan::Manifest manifest;
  manifest.run = std::string(64, 'a');
  manifest.machines_at_most = 4;
  for (uint32_t i = 0; i < chunks; ++i) {
    manifest.chunks.push_back({10 + i, "", ""});
    manifest.names += 10 + i;
  }
  return manifest;
}

class ChunkQueueTest : public testing::Test {
 protected:
  static constexpr milliseconds kLease{300};

  void SetUp() override {
    redis_.Start();
    engine_ = std::make_unique<Engine>(redis_.options());
  }

  ChunkQueue Queue(const std::string& machine, const std::string& group = "default",
                   milliseconds lease = kLease) {
    return {engine_.get(), {group, machine, lease, 4}};
  }
  void Plan(uint32_t chunks) {
    const auto added = ChunkQueue::Plan(engine_.get(), ManifestOf(chunks));
    ASSERT_TRUE(added.ok()) << added.status();
    ASSERT_EQ(*added, chunks);
  }
  Delivery TakeOne(ChunkQueue* queue) {
    const auto deal = queue->Take(1);
    EXPECT_TRUE(deal.ok()) << deal.status();
    if (!deal.ok() || deal->deliveries.size() != 1) {
      ADD_FAILURE() << "no chunk";
      return {};
    }
    return deal->deliveries[0];
  }
  ChunkDeal::State StateOf(ChunkQueue* queue) {
    const auto deal = queue->Take(1);
    EXPECT_TRUE(deal.ok()) << deal.status();
    EXPECT_TRUE(deal->deliveries.empty());
    return deal->state;
  }
  GroupStatus Group(size_t index = 0) {
    const auto status = ReadRunStatus(engine_.get());
    EXPECT_TRUE(status.ok()) << status.status();
    return status->groups.at(index);
  }
  static void WaitForLease() { std::this_thread::sleep_for(kLease + milliseconds(50)); }

  RedisServer redis_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(ChunkQueueTest, DealsEachChunkOnceAndEndsWhenAllAreDone) {
  ChunkQueue one = Queue("one");
  ChunkQueue two = Queue("two");
  EXPECT_EQ(StateOf(&one), ChunkDeal::State::kUnplanned);
  Plan(3);
  std::vector<uint32_t> seen;
  const auto first = one.Take(2);
  ASSERT_TRUE(first.ok());
  ASSERT_EQ(first->deliveries.size(), 2U);
  const Delivery last = TakeOne(&two);
  EXPECT_EQ(StateOf(&two), ChunkDeal::State::kOpen) << "the other machine may die";
  for (const Delivery& delivery : first->deliveries) {
    seen.push_back(delivery.chunk);
    EXPECT_EQ(delivery.count, 1U);
    EXPECT_TRUE(*one.Finish(delivery, 10, 10));
  }
  seen.push_back(last.chunk);
  EXPECT_THAT(seen, UnorderedElementsAre(0, 1, 2));
  EXPECT_TRUE(*two.Finish(last, 10, 10));
  EXPECT_EQ(StateOf(&one), ChunkDeal::State::kDone);
  EXPECT_EQ(Group().chunks_done, 3U);
  EXPECT_EQ(Group().names_done, 30U);
}

TEST_F(ChunkQueueTest, PlanningTwiceAddsNothingAndAnotherManifestIsRefused) {
  Plan(2500);
  EXPECT_EQ(*ChunkQueue::Plan(engine_.get(), ManifestOf(2500)), 0U);
  plan::Manifest other = ManifestOf(1);
  other.run = std::string(64, 'b');
  EXPECT_TRUE(absl::IsFailedPrecondition(ChunkQueue::Plan(engine_.get(), other).status()));
}

TEST_F(ChunkQueueTest, AMachineThatComesBackLateChangesNothing) {
  Plan(1);
  ChunkQueue frozen = Queue("frozen");
  ChunkQueue other = Queue("other");
  const Delivery old = TakeOne(&frozen);
  WaitForLease();
  const Delivery again = TakeOne(&other);
  EXPECT_EQ(again.chunk, old.chunk);
  EXPECT_EQ(again.count, 2U);
  EXPECT_THAT(*frozen.Keep({old}), ElementsAre(false));
  EXPECT_FALSE(*frozen.Finish(old, 10, 10));
  EXPECT_FALSE(*frozen.GiveBack(old));
  EXPECT_FALSE(*frozen.Fail(old, "disk full"));
  EXPECT_TRUE(*other.Finish(again, 10, 10));
  EXPECT_FALSE(*other.Finish(again, 10, 10)) << "once";
  EXPECT_FALSE(*frozen.Finish(old, 10, 10));
  EXPECT_EQ(Group().names_done, 10U) << "counted by delivery";
}

TEST_F(ChunkQueueTest, AnotherDeliveryToTheSameMachineIsAnother) {
  Plan(1);
  ChunkQueue queue = Queue("one");
  ChunkQueue other = Queue("other");
  const Delivery first = TakeOne(&queue);
  WaitForLease();
  const Delivery second = TakeOne(&other);
  WaitForLease();
  const Delivery third = TakeOne(&queue);
  EXPECT_EQ(third.count, 3U);
  EXPECT_THAT(*queue.Keep({first, third}), ElementsAre(false, true));
  EXPECT_FALSE(*queue.Finish(first, 10, 10));
  EXPECT_TRUE(*queue.Finish(third, 10, 10));
  EXPECT_FALSE(*other.Finish(second, 10, 10));
}

TEST_F(ChunkQueueTest, LateButFirstToComeBackItGoesOn) {
  Plan(1);
  ChunkQueue queue = Queue("one");
  const Delivery delivery = TakeOne(&queue);
  WaitForLease();
  EXPECT_EQ(StateOf(&queue), ChunkDeal::State::kOpen) << "its own chunk is not dealt to it twice";
  EXPECT_TRUE(*queue.Finish(delivery, 10, 10));
}

TEST_F(ChunkQueueTest, KeepingExtendsTheLease) {
  Plan(1);
  ChunkQueue queue = Queue("one");
  ChunkQueue other = Queue("other");
  const Delivery delivery = TakeOne(&queue);
  for (int i = 0; i < 4; ++i) {
    std::this_thread::sleep_for(kLease / 2);
    EXPECT_THAT(*queue.Keep({delivery}), ElementsAre(true));
    EXPECT_EQ(StateOf(&other), ChunkDeal::State::kOpen);
  }
  EXPECT_TRUE(*queue.Finish(delivery, 10, 10));
}

TEST_F(ChunkQueueTest, WhatIsGivenBackComesAtOnceAndWasNoDelivery) {
  Plan(1);
  for (int i = 0; i < 10; ++i) {
    ChunkQueue queue = Queue("m" + std::to_string(i), "default", milliseconds(60'000));
    const Delivery delivery = TakeOne(&queue);
    EXPECT_EQ(delivery.count, 1U);
    EXPECT_TRUE(*queue.GiveBack(delivery));
    EXPECT_FALSE(*queue.GiveBack(delivery));
  }
  EXPECT_TRUE(Group().dead.empty());
}

TEST_F(ChunkQueueTest, FourFailedDeliveriesAreEnough) {
  Plan(2);
  ChunkQueue queue = Queue("bad", "default", milliseconds(60'000));
  ChunkQueue good = Queue("good", "default", milliseconds(60'000));
  const Delivery kept = TakeOne(&good);
  for (uint64_t i = 1; i <= 4; ++i) {
    const Delivery delivery = TakeOne(&queue);
    EXPECT_EQ(delivery.count, i);
    EXPECT_TRUE(*queue.Fail(delivery, "no\ttext " + std::to_string(i)));
  }
  EXPECT_EQ(StateOf(&queue), ChunkDeal::State::kOpen);
  EXPECT_TRUE(*good.Finish(kept, 10, 10));
  EXPECT_EQ(StateOf(&queue), ChunkDeal::State::kDone) << "nobody waits for a dead chunk";
  const GroupStatus group = Group();
  ASSERT_EQ(group.dead.size(), 1U);
  EXPECT_EQ(group.dead[0].chunk, 1 - kept.chunk);
  EXPECT_EQ(group.dead[0].deliveries, 4U);
  EXPECT_EQ(group.dead[0].machine, "bad");
  EXPECT_EQ(group.dead[0].line, "no?text 4");

  EXPECT_EQ(*ChunkQueue::Again(engine_.get(), "default", AgainOf::kDead, {kept.chunk}), 0U)
      << "it is done";
  EXPECT_EQ(*ChunkQueue::Again(engine_.get(), "default", AgainOf::kDead, {}), 1U)
      << "all dead ones";
  const Delivery again = TakeOne(&queue);
  EXPECT_EQ(again.count, 1U);
  EXPECT_TRUE(*queue.Finish(again, 10, 10));
  EXPECT_TRUE(Group().dead.empty());
  EXPECT_EQ(StateOf(&queue), ChunkDeal::State::kDone);
}

TEST_F(ChunkQueueTest, MachinesThatDieOfAChunkLeaveItDead) {
  Plan(1);
  for (int i = 0; i < 4; ++i) {
    ChunkQueue queue = Queue("m" + std::to_string(i));
    (void)TakeOne(&queue);
    WaitForLease();
  }
  ChunkQueue last = Queue("last");
  EXPECT_EQ(StateOf(&last), ChunkDeal::State::kDone);
  ASSERT_EQ(Group().dead.size(), 1U);
  EXPECT_EQ(Group().dead[0].machine, "m3");
  EXPECT_EQ(Group().dead[0].line, "its lease ran out");
}

TEST_F(ChunkQueueTest, WhatIsDoneMayBeDealtAgain) {
  Plan(3);
  ChunkQueue queue = Queue("one");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(*queue.Finish(TakeOne(&queue), 1, 1));
  EXPECT_EQ(*ChunkQueue::Again(engine_.get(), "default", AgainOf::kEnded, {1, 7}), 1U)
      << "7 was never planned";
  EXPECT_EQ(TakeOne(&queue).chunk, 1U);
}

TEST_F(ChunkQueueTest, EachPerspectiveGetsEachChunk) {
  Plan(2);
  ChunkQueue tokyo = Queue("t", "tokyo");
  ChunkQueue paris = Queue("p", "paris");
  EXPECT_TRUE(*tokyo.Finish(TakeOne(&tokyo), 1, 1));
  EXPECT_TRUE(*tokyo.Finish(TakeOne(&tokyo), 1, 1));
  EXPECT_EQ(StateOf(&tokyo), ChunkDeal::State::kDone);
  EXPECT_EQ(paris.Take(5)->deliveries.size(), 2U);
  EXPECT_EQ(Group(0).group, "paris");
  EXPECT_EQ(Group(0).chunks_out, 2U);
  EXPECT_EQ(Group(1).chunks_done, 2U);
}

TEST_F(ChunkQueueTest, LeasesOutliveTheServersDeath) {
  Plan(2);
  ChunkQueue queue = Queue("one", "default", milliseconds(60'000));
  const Delivery delivery = TakeOne(&queue);
  redis_.Kill();
  EXPECT_TRUE(absl::IsUnavailable(queue.Take(1).status()));
  redis_.Start();
  EXPECT_THAT(*queue.Keep({delivery}), ElementsAre(true));
  EXPECT_NE(TakeOne(&queue).chunk, delivery.chunk);
  EXPECT_TRUE(*queue.Finish(delivery, 1, 1));
}

}  // namespace
}  // namespace caascan::share
