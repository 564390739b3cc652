#include "scanner/scan/telemetry/progress.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace caascan::telemetry {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

ProgressSnapshot Snapshot(uint64_t started, std::array<uint64_t, kOutcomeCount> outcomes,
                          uint64_t queries) {
  ProgressSnapshot snapshot;
  snapshot.names_started = started;
  snapshot.outcomes = outcomes;
  snapshot.queries = queries;
  return snapshot;
}

struct LineRow {
  const char* name;
  ProgressSnapshot now;
  ProgressSnapshot before;
  microseconds elapsed;
  std::string want;
};

TEST(ProgressLineTest, Rows) {
  const std::vector<LineRow> rows = {
      {"nothing yet", {}, {}, seconds(1), "0 names  0/s  in flight 0  0 queries/s"},
      {"one name",
       Snapshot(1, {1}, 3),
       {},
       seconds(1),
       "1 name  1/s  in flight 0  permit 100.0%  3 queries/s"},
      {"all outcomes", Snapshot(22345, {11124, 800, 200, 121, 50, 50}, 50000),
       Snapshot(20000, {11111}, 46544), seconds(1),
       "12,345 names  1,234/s  in flight 10,000  permit 90.1%  deny 6.5%  servfail 1.6%  "
       "timeout 1.0%  lame 0.4%  error 0.4%  3,456 queries/s"},
      {"half a second",
       Snapshot(1000, {0, 500}, 1500),
       {},
       milliseconds(500),
       "500 names  1,000/s  in flight 500  deny 100.0%  3,000 queries/s"},
      {"no time",
       Snapshot(5, {5}, 5),
       {},
       seconds(0),
       "5 names  0/s  in flight 0  permit 100.0%  0 queries/s"},
      {"clock went back",
       Snapshot(5, {5}, 5),
       {},
       seconds(-1),
       "5 names  0/s  in flight 0  permit 100.0%  0 queries/s"},
      {"seen in a race", Snapshot(4, {5}, 5), Snapshot(4, {6}, 6), seconds(1),
       "5 names  0/s  in flight 0  permit 100.0%  0 queries/s"},
      {"a billion",
       Snapshot(1234567890, {1234567890}, 0),
       {},
       seconds(1000),
       "1,234,567,890 names  1,234,568/s  in flight 0  permit 100.0%  0 queries/s"},
  };
  for (const LineRow& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(ProgressLine(row.now, row.before, row.elapsed, row.elapsed), row.want);
  }
}

TEST(SummaryLineTest, Rows) {
  ScanSummary summary;
  EXPECT_EQ(SummaryLine(summary), "0 names in, 0 records out in 0.0 s, 0 queries");
  summary.names_in = summary.records_out = summary.queries = 1;
  summary.outcomes[static_cast<size_t>(Outcome::kError)] = 1;
  EXPECT_EQ(SummaryLine(summary), "1 name in, 1 record out: 1 error in 0.0 s, 1 query");
  summary.names_in = summary.records_out = 12345;
  summary.queries = 34567;
  summary.elapsed = milliseconds(1234);
  summary.outcomes[static_cast<size_t>(Outcome::kPermit)] = 11000;
  summary.outcomes[static_cast<size_t>(Outcome::kError)] = 1345;
  EXPECT_EQ(SummaryLine(summary),
            "12,345 names in, 12,345 records out: 11,000 permit, 1,345 error in 1.2 s, "
            "34,567 queries");
  summary.records_out = 12344;
  EXPECT_EQ(SummaryLine(summary),
            "12,345 names in, 12,344 records out: 11,000 permit, 1,345 error in 1.2 s, "
            "34,567 queries. Names without a record: 1");
}

TEST(StoppingLineTest, SaysHowManyNamesAndHowLong) {
  ProgressSnapshot now;
  now.names_started = 1235;
  now.outcomes = {1};
  EXPECT_EQ(
      StoppingLine(now, std::chrono::seconds(10)),
      "stopping: 1,234 names in flight may take up to 10 s; a second Ctrl-C (or signal) gives "
      "them back at once");
}

