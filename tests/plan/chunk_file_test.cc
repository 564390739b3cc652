#include "scanner/plan/chunk_file.h"

#include <gmock/gmock.h>

#include "scanner/plan/job_line.h"
#include "tests/plan/run_fixture.h"

namespace caascan::plan {
namespace {

using testing::HasSubstr;

class ChunkFileTest : public RunFixture {};

TEST_F(ChunkFileTest, AChunkHasPaddingBehindIt) {
  ASSERT_TRUE(Plan("a.example\n", 10).ok());
  const auto text = ReadChunk(run_, manifest_, 0);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(text->text(), "{\"name\":\"a.example\"}\n");
  EXPECT_EQ(text->padded.size(), text->size + JobLineReader::kPadding);
  EXPECT_EQ(TextDigest(text->text()), manifest_.chunks[0].sha256);
}

TEST_F(ChunkFileTest, WhatIsNotAsPlannedIsRefusedByName) {
  ASSERT_TRUE(Plan("a.example\n", 10).ok());
  for (const std::string content : {"", "{\"name\":\"b.example\"}\n", "(\xB5/\xFDtorn"}) {
    std::ofstream(ChunkPath(run_, 0), std::ios::binary) << content;
    const auto read = ReadChunk(run_, manifest_, 0);
    EXPECT_TRUE(absl::IsDataLoss(read.status())) << content;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr("chunk-00000.ndjson.zst"));
  }
  std::filesystem::remove(ChunkPath(run_, 0));
  EXPECT_TRUE(absl::IsDataLoss(ReadChunk(run_, manifest_, 0).status()));
}

TEST_F(ChunkFileTest, FoldersAreMadeAndSynced) {
  const std::string path = folder_.path() + "/a/b";
  EXPECT_TRUE(MakeFolder(path).ok());
  EXPECT_TRUE(MakeFolder(path).ok());
  EXPECT_TRUE(SyncToDisk(path).ok());
  EXPECT_TRUE(SyncFileSystem(path).ok());
  EXPECT_TRUE(absl::IsDataLoss(SyncToDisk(path + "/none")));
  EXPECT_TRUE(absl::IsInvalidArgument(MakeFolder(Write("file", "") + "/x")));
  EXPECT_TRUE(absl::IsInvalidArgument(MakeFolder(folder_.path() + "/file")));
}

}  // namespace
}  // namespace caascan::plan
