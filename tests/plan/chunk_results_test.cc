#include "scanner/plan/chunk_results.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <memory>

#include "scanner/plan/chunk_file.h"
#include "scanner/plan/folder_source.h"
#include "scanner/plan/result_check.h"
#include "tests/plan/run_fixture.h"

namespace caascan::plan {
namespace {

using testing::HasSubstr;

/// Notes what became of the chunks.
class Source final : public ChunkSource {
 public:
  NextChunk Next(ChunkLease* /*lease*/) override { return NextChunk::kEnd; }
  const absl::Status& status() const override { return status_; }
  absl::Status Done(const ChunkLease& lease) override {
    said += "done " + std::to_string(lease.chunk) + "\n";
    return absl::OkStatus();
  }
  void GiveBack(const ChunkLease& lease, std::string_view why) override {
    said += "back " + std::to_string(lease.chunk) + " " + std::string(why) + "\n";
  }
  bool Extend(const ChunkLease& /*lease*/) override { return ours; }
  void Interrupt() override {}

  std::string said;
  std::atomic<bool> ours{true};

 private:
  absl::Status status_;
};

class ChunkResultsTest : public RunFixture {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Plan(Names(4), 2).ok());
    ASSERT_TRUE(MakeFolder(CommitFolder(out_)).ok());
    for (uint32_t chunk = 0; chunk < 2; ++chunk) {
      const std::string text(ReadChunk(run_, manifest_, chunk)->text());
      names_[chunk][0] = text.substr(9, text.find('"', 9) - 9);
      const size_t second = text.find('\n') + 10;
      names_[chunk][1] = text.substr(second, text.find('"', second) - second);
    }
  }
  void Start(const std::string& commit = "") {
    results_ = std::make_unique<ChunkResults>(manifest_, &source_,
                                              ChunkResultsOptions{out_, commit, on_result_});
  }
  std::string Tagged(uint32_t chunk, int name, char mark = ':') const {
    return std::to_string(chunk) + mark + RecordOf(names_[chunk][name]);
  }
  void Open(uint32_t chunk) { results_->Open({chunk, ""}); }
  bool IsWhole(uint32_t chunk) const {
    return CheckResult(ResultPath(out_, chunk), manifest_.chunks[chunk]).ok();
  }
  std::string FilesLeft() const {
    std::string files;
    for (const auto& entry : std::filesystem::directory_iterator(out_)) {
      if (entry.is_regular_file()) files += entry.path().filename().string() + "\n";
    }
    return files;
  }

  const std::string out_ = folder_.path() + "/out";
  std::string names_[2][2];
  Source source_;
  std::function<absl::Status(const std::string&)> on_result_;
  std::unique_ptr<ChunkResults> results_;
};

TEST_F(ChunkResultsTest, AChunkIsDoneWithItsLastRecord) {
  Start();
  Open(0);
  Open(1);
  EXPECT_TRUE(results_->Write(Tagged(0, 0) + Tagged(1, 1) + Tagged(1, 0)));
  results_->Drain();
  EXPECT_EQ(source_.said, "done 1\n");
  EXPECT_TRUE(IsWhole(1));
  EXPECT_EQ(results_->open_chunks(), 1u);
  EXPECT_TRUE(results_->Write(Tagged(0, 1)));
  EXPECT_TRUE(results_->Finish().ok());
  EXPECT_TRUE(IsWhole(0));
  EXPECT_EQ(results_->done(), 2u);
  EXPECT_EQ(results_->lines_written(), 4u);
}

TEST_F(ChunkResultsTest, WhatIsNotDoneIsGivenBackAndLeavesNoFile) {
  Start();
  Open(0);
  Open(1);
  EXPECT_TRUE(results_->Write(Tagged(0, 0) + Tagged(1, 1) + Tagged(1, 0, '!')));
  results_->Drain();
  EXPECT_EQ(source_.said, "back 1 stopped\n");
  EXPECT_TRUE(results_->Finish().ok());
  EXPECT_EQ(source_.said, "back 1 stopped\nback 0 stopped\n");
  EXPECT_EQ(FilesLeft(), "");
  EXPECT_EQ(results_->given_back(), 2u);
}

TEST_F(ChunkResultsTest, AChunkThatOthersHaveIsThrownAway) {
  Start();
  Open(0);
  std::ofstream(ResultPath(out_, 0)) << "of another";
  source_.ours = false;
  EXPECT_TRUE(results_->Write(Tagged(0, 0) + Tagged(0, 1)));
  EXPECT_TRUE(results_->Finish().ok());
  EXPECT_EQ(source_.said, "back 0 others have it\n");
  EXPECT_EQ(FilesLeft(), "chunk-00000.ndjson.zst\n");
  std::ifstream kept(ResultPath(out_, 0));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(kept), {}), "of another");
  EXPECT_EQ(results_->lost(), 1u);
}