TEST(WorkerCountersTest, AreSummedWhileWorkersCount) {
  constexpr uint64_t kNames = 20000;
  std::vector<WorkerCounters> workers(2);
  std::vector<std::thread> threads;
  threads.reserve(workers.size());
  for (WorkerCounters& worker : workers) {
    threads.emplace_back([&worker] {
      for (uint64_t i = 0; i < kNames; ++i) {
        worker.AddNames(1);
        worker.AddQueries(3, 1);
        worker.AddRecords(i % 2 == 0 ? Reason::kNoCaa : Reason::kRefused, 1);
      }
    });
  }
  const auto look = [&workers] {
    ProgressSnapshot now;
    for (const WorkerCounters& worker : workers) now.Add(worker);
    return now;
  };
  uint64_t last = 0;
  while (last < 2 * kNames) {
    const uint64_t records = look().records();
    EXPECT_GE(records, last) << "counters only grow";
    last = records;
  }
  for (std::thread& thread : threads) thread.join();
  // A look reads one counter after the other: only after the threads have ended is it exact.
  const ProgressSnapshot now = look();
  EXPECT_EQ(now.names_started, 2 * kNames);
  EXPECT_EQ(now.in_flight(), 0u);
  EXPECT_EQ(now.queries, 6 * kNames);
  EXPECT_EQ(now.retries, 2 * kNames);
  EXPECT_EQ(now.outcomes[static_cast<size_t>(Outcome::kPermit)], kNames);
  EXPECT_EQ(now.outcomes[static_cast<size_t>(Outcome::kLame)], kNames);
}

TEST(ProgressSnapshotTest, InFlightIsWhatIsStartedAndNotWritten) {
  EXPECT_EQ(Snapshot(10, {3, 0, 0, 0, 0, 1}, 0).in_flight(), 6u);
  EXPECT_EQ(Snapshot(3, {4}, 0).in_flight(), 0u) << "seen in a race";
}

TEST(ProgressLineTest, FitsTheTerminal) {
  const ProgressSnapshot now = Snapshot(22345, {11124, 800, 200, 121, 50, 50}, 50000);
  const ProgressSnapshot before = Snapshot(20000, {11111}, 46544);
  const std::vector<std::pair<size_t, std::string>> rows = {
      {1000,
       "12,345 names  1,234/s  in flight 10,000  permit 90.1%  deny 6.5%  servfail 1.6%  "
       "timeout 1.0%  lame 0.4%  error 0.4%  3,456 queries/s"},
      {100,
       "12,345 names  1,234/s  permit 90.1%  deny 6.5%  servfail 1.6%  timeout 1.0%  lame 0.4%  "
       "error 0.4%"},
      {80, "12,345 names  1,234/s  permit 90.1%  deny 6.5%  servfail 1.6%  timeout 1.0%"},
      {60, "12,345 names  1,234/s  permit 90.1%  deny 6.5%"},
      {20, "12,345 names"},
      {5, "12,34"},
      {0, ""},
  };
  for (const auto& [columns, want] : rows) {
    EXPECT_EQ(ProgressLine(now, before, seconds(1), seconds(1), columns), want) << columns;
  }
}

TEST(WaitingLineTest, SaysWhatIsWaitedFor) {
  const ProgressSnapshot now = Snapshot(1, {}, 14);
  EXPECT_EQ(WaitingLine(now, seconds(2), "CAA a.example at 192.0.2.1"),
            "2 s, 14 queries: waiting for CAA a.example at 192.0.2.1");
  EXPECT_EQ(WaitingLine(Snapshot(1, {}, 1), milliseconds(900), ""), "0 s, 1 query");
  EXPECT_EQ(WaitingLine(now, seconds(2), "CAA a.example at 192.0.2.1", 20), "2 s, 14 queries: wai");
}

}  // namespace
}  // namespace caascan::telemetry
