// What ends a name's look-ups, and for which reason.
#include "scanner/query/budget.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/query/offline_fixture.h"

namespace caascan::query {
namespace {

using std::chrono::seconds;

TEST(BudgetTest, EachLimitEndsTheName) {
  const struct {
    const char* name;
    uint32_t queries;
    uint32_t steps;
    uint64_t octets;
    seconds waited;
    bool exhausted;
    Reason reason;
  } rows[] = {
      {"within all limits", 9, Budget::kMaxSteps - 1, Budget::kMaxOctets - 1, seconds(59), false,
       Reason::kTooManyQueries},
      {"queries", 10, 0, 0, seconds(0), true, Reason::kTooManyQueries},
      {"steps, which may send nothing", 0, Budget::kMaxSteps, 0, seconds(0), true,
       Reason::kTooManyQueries},
      {"octets of answers", 0, 0, Budget::kMaxOctets, seconds(0), true, Reason::kTooManyQueries},
      {"time", 0, 0, 0, seconds(60), true, Reason::kTooSlow},
      {"time goes before the others", 10, 0, 0, seconds(60), true, Reason::kTooSlow},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Budget budget;
    budget.max_queries = 10;
    budget.max_wait = seconds(60);
    budget.queries = row.queries;
    budget.steps = row.steps;
    budget.octets = row.octets;
    budget.waited = row.waited;
    EXPECT_EQ(budget.exhausted(), row.exhausted);
    EXPECT_EQ(budget.limit(), row.reason);
  }
}

TEST(HostQueriesTest, CountByZone) {
  HostQueries queries;
  EXPECT_EQ(queries.Of(N("example.com")), 0u);
  queries.Add(N("example.com"), 2);
  queries.Add(N("example.com"), 3);
  queries.Add(N("example.net"), 1);
  EXPECT_EQ(queries.Of(N("example.com")), 5u);
  EXPECT_EQ(queries.Of(N("example.net")), 1u);
  EXPECT_EQ(queries.Of(N("example.org")), 0u);
}

}  // namespace
}  // namespace caascan::query
