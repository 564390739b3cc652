#include "scanner/plan/chunk_jobs.h"

#include <gmock/gmock.h>

#include <memory>
#include <set>

#include "scanner/plan/folder_source.h"
#include "tests/plan/run_fixture.h"

namespace caascan::plan {
namespace {

using input::NextJob;
using testing::HasSubstr;

class ChunkJobsTest : public RunFixture {
 protected:
  void Start(const std::string& lines, uint32_t chunk_names) {
    ASSERT_TRUE(Plan(lines, chunk_names).ok());
    ASSERT_TRUE(MakeFolder(out_).ok());
    auto wake = io::WakeFd::Create();
    ASSERT_TRUE(wake.ok());
    wake_ = *std::move(wake);
    source_ = std::make_unique<FolderSource>(manifest_, FolderSourceOptions{out_, 0, 1, false});
    results_ =
        std::make_unique<ChunkResults>(manifest_, source_.get(), ChunkResultsOptions{out_, "", {}});
    jobs_ = std::make_unique<ChunkJobs>(run_, manifest_, source_.get(), results_.get(), out_,
                                        enough_names_, Purpose::kTls, nullptr, wake_.get());
  }
  /// Jobs until something else comes, each with the chunk behind it.
  std::multiset<std::string> Take(NextJob* end) {
    std::multiset<std::string> names;
    input::NameJob job;
    while ((*end = jobs_->Next(&job, true)) == NextJob::kJob) {
      names.insert(input::RecordName(job) + " " + std::to_string(job.chunk));
      tagged_ += std::to_string(job.chunk) + ":" + RecordOf(input::RecordName(job));
    }
    return names;
  }

  const std::string out_ = folder_.path() + "/out";
  uint64_t enough_names_ = 1000;
  std::string tagged_;
  std::unique_ptr<io::WakeFd> wake_;
  std::unique_ptr<FolderSource> source_;
  std::unique_ptr<ChunkResults> results_;
  std::unique_ptr<ChunkJobs> jobs_;
};

TEST_F(ChunkJobsTest, EachChunksJobsComeAndThenABreak) {
  Start(Names(5), 2);
  size_t names = 0;
  NextJob end{};
  for (int chunk = 0; chunk < 3; ++chunk) {
    names += Take(&end).size();
    input::NameJob job;
    EXPECT_EQ(end == NextJob::kJob, false);
    if (chunk < 2) {
      EXPECT_EQ(jobs_->Next(&job, false), NextJob::kWouldWait);
    }
  }
  EXPECT_EQ(end, NextJob::kEnd);
  EXPECT_EQ(names, 5u);
  EXPECT_GT(jobs_->bytes_read(), 5 * 20u);
  EXPECT_EQ(results_->open_chunks(), 3u);
}

TEST_F(ChunkJobsTest, AChunkThatCannotBeReadIsGivenBackAndTheOthersGoOn) {
  Start(Names(6), 2);
  std::ofstream(ChunkPath(run_, 1)) << "{\"name\":\"other.example\"}\n";
  NextJob end{};
  EXPECT_EQ(Take(&end).size(), 4u);
  EXPECT_EQ(end, NextJob::kFailed);
  EXPECT_THAT(std::string(jobs_->status().message()),
              HasSubstr("chunk-00001.ndjson.zst: not what"));
  EXPECT_FALSE(IsThere(LockPath(out_, 1)));
}

TEST_F(ChunkJobsTest, InterruptedItTakesNoOtherChunk) {
  Start(Names(6), 3);
  input::NameJob job;
  ASSERT_EQ(jobs_->Next(&job, true), NextJob::kJob);
  wake_->Notify();
  NextJob end{};
  EXPECT_EQ(Take(&end).size(), 2u);
  EXPECT_EQ(end, NextJob::kInterrupted);
}

TEST_F(ChunkJobsTest, NoMoreChunksThanThatAreInHand) {
  Start(Names(ChunkJobs::kMaxOpenChunks + 1), 1);
  NextJob end{};
  input::NameJob job;
  for (size_t i = 0; i < ChunkJobs::kMaxOpenChunks; ++i) {
    ASSERT_EQ(jobs_->Next(&job, true), NextJob::kJob);
  }
  wake_->Notify();  // What would end the waiting.
  Take(&end);
  EXPECT_EQ(end, NextJob::kInterrupted);
  EXPECT_EQ(results_->open_chunks(), ChunkJobs::kMaxOpenChunks);
}

TEST_F(ChunkJobsTest, NoOtherChunkIsTakenWhileEnoughNamesAreLeft) {
  enough_names_ = 2;
  Start(Names(9), 3);
  input::NameJob job;
  NextJob end{};
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(jobs_->Next(&job, true), NextJob::kJob);
    tagged_ += std::to_string(job.chunk) + ":" + RecordOf(input::RecordName(job));
  }
  EXPECT_TRUE(results_->Write(tagged_.substr(0, tagged_.find('\n') + 1)));
  EXPECT_EQ(results_->names_left(), 2u);
  EXPECT_EQ(jobs_->Next(&job, false), NextJob::kWouldWait);
  tagged_.erase(0, tagged_.find('\n') + 1);
  EXPECT_TRUE(results_->Write(tagged_.substr(0, tagged_.find('\n') + 1)));
  EXPECT_EQ(jobs_->Next(&job, true), NextJob::kJob);
  EXPECT_EQ(results_->names_left(), 4u);
  wake_->Notify();
  Take(&end);
  EXPECT_EQ(end, NextJob::kInterrupted);
}

TEST_F(ChunkJobsTest, ASecondRunTakesWhatTheFirstHasNotDone) {
  Start(Names(6), 2);
  NextJob end{};
  Take(&end);
  EXPECT_TRUE(results_->Write(tagged_.substr(0, tagged_.find("1:"))));
  results_->Drain();
  EXPECT_EQ(results_->open_chunks(), 2u);
  jobs_.reset();
  results_.reset();
  Start(Names(6), 2);
  EXPECT_EQ(Take(&end).size(), 4u);
  EXPECT_EQ(end, NextJob::kEnd);
}

TEST_F(ChunkJobsTest, AWholeResultIsNotScannedAgain) {
  Start(Names(2), 2);
  NextJob end{};
  Take(&end);
  EXPECT_TRUE(results_->Write(tagged_));
  results_->Drain();
  const FolderSourceOptions commits{out_, 0, 1, true};
  ASSERT_TRUE(MakeFolder(CommitFolder(out_)).ok());
  FolderSource source(manifest_, commits);
  ChunkResults results(manifest_, &source, {out_, "true", {}});
  ChunkJobs jobs(run_, manifest_, &source, &results, out_, enough_names_, Purpose::kTls, nullptr,
                 wake_.get());
  input::NameJob job;
  EXPECT_EQ(jobs.Next(&job, true), NextJob::kEnd);
  EXPECT_TRUE(results.Finish().ok());
  EXPECT_TRUE(IsCommitted(out_, 0));
}

}  // namespace
}  // namespace caascan::plan
