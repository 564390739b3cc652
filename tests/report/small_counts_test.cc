#include "scanner/report/small_counts.h"

#include <gtest/gtest.h>

#include <string>

namespace caascan::report {
namespace {

TEST(SmallCountsTest, BoundsItsKeys) {
  SmallCounts counts;
  for (int i = 0; i < 1000; ++i) counts.Add(std::to_string(i));
  const auto sorted = counts.Sorted();
  EXPECT_EQ(sorted.size(), SmallCounts::kMaxKeys + 1);
  EXPECT_EQ(sorted[0].first, SmallCounts::kOther);
  EXPECT_EQ(sorted[0].second, 1000 - SmallCounts::kMaxKeys);
}

TEST(SmallCountsTest, SortsByCountAndThenByKey) {
  SmallCounts counts;
  counts.Add("b");
  counts.Add("c", 3);
  counts.Add("a");
  const auto sorted = counts.Sorted();
  ASSERT_EQ(sorted.size(), 3u);
  EXPECT_EQ(sorted[0], (std::pair<std::string, uint64_t>("c", 3)));
  EXPECT_EQ(sorted[1].first, "a");
  EXPECT_EQ(sorted[2].first, "b");
}

TEST(SmallCountsTest, MergingAddsUp) {
  SmallCounts one;
  SmallCounts two;
  one.Add("a", 2);
  two.Add("a", 3);
  two.Add("b");
  one.Merge(two);
  const auto sorted = one.Sorted();
  ASSERT_EQ(sorted.size(), 2u);
  EXPECT_EQ(sorted[0].second, 5u);
  EXPECT_EQ(sorted[1].second, 1u);
}

TEST(SmallCountsTest, KeysThatDifferBehindTheCutAreOne) {
  SmallCounts counts;
  const std::string key(SmallCounts::kMaxKeySize, 'x');
  counts.Add(key + "1");
  counts.Add(key + "2");
  const auto sorted = counts.Sorted();
  ASSERT_EQ(sorted.size(), 1u);
  EXPECT_EQ(sorted[0], (std::pair<std::string, uint64_t>(key, 2)));
}

}  // namespace
}  // namespace caascan::report
