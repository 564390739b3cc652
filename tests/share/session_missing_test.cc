// What a build without hiredis says: this program has session_missing.cc in the place of
// session.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caascan/run_engine.h"
#include "scanner/share/session.h"

namespace caascan::share {
namespace {

using testing::HasSubstr;

void ExpectMissing(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << status;
  const std::string text(status.message());
  EXPECT_THAT(text, HasSubstr("--engine needs hiredis"));
  EXPECT_THAT(text, HasSubstr("libhiredis-dev"));
  EXPECT_THAT(text, HasSubstr("--shard"));
}

const EngineAccess kAccess = {"redis://127.0.0.1:1", "run"};

TEST(SessionMissingTest, IsSaidOfWhateverElseIsWrong) {
  EXPECT_FALSE(Session::available());
  ExpectMissing(CheckEngineAccess(kAccess));
  ExpectMissing(CheckEngineAccess({"no URL", "no run"}));
}

TEST(SessionMissingTest, EndsEachCommand) {
  ExpectMissing(BlockOnEngine(kAccess, {"192.0.2.1"}));
  auto watch = EngineWatch::Open(kAccess);
  ExpectMissing(watch.ok() ? (*watch)->Look().status() : watch.status());
}

}  // namespace
}  // namespace caascan::share
