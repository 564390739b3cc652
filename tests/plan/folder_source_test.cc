#include "scanner/plan/folder_source.h"

#include <gmock/gmock.h>

#include <memory>

#include "scanner/plan/chunk_file.h"
#include "tests/plan/run_fixture.h"

namespace caascan::plan {
namespace {

using testing::ElementsAre;

class FolderSourceTest : public RunFixture {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Plan(Names(50), 10).ok());
    ASSERT_TRUE(MakeFolder(CommitFolder(out_)).ok());
  }
  std::unique_ptr<FolderSource> Source(uint32_t shard = 0, uint32_t shards = 1,
                                       bool commits = false) const {
    return std::make_unique<FolderSource>(manifest_,
                                          FolderSourceOptions{out_, shard, shards, commits});
  }
  static std::vector<uint32_t> TakeAll(FolderSource* source) {
    std::vector<uint32_t> taken;
    ChunkLease lease;
    while (source->Next(&lease) == NextChunk::kChunk) taken.push_back(lease.chunk);
    return taken;
  }
  void MakeResult(uint32_t chunk) const { std::ofstream(ResultPath(out_, chunk)) << "x"; }

  const std::string out_ = folder_.path() + "/out";
};

TEST_F(FolderSourceTest, GivesWhatHasNoResult) {
  MakeResult(1);
  MakeResult(4);
  EXPECT_THAT(TakeAll(Source().get()), ElementsAre(0, 2, 3));
}

TEST_F(FolderSourceTest, WithACommandItIsTheMarkThatCounts) {
  MakeResult(1);
  ASSERT_TRUE(MarkCommitted(out_, 2).ok());
  EXPECT_THAT(TakeAll(Source(0, 1, true).get()), ElementsAre(0, 1, 3, 4));
}

TEST_F(FolderSourceTest, ShardsTakeEveryNth) {
  EXPECT_THAT(TakeAll(Source(0, 3).get()), ElementsAre(0, 3));
  EXPECT_THAT(TakeAll(Source(2, 3).get()), ElementsAre(2));
  EXPECT_THAT(TakeAll(Source(6, 7).get()), ElementsAre());
}

TEST_F(FolderSourceTest, TwoAtTheSameTimeShareTheChunks) {
  const auto one = Source();
  const auto two = Source();
  ChunkLease first;
  ChunkLease second;
  ASSERT_EQ(one->Next(&first), NextChunk::kChunk);
  ASSERT_EQ(two->Next(&second), NextChunk::kChunk);
  EXPECT_EQ(first.chunk, 0u);
  EXPECT_EQ(second.chunk, 1u);
  EXPECT_THAT(TakeAll(one.get()), ElementsAre(2, 3, 4));
  EXPECT_EQ(one->in_other_hands(), 1u);
}

TEST_F(FolderSourceTest, WhatIsGivenBackIsTakenByOthers) {
  const auto one = Source();
  ChunkLease lease;
  ASSERT_EQ(one->Next(&lease), NextChunk::kChunk);
  EXPECT_TRUE(IsThere(LockPath(out_, lease.chunk)));
  one->GiveBack(lease, "stopped");
  EXPECT_FALSE(IsThere(LockPath(out_, lease.chunk)));
  EXPECT_THAT(TakeAll(Source().get()), ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(FolderSourceTest, WhatOthersLostIsTakenInTheEnd) {
  auto one = Source();
  const auto two = Source();
  ChunkLease lease;
  ASSERT_EQ(one->Next(&lease), NextChunk::kChunk);
  ASSERT_EQ(two->Next(&lease), NextChunk::kChunk);
  EXPECT_EQ(lease.chunk, 1u);
  one.reset();  // As if it were killed: its locks go, their files stay.
  EXPECT_THAT(TakeAll(two.get()), ElementsAre(2, 3, 4, 0));
}

TEST_F(FolderSourceTest, AChunkIsInHandUntilItIsDone) {
  const auto one = Source(0, 1, true);
  ChunkLease lease;
  ASSERT_EQ(one->Next(&lease), NextChunk::kChunk);
  MakeResult(0);  // It is being committed.
  const auto two = Source(0, 1, true);
  ChunkLease other;
  ASSERT_EQ(two->Next(&other), NextChunk::kChunk);
  EXPECT_EQ(other.chunk, 1u);
  ASSERT_TRUE(MarkCommitted(out_, 0).ok());
  EXPECT_TRUE(one->Done(lease).ok());
  EXPECT_FALSE(IsThere(LockPath(out_, 0)));
}

TEST_F(FolderSourceTest, AResultOfAnotherProcessEndsTheLease) {
  const auto source = Source();
  ChunkLease lease;
  ASSERT_EQ(source->Next(&lease), NextChunk::kChunk);
  EXPECT_TRUE(source->Extend(lease));
  MakeResult(lease.chunk);
  EXPECT_FALSE(source->Extend(lease));
}

TEST_F(FolderSourceTest, InterruptedItGivesNothing) {
  const auto source = Source();
  source->Interrupt();
  ChunkLease lease;
  EXPECT_EQ(source->Next(&lease), NextChunk::kInterrupted);
}

TEST_F(FolderSourceTest, AFolderThatCannotBeWrittenIsAnError) {
  FolderSource source(manifest_, FolderSourceOptions{folder_.path() + "/none", 0, 1, false});
  ChunkLease lease;
  EXPECT_EQ(source.Next(&lease), NextChunk::kFailed);
  EXPECT_TRUE(absl::IsInvalidArgument(source.status()));
}

TEST(PartPathTest, ATicketIsMadeAFileName) {
  EXPECT_EQ(PartPath("/o", {3, ""}), "/o/chunk-00003.ndjson.zst.part");
  EXPECT_EQ(PartPath("/o", {3, "../1-0"}), "/o/chunk-00003.ndjson.zst.part----1-0");
}

}  // namespace
}  // namespace caascan::plan