TEST_F(ChunkResultsTest, AResultThatIsThereMeanwhileStays) {
  Start();
  Open(0);
  EXPECT_TRUE(results_->Write(Tagged(0, 0)));
  Source other_source;
  ChunkResults other(manifest_, &other_source, ChunkResultsOptions{out_, "", {}});
  other.Open({0, "other"});
  EXPECT_TRUE(other.Write(Tagged(0, 0) + Tagged(0, 1)));
  EXPECT_TRUE(other.Finish().ok());
  EXPECT_EQ(other_source.said, "done 0\n");
  struct stat before = {};
  ASSERT_EQ(stat(ResultPath(out_, 0).c_str(), &before), 0);
  // This one stood still after it was told that the chunk is its own.
  EXPECT_TRUE(results_->Write(Tagged(0, 1)));
  EXPECT_TRUE(results_->Finish().ok());
  EXPECT_EQ(source_.said, "back 0 others have it\n");
  struct stat after = {};
  ASSERT_EQ(stat(ResultPath(out_, 0).c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(FilesLeft(), "chunk-00000.ndjson.zst\n");
}

TEST_F(ChunkResultsTest, TheCommandComesBeforeDone) {
  Start("cp {file} " + folder_.path() + "/{name}");
  Open(1);
  EXPECT_TRUE(results_->Write(Tagged(1, 0) + Tagged(1, 1)));
  EXPECT_TRUE(results_->Finish().ok());
  EXPECT_TRUE(IsThere(folder_.path() + "/chunk-00001.ndjson.zst"));
  EXPECT_TRUE(IsCommitted(out_, 1));
  EXPECT_EQ(source_.said, "done 1\n");
}

TEST_F(ChunkResultsTest, ACommandThatFailsLeavesTheResultAndTheOthersGoOn) {
  Start("case {chunk} in *-00000) exit 3;; esac");
  Open(0);
  Open(1);
  EXPECT_TRUE(results_->Write(Tagged(0, 0) + Tagged(0, 1) + Tagged(1, 0) + Tagged(1, 1)));
  results_->Drain();
  EXPECT_FALSE(results_->failed());
  const absl::Status status = results_->Finish();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("exit status 3"));
  EXPECT_TRUE(IsWhole(0));
  EXPECT_FALSE(IsCommitted(out_, 0));
  EXPECT_TRUE(IsCommitted(out_, 1));
  EXPECT_THAT(source_.said, HasSubstr("back 0 --commit failed"));
  EXPECT_THAT(source_.said, HasSubstr("done 1\n"));
}

TEST_F(ChunkResultsTest, AResultThatIsThereIsCommittedAlone) {
  std::ofstream(ResultPath(out_, 0)) << "there";
  Start("true");
  results_->TakeUp({0, ""});
  EXPECT_TRUE(results_->Finish().ok());
  EXPECT_TRUE(IsCommitted(out_, 0));
  EXPECT_EQ(source_.said, "done 0\n");
}

TEST_F(ChunkResultsTest, AFileThatCannotBeWrittenEndsTheScan) {
  std::filesystem::create_directory(PartPath(out_, {0, ""}));
  Start();
  Open(0);
  EXPECT_TRUE(results_->Write(Tagged(0, 0)));  // It waits for more.
  EXPECT_FALSE(results_->Write(Tagged(0, 1)));
  EXPECT_TRUE(results_->failed());
  EXPECT_FALSE(results_->Write(Tagged(0, 1)));
  EXPECT_TRUE(absl::IsDataLoss(results_->Finish()));
  EXPECT_EQ(source_.said, "back 0 the output failed\n");
}

TEST_F(ChunkResultsTest, ARefusalOfOnResultEndsTheScan) {
  on_result_ = [](const std::string& file) {
    return absl::DataLossError("no room for the counts of " + file);
  };
  Start();
  Open(0);
  EXPECT_TRUE(results_->Write(Tagged(0, 0) + Tagged(0, 1)));
  results_->Drain();
  EXPECT_TRUE(results_->failed());
  EXPECT_THAT(std::string(results_->Finish().message()), HasSubstr("no room"));
  EXPECT_THAT(source_.said, HasSubstr("back 0"));
}

TEST_F(ChunkResultsTest, AnAbandonedCommandIsEnded) {
  Start("sleep 100");
  Open(0);
  EXPECT_TRUE(results_->Write(Tagged(0, 0) + Tagged(0, 1)));
  results_->Abandon();
  results_->Drain();
  EXPECT_THAT(source_.said, HasSubstr("back 0"));
  EXPECT_FALSE(IsCommitted(out_, 0));
}

}  // namespace
}  // namespace caascan::plan
