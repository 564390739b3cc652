#include "scanner/share/engine.h"

#include <gtest/gtest.h>

#include "scanner/share/chunk_queue.h"
#include "tests/share/redis_server.h"

namespace caascan::share {
namespace {

TEST(EngineTest, ConnectsAnewAndLoadsItsScriptsAnew) {
  RedisServer redis;
  redis.Start();
  Engine engine(redis.options());
  ASSERT_TRUE(engine.Run(Script::kBlock, {"192.0.2.1"}).ok());
  const std::string epoch = engine.epoch();
  redis.Kill();
  EXPECT_TRUE(absl::IsUnavailable(engine.Run(Script::kBlock, {"192.0.2.2"}).status()));
  redis.Start();
  const auto version = engine.Run(Script::kBlock, {"192.0.2.3"});
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_EQ(version->AsInteger(), 2) << "what it was told before is still there";
  EXPECT_NE(engine.epoch(), epoch) << "another start of the server";
  const auto blocked = engine.Blocked();
  ASSERT_TRUE(blocked.ok());
  EXPECT_EQ(blocked->size(), 2U);
}

TEST(EngineTest, LoadsAScriptThatTheServerHasForgotten) {
  RedisServer redis;
  redis.Start();
  Engine engine(redis.options());
  ASSERT_TRUE(engine.Run(Script::kStatus, {}).ok());
  auto session = Session::Connect(redis.url(), -1, std::chrono::seconds(3));
  ASSERT_TRUE(session.ok());
  ASSERT_TRUE((*session)->Call({"SCRIPT", "FLUSH"}, std::chrono::seconds(3)).ok());
  EXPECT_TRUE(engine.Run(Script::kStatus, {}).ok());
}

TEST(EngineTest, RunsDoNotSeeEachOther) {
  RedisServer redis;
  redis.Start();
  Engine one({redis.url(), "one"});
  Engine two({redis.url(), "two"});
  ASSERT_TRUE(one.Run(Script::kBlock, {"192.0.2.1"}).ok());
  EXPECT_TRUE(two.Blocked()->empty());
}

TEST(EngineTest, EachScriptStandsWrongTypesInItsKeys) {
  RedisServer redis;
  redis.Start();
  auto session = Session::Connect(redis.url(), -1, std::chrono::seconds(3));
  ASSERT_TRUE(session.ok());
  for (const char* key : {"run", "seen", "chunks", "known", "groups", "machines", "paces",
                          "blocked", "group:default:done"}) {
    ASSERT_TRUE(
        (*session)
            ->Call({"SET", std::string("caascan:{test}:") + key, "x"}, std::chrono::seconds(3))
            .ok());
  }
  Engine engine(redis.options());
  const std::vector<std::string> words(12, "1");
  for (const Script script :
       {Script::kAgain, Script::kBlock, Script::kJoin, Script::kKeep, Script::kLeave, Script::kPlan,
        Script::kRenew, Script::kSettle, Script::kStatus, Script::kTake}) {
    const auto reply = engine.Run(script, words);
    EXPECT_TRUE(reply.ok() || absl::IsFailedPrecondition(reply.status())) << reply.status();
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(engine.Blocked().status()));
}

TEST(EngineTest, RunNamesArePlain) {
  const struct {
    const char* name;
    std::string text;
    bool good;
  } rows[] = {
      {"letters", "jan", true},
      {"all that may be", "A-z_0.9", true},
      {"longest", std::string(64, 'x'), true},
      {"too long", std::string(65, 'x'), false},
      {"empty", "", false},
      {"brace", "a}b", false},
      {"blank", "a b", false},
      {"not ASCII", "j\xc3\xa4n", false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(CheckRunName("--run", row.text).ok(), row.good);
  }
}

}  // namespace
}  // namespace caascan::share
