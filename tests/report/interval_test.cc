#include "scanner/report/interval.h"

#include <gtest/gtest.h>

namespace caascan::report {
namespace {

struct IntervalRow {
  uint64_t hits;
  uint64_t trials;
  double low;
  double high;
};

/// Values by R's prop.test(hits, trials, correct = FALSE).
TEST(WilsonIntervalTest, IsThatOfTheTextbook) {
  for (const IntervalRow& row :
       {IntervalRow{0, 0, 0, 1}, IntervalRow{0, 10, 0, 0.2775}, IntervalRow{1, 1, 0.2065, 1},
        IntervalRow{5, 10, 0.2366, 0.7634}, IntervalRow{82, 263, 0.2588, 0.3701}}) {
    const Interval interval = WilsonInterval(row.hits, row.trials);
    EXPECT_NEAR(interval.low, row.low, 0.0002) << row.hits << " of " << row.trials;
    EXPECT_NEAR(interval.high, row.high, 0.0002) << row.hits << " of " << row.trials;
  }
}

TEST(WilsonIntervalTest, HoldsTheShare) {
  for (uint64_t trials = 1; trials < 200; ++trials) {
    EXPECT_EQ(WilsonInterval(0, trials).low, 0) << trials;
    EXPECT_EQ(WilsonInterval(trials, trials).high, 1) << trials;
  }
}

// A broken partial file may say so.
TEST(WilsonIntervalTest, TakesHitsBeyondTheTrialsForAll) {
  const Interval all = WilsonInterval(10, 10);
  const Interval more = WilsonInterval(UINT64_MAX, 10);
  EXPECT_DOUBLE_EQ(more.low, all.low);
  EXPECT_DOUBLE_EQ(more.high, 1);
}

}  // namespace
}  // namespace caascan::report
