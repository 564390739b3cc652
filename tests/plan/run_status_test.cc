#include "caascan/run_status.h"

#include <gmock/gmock.h>

#include "scanner/io/whole_file.h"
#include "scanner/plan/chunk_file.h"
#include "scanner/plan/folder_source.h"
#include "tests/plan/run_fixture.h"

namespace caascan::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RunStatusTest : public RunFixture {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Plan(Names(3), 1).ok());
    ASSERT_TRUE(MakeFolder(run_ + "/out").ok());
  }
  void MakeResult(uint32_t chunk) const {
    const std::string text(ReadChunk(run_, manifest_, chunk)->text());
    const std::string name = text.substr(9, text.find('"', 9) - 9);
    ASSERT_TRUE(io::WriteWhole(ResultPath(run_ + "/out", chunk), RecordOf(name)).ok());
  }
  absl::Status Read(bool verify) {
    faults_.clear();
    RunStatusOptions options;
    options.run = run_;
    options.verify = verify;
    options.on_fault = [this](const std::string& fault) { faults_.push_back(fault); };
    return ReadRunStatus(options, &status_);
  }
  RunStatus status_;
  std::vector<std::string> faults_;
};

TEST_F(RunStatusTest, CountsWhatIsThere) {
  MakeResult(1);
  EXPECT_TRUE(Read(false).ok());
  EXPECT_EQ(status_.chunks, 3u);
  EXPECT_EQ(status_.done_chunks, 1u);
  EXPECT_EQ(status_.done_names, 1u);
  EXPECT_TRUE(faults_.empty());
}

TEST_F(RunStatusTest, VerifiedItIsDoneWithTheLastWholeResult) {
  MakeResult(0);
  MakeResult(1);
  EXPECT_TRUE(absl::IsDataLoss(Read(true)));
  EXPECT_THAT(faults_, ElementsAre(HasSubstr("chunk-00002.ndjson.zst is missing")));
  MakeResult(2);
  EXPECT_TRUE(Read(true).ok());
  EXPECT_EQ(status_.done_chunks, 3u);
  ASSERT_TRUE(io::WriteWhole(ResultPath(run_ + "/out", 1), RecordOf("other.example")).ok());
  EXPECT_TRUE(absl::IsDataLoss(Read(true)));
  EXPECT_EQ(status_.broken, 1u);
  EXPECT_THAT(faults_, ElementsAre(HasSubstr("chunk-00001")));
  EXPECT_TRUE(Read(false).ok());
}

TEST_F(RunStatusTest, WhereResultsAreCommittedEachMustBe) {
  for (uint32_t chunk = 0; chunk < 3; ++chunk) MakeResult(chunk);
  ASSERT_TRUE(MakeFolder(CommitFolder(run_ + "/out")).ok());
  ASSERT_TRUE(MarkCommitted(run_ + "/out", 0).ok());
  ASSERT_TRUE(MarkCommitted(run_ + "/out", 2).ok());
  EXPECT_TRUE(absl::IsDataLoss(Read(true)));
  EXPECT_EQ(status_.not_committed, 1u);
  EXPECT_THAT(faults_, ElementsAre(HasSubstr("chunk-00001.ndjson.zst was not committed")));
}

TEST_F(RunStatusTest, AChunkThatIsBeingWrittenIsInHand) {
  const auto lock = io::FileLock::Take(LockPath(run_ + "/out", 2));
  ASSERT_TRUE(lock.ok());
  EXPECT_TRUE(Read(false).ok());
  EXPECT_EQ(status_.in_hand, 1u);
}

TEST_F(RunStatusTest, AFolderThatIsNoRunIsRefused) {
  RunStatusOptions options;
  options.run = folder_.path();
  EXPECT_TRUE(absl::IsInvalidArgument(ReadRunStatus(options, &status_)));
}

}  // namespace
}  // namespace caascan::plan
