// How one name's budget is shared out.
#include "scanner/investigate/name_limits.h"

#include <gtest/gtest.h>

#include "scanner/zones/validator.h"

namespace caascan::investigate {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

struct Row {
  const char* name;
  DiagnoseMode diagnose;
  bool resolver_explains;
  unsigned recheck;
  // Wanted of the first pass and of the last one.
  uint32_t first_queries;
  uint32_t first_host_queries;
  nanoseconds wait;
};

class NameLimitsTest : public testing::TestWithParam<Row> {
 protected:
  NameLimitsTest() {
    options_.max_queries = 100;
    options_.max_wait = seconds(60);
    options_.ask.timeout = seconds(2);
    options_.diagnose = GetParam().diagnose;
    options_.resolver_explains = GetParam().resolver_explains;
    options_.recheck = GetParam().recheck;
  }

  InvestigateOptions options_;
  NameLimits limits_{&options_};
  query::Account account_;
};

INSTANTIATE_TEST_SUITE_P(
    Rows, NameLimitsTest,
    testing::Values(Row{"Usual", DiagnoseMode::kFailures, true, 1, 40, 5, seconds(40)},
                    Row{"OnePass", DiagnoseMode::kFailures, true, 0, 100, 10, seconds(40)},
                    Row{"NobodyExplains", DiagnoseMode::kOff, false, 1, 40, 5, seconds(60)},
                    Row{"TheResolverExplains", DiagnoseMode::kOff, true, 1, 40, 5, seconds(40)}),
    [](const auto& row) { return row.param.name; });

TEST_P(NameLimitsTest, TheFirstPassLeavesSomethingForTheOthers) {
  limits_.BeginFirstPass(&account_);
  EXPECT_EQ(account_.budget.max_queries, GetParam().first_queries);
  EXPECT_EQ(account_.budget.max_host_queries, GetParam().first_host_queries);
  EXPECT_EQ(account_.budget.max_wait, GetParam().wait);
}

TEST_P(NameLimitsTest, ALaterPassHasWhatIsLeft) {
  limits_.BeginFirstPass(&account_);
  account_.budget.queries = 39;
  account_.budget.steps = 7;
  account_.budget.octets = 1000;
  account_.budget.waited = seconds(5);
  account_.budget.work.spent = 4000;
  limits_.BeginPass(&account_);
  EXPECT_EQ(account_.budget.max_queries, 100u);
  EXPECT_EQ(account_.budget.max_host_queries, 10u);
  EXPECT_EQ(account_.budget.work.limit, zones::kWorkPerName);
  EXPECT_EQ(account_.budget.steps, 0u) << "these cost no more than time";
  // All else is one budget.
  EXPECT_EQ(account_.budget.queries, 39u);
  EXPECT_EQ(account_.budget.octets, 1000u);
  EXPECT_EQ(account_.budget.waited, seconds(5));
  EXPECT_EQ(account_.budget.work.spent, 4000u);
}

TEST_P(NameLimitsTest, FindingOutWhyHasTheRestOfTheTime) {
  limits_.BeginPass(&account_);
  account_.budget.waited = seconds(41);
  limits_.BeginProbes(&account_);
  EXPECT_FALSE(account_.budget.too_slow());
  limits_.BeginLookAgain(&account_);
  EXPECT_FALSE(account_.budget.too_slow());
  account_.budget.waited = seconds(60);
  EXPECT_TRUE(account_.budget.too_slow());
}

TEST_P(NameLimitsTest, ASurveyHasABudgetOfItsOwn) {
  limits_.BeginPass(&account_);
  account_.budget.queries = 100;
  account_.budget.octets = query::Budget::kMaxOctets;
  account_.budget.waited = seconds(60);
  ASSERT_TRUE(account_.budget.exhausted());
  limits_.BeginSurvey(&account_);
  EXPECT_FALSE(account_.budget.exhausted());
  EXPECT_EQ(account_.budget.max_queries, 300u);
}

TEST(BudgetTest, OctetsAreLimitedAsQueriesAre) {
  query::Budget budget;
  budget.max_queries = 100;
  budget.octets = query::Budget::kMaxOctets - 1;
  EXPECT_FALSE(budget.exhausted());
  ++budget.octets;
  EXPECT_TRUE(budget.exhausted());
  EXPECT_EQ(budget.limit(), Reason::kTooManyQueries);
}

}  // namespace
}  // namespace caascan::investigate
