#include "caascan/run_engine.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>

#include "scanner/plan/manifest.h"
#include "scanner/share/chunk_queue.h"
#include "scanner/share/run_status.h"
#include "tests/share/redis_server.h"

namespace caascan::share {
namespace {

using testing::HasSubstr;

class RunEngineTest : public testing::Test {
 protected:
  void SetUp() override {
    redis_.Start();
    folder_ = testing::TempDir() + "run_engine_test";
    std::filesystem::create_directories(folder_ + "/out");
    plan::Manifest manifest;
    manifest.run = std::string(64, 'a');
    manifest.version = "1";
    manifest.chunk_names = 10;
    for (int i = 0; i < 3; ++i) {
      manifest.chunks.push_back({10, std::string(64, 'b'), std::string(32, 'c')});
    }
    manifest.names = 30;
    ASSERT_TRUE(plan::WriteManifest(folder_, manifest).ok());
    options_.access = access();
    options_.folder = folder_;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  EngineAccess access() const { return {redis_.socket_path(), "test"}; }

  RedisServer redis_;
  std::string folder_;
  EnginePlanOptions options_;
  EnginePlanSummary summary_;
};

TEST_F(RunEngineTest, PlansWatchesAndRetries) {
  auto watch = EngineWatch::Open(access());
  ASSERT_TRUE(watch.ok()) << watch.status();
  EXPECT_FALSE((*watch)->Look()->planned);
  absl::Status planned = RunEnginePlan(options_, &summary_);
  ASSERT_TRUE(planned.ok()) << planned;
  EXPECT_EQ(summary_.chunks_added, 3U);
  EXPECT_FALSE((*watch)->Look()->ended) << "no machine has come";

  Engine engine(redis_.options());
  ChunkQueue queue(&engine, {"default", "one"});
  const auto deal = queue.Take(3);
  ASSERT_TRUE(deal.ok());
  for (const Delivery& delivery : deal->deliveries) {
    ASSERT_TRUE(*queue.Finish(delivery, 10, 10));
  }
  auto view = (*watch)->Look();
  ASSERT_TRUE(view.ok());
  EXPECT_TRUE(view->ended);
  EXPECT_EQ(view->dead, 0U);
  EXPECT_THAT(view->text, HasSubstr("30 names done, 3 of 3 chunks"));
  EXPECT_THAT(view->text, HasSubstr("names/s"));
  EXPECT_THAT(view->metrics, HasSubstr("caascan_run_chunks{run=\"test\"} 3"));

  // Of chunk 1 alone there is a result.
  std::ofstream(plan::ResultPath(folder_ + "/out", 1)) << "x";
  options_.retry_missing = folder_ + "/out";
  options_.retry_dead = true;
  ASSERT_TRUE(RunEnginePlan(options_, &summary_).ok());
  EXPECT_EQ(summary_.chunks_added, 0U);
  EXPECT_EQ(summary_.chunks_again, 2U);
  EXPECT_FALSE((*watch)->Look()->ended);
}

TEST_F(RunEngineTest, OneDeadChunkAlone) {
  ASSERT_TRUE(RunEnginePlan(options_, &summary_).ok());
  Engine engine(redis_.options());
  ChunkQueue queue(&engine, {"default", "one"});
  for (int delivery = 0; delivery < 4; ++delivery) {
    const auto deal = queue.Take(3);
    ASSERT_TRUE(deal.ok());
    ASSERT_EQ(deal->deliveries.size(), 3U);
    for (const Delivery& each : deal->deliveries) {
      ASSERT_TRUE(*queue.Fail(each, "broken"));
    }
  }
  options_.retry_dead = true;
  options_.dead_chunk = 2;
  ASSERT_TRUE(RunEnginePlan(options_, &summary_).ok());
  EXPECT_EQ(summary_.chunks_again, 1U);
  const auto deal = queue.Take(3);
  ASSERT_TRUE(deal.ok());
  ASSERT_EQ(deal->deliveries.size(), 1U);
  EXPECT_EQ(deal->deliveries[0].chunk, 2U);
  for (const uint32_t alive : {2U, 99U}) {
    options_.dead_chunk = alive;
    const absl::Status status = RunEnginePlan(options_, &summary_);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("--chunk"));
  }
}

TEST_F(RunEngineTest, Blocks) {
  EXPECT_TRUE(BlockOnEngine(access(), {"192.0.2.1", "2001:db8::/32"}).ok());
  Engine engine(redis_.options());
  EXPECT_EQ(engine.Blocked()->size(), 2U);
  for (const char* wrong : {"example.com", "192.0.2", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/+8",
                            "192.0.2.1:53", "2001:db8::/129", ""}) {
    const absl::Status status = BlockOnEngine(access(), {"198.51.100.1", wrong});
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << wrong;
  }
  EXPECT_EQ(engine.Blocked()->size(), 2U) << "all or nothing";
  redis_.Kill();
  EXPECT_TRUE(absl::IsUnavailable(BlockOnEngine(access(), {"192.0.2.1"})));
}

TEST_F(RunEngineTest, WrongUsageNamesTheOption) {
  EngineAccess wrong = access();
  wrong.run = "a b";
  EXPECT_THAT(std::string(CheckEngineAccess(wrong).message()), HasSubstr("--run"));
  wrong = access();
  wrong.perspective = "";
  EXPECT_THAT(std::string(CheckEngineAccess(wrong).message()), HasSubstr("--perspective"));
  wrong = access();
  wrong.engine = "http://queue";
  EXPECT_TRUE(absl::IsInvalidArgument(CheckEngineAccess(wrong)));
  EXPECT_FALSE(EngineWatch::Open(wrong).ok());
  options_.folder = "/nonexistent";
  EXPECT_TRUE(absl::IsInvalidArgument(RunEnginePlan(options_, &summary_)));
}

}  // namespace
}  // namespace caascan::share
