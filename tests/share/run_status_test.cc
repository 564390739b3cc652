#include "scanner/share/run_status.h"

#include <string>

#include <gmock/gmock.h>

#include "scanner/share/session.h"
#include "tests/share/redis_server.h"

namespace caascan::share {
namespace {

using testing::HasSubstr;
using testing::Not;

RunStatus Sample() {
  RunStatus status;
  status.chunks = 50;
  status.names = 1'000'000;
  status.machines_at_most = 4;
  status.machines = {{"node1-17-ab", std::chrono::milliseconds(1500), 1234, 5678, 99.6},
                     {"node2-18-cd", std::chrono::minutes(5), 1, 2, 0}};
  status.groups = {{"default", 20, 400'000, 400'000, 6, {{7, 4, "node1-17-ab", "disk full"}}}};
  return status;
}

TEST(RunStatusTest, IsTextForPeople) {
  EXPECT_EQ(RunStatusText("jan", Sample(), {1000}),
            "run jan: 1000000 names in 50 chunks; 1 of 4 machines\n"
            "default: 400000 names done, 20 of 50 chunks, 6 with machines, 1 dead; 1000 names/s, "
            "10 min 00 s left\n"
            "default: dead: chunk-00007, delivered 4 times, last to node1-17-ab: disk full\n"
            "machine node1-17-ab: 1234 names, 5678 queries, 100 names/s, seen 2 s ago\n"
            "machine node2-18-cd: 1 names, 2 queries, 0 names/s, seen 300 s ago\n");
  EXPECT_THAT(RunStatusText("jan", Sample(), {}), Not(HasSubstr("left")));
  EXPECT_THAT(RunStatusText("jan", Sample(), {0}), Not(HasSubstr("left")));
}

TEST(RunStatusTest, IsMetricsForPrometheus) {
  RunStatus status = Sample();
  status.machines[0].machine = "a\"b\\c";
  const std::string text = RunMetricsText("jan", status);
  EXPECT_THAT(text, HasSubstr("# TYPE caascan_run_names_done_total counter\n"));
  EXPECT_THAT(
      text,
      HasSubstr("caascan_run_names_done_total{run=\"jan\",perspective=\"default\"} 400000\n"));
  EXPECT_THAT(text, HasSubstr("caascan_run_chunks_dead{run=\"jan\",perspective=\"default\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{run=\"jan\",machine=\"a\\\"b\\\\c\"} 1234\n"));
}

TEST(RunStatusTest, ReadsWhatMachinesSaidAndStandsNonsense) {
  RedisServer redis;
  redis.Start();
  Engine engine(redis.options());
  const auto empty = ReadRunStatus(&engine);
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_TRUE(empty->groups.empty());
  const std::string states[] = {MachineStateLine(10, 20, 1.5), "x y z", "1 2", "1 2 inf",
                                std::string("\x1b[31m\0", 6)};
  auto session = Session::Connect(redis.url(), -1, std::chrono::seconds(3));
  ASSERT_TRUE(session.ok());
  for (size_t i = 0; i < std::size(states); ++i) {
    const std::string machine = "m" + std::to_string(i) + "\n";
    const auto call = [&](std::vector<std::string_view> words) {
      return (*session)->Call(words, std::chrono::seconds(3)).ok();
    };
    ASSERT_TRUE(call({"ZADD", "caascan:{test}:seen", "1", machine}));
    ASSERT_TRUE(call({"HSET", "caascan:{test}:machines", machine, states[i]}));
  }
  const auto status = ReadRunStatus(&engine);
  ASSERT_TRUE(status.ok()) << status.status();
  ASSERT_EQ(status->machines.size(), 5U);
  EXPECT_EQ(status->machines[0].machine, "m0?");
  EXPECT_EQ(status->machines[0].names, 10U);
  EXPECT_EQ(status->machines[0].queries, 20U);
  EXPECT_EQ(status->machines[0].names_per_s, 1.5);
  EXPECT_EQ(status->machines[3].names_per_s, 0);
}

}  // namespace
}  // namespace caascan::share
