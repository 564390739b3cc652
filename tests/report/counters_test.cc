// Bounded tables, histograms, intervals and lists of broken lines.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "scanner/report/bounded_table.h"
#include "scanner/report/caa_use.h"
#include "scanner/report/histogram.h"
#include "scanner/report/interval.h"
#include "scanner/report/record_blocks.h"
#include "scanner/report/small_counts.h"

namespace caascan::report {
namespace {

TEST(BoundedTableTest, IsExactWhileThereIsRoom) {
  BoundedTable<CountRow> table(3);
  for (const char* key : {"a", "b", "a", "c", "a", "b"}) ++table.Find(key)->count;
  const auto sorted = table.Sorted();
  ASSERT_EQ(sorted.size(), 3u);
  EXPECT_EQ(sorted[0].first, "a");
  EXPECT_EQ(sorted[0].second->count, 3u);
  EXPECT_EQ(sorted[2].first, "c");
  EXPECT_EQ(table.missed(), 0u);
}

/// The promise, with and without merging: shown <= true <= shown + missed.
TEST(BoundedTableTest, StatesItsError) {
  std::mt19937 random(7);
  std::geometric_distribution<int> few(0.2);
  std::map<std::string, uint64_t> truth;
  BoundedTable<CountRow> parts[2] = {BoundedTable<CountRow>(512), BoundedTable<CountRow>(512)};
  for (int i = 0; i < 100'000; ++i) {
    const std::string key =
        std::to_string(i % 3 == 0 ? static_cast<int>(random() % 50'000) : few(random));
    ++truth[key];
    ++parts[random() % 2].Find(key)->count;
  }
  parts[0].Merge(parts[1]);
  std::map<std::string, uint64_t> shown;
  for (const auto& [key, row] : parts[0].Sorted()) shown[std::string(key)] = row->count;
  EXPECT_LE(shown.size(), 512u);
  EXPECT_GT(parts[0].missed(), 0u);
  for (const auto& [key, count] : truth) {
    EXPECT_LE(shown[key], count) << key;
    EXPECT_LE(count, shown[key] + parts[0].missed()) << key;
  }
  // And the error is of use: the most frequent keys are far above it.
  EXPECT_GT(shown["0"], parts[0].missed());
}

TEST(BoundedTableTest, MovesItsRowsAndBeginsAnew) {
  BoundedTable<CountRow> sum(1000);
  BoundedTable<CountRow> part(1000);
  for (int i = 0; i < 900; ++i) {
    ++part.Find(std::to_string(i % 300))->count;
    if (i % 7 == 6) part.MoveInto(&sum);
  }
  part.MoveInto(&sum);
  EXPECT_EQ(part.size(), 0u);
  EXPECT_TRUE(part.Sorted().empty());
  EXPECT_EQ(sum.size(), 300u);
  for (const auto& [key, row] : sum.Sorted()) EXPECT_EQ(row->count, 3u) << key;
}

TEST(BoundedTableTest, CutsKeys) {
  BoundedTable<CountRow> table(2);
  ++table.Find(std::string(10'000, 'x'))->count;
  EXPECT_EQ(table.Sorted()[0].first.size(), BoundedTable<CountRow>::kMaxKeySize);
}

TEST(SmallCountsTest, BoundsItsKeys) {
  SmallCounts counts;
  for (int i = 0; i < 1000; ++i) counts.Add(std::to_string(i));
  const auto sorted = counts.Sorted();
  EXPECT_EQ(sorted.size(), SmallCounts::kMaxKeys + 1);
  EXPECT_EQ(sorted[0].first, SmallCounts::kOther);
  EXPECT_EQ(sorted[0].second, 1000 - SmallCounts::kMaxKeys);
}

TEST(HistogramTest, IsExactForSmallValuesAndNearForLargeOnes) {
  for (const uint64_t scale : {uint64_t{1}, uint64_t{1000}, uint64_t{1} << 40}) {
    Histogram histogram;
    for (uint64_t i = 1; i <= 100; ++i) histogram.Add(i * scale);
    EXPECT_EQ(histogram.count(), 100u);
    EXPECT_EQ(histogram.min(), scale);
    EXPECT_EQ(histogram.max(), 100 * scale);
    EXPECT_EQ(histogram.sum(), 5050 * scale);
    for (const unsigned percent : {1u, 50u, 90u, 99u, 100u}) {
      const auto truth = static_cast<double>(percent * scale);
      const auto found = static_cast<double>(histogram.Quantile(percent / 100.0));
      EXPECT_LE(std::abs(found - truth), truth * Histogram::kRelativeError + 0.5) << percent;
    }
  }
}

TEST(HistogramTest, AddsUp) {
  Histogram all;
  Histogram parts[2];
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) {
    const uint64_t value = random() >> (random() % 64);
    all.Add(value);
    parts[i % 2].Add(value);
  }
  parts[0].Merge(parts[1]);
  for (const double quantile : {0.0, 0.01, 0.5, 0.99, 1.0}) {
    EXPECT_EQ(parts[0].Quantile(quantile), all.Quantile(quantile));
  }
  EXPECT_EQ(parts[0].sum(), all.sum());
  EXPECT_EQ(Histogram().Quantile(0.5), 0u);
}

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

TEST(BrokenLinesTest, LocatesTheFirstAndCountsAll) {
  BrokenLines one;
  BrokenLines two;
  for (uint64_t line = 100; line > 0; --line) (line % 2 == 0 ? one : two).Add(1, line, "x");
  two.Add(0, 500, "y");
  one.Merge(two);
  EXPECT_EQ(one.count(), 101u);
  ASSERT_EQ(one.located().size(), BrokenLines::kMaxLocated);
  EXPECT_EQ(one.located()[0].line, 500u);
  EXPECT_EQ(one.located()[0].problem, "y");
  for (size_t i = 1; i < one.located().size(); ++i) EXPECT_EQ(one.located()[i].line, i);
}

}  // namespace
}  // namespace caascan::report
