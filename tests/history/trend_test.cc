#include "scanner/history/trend.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace caascan::history {
namespace {

// Counted by another form of the test, 2 * sum(O * log(O / E)), in Python.
TEST(ChanceTest, IsThatOfTheLikelihoodRatio) {
  EXPECT_NEAR(ChanceOf(0.05, 1000, 0.08, 1000), 0.0062834, 1e-6);
  EXPECT_NEAR(ChanceOf(0.0, 100, 0.05, 100), 0.0078838, 1e-6);
  EXPECT_DOUBLE_EQ(ChanceOf(0.25, 400, 0.25, 40), 1);
  EXPECT_DOUBLE_EQ(ChanceOf(0.25, 0, 0.75, 40), 1);
  EXPECT_LT(ChanceOf(0, 1000, 1, 1000), 1e-100);
}

struct Row {
  const char* name;
  std::vector<Sample> samples;
  size_t comparisons = 1;
  int since = -1;  // No change.
  double before = 0;
  double after = 0;
};

class ChangeTest : public testing::TestWithParam<Row> {};

TEST_P(ChangeTest, IsFoundWhereItIs) {
  const auto change = FindChange(GetParam().samples, GetParam().comparisons);
  ASSERT_EQ(change.has_value(), GetParam().since >= 0);
  if (!change.has_value()) return;
  EXPECT_EQ(change->since, static_cast<size_t>(GetParam().since));
  EXPECT_NEAR(change->before, GetParam().before, 1e-9);
  EXPECT_NEAR(change->after, GetParam().after, 1e-9);
}

std::vector<Row> Rows() {
  return {
      {"Nothing", {}},
      {"OneScan", {{1000, 500}}},
      {"Same", {{1000, 50}, {1000, 50}, {1000, 50}}},
      {"WorseSinceTheThird", {{1000, 10}, {1000, 10}, {1000, 90}, {1000, 90}}, 1, 2, 0.01, 0.09},
      {"BetterSinceTheSecond", {{1000, 90}, {1000, 0}, {1000, 0}}, 1, 1, 0.09, 0},
      {"ByChance", {{1000, 50}, {1000, 57}, {1000, 44}, {1000, 52}}},
      // One of many that were looked at differs so much by chance.
      {"AmongFew", {{100, 0}, {100, 8}}, 1, 1, 0, 0.08},
      {"AmongMany", {{100, 0}, {100, 8}}, 1000},
      // A hundred scans of the same ten names are no thousand names.
      {"FewNamesOften", std::vector<Sample>(100, {10, 1})},
      {"NoScanOfItBetween", {{1000, 10}, {0, 0}, {1000, 90}}, 1, 2, 0.01, 0.09},
      {"NoScanOfItAtTheEnds", {{0, 0}, {1000, 10}, {0, 0}}},
      {"BrokenCounts", {{10, 20}, {10, 20}}},
  };
}

INSTANTIATE_TEST_SUITE_P(All, ChangeTest, testing::ValuesIn(Rows()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(FindChangeTest, DoesNotGrowSurerByScansOfTheSameNames) {
  std::vector<Sample> samples(200, {20, 1});
  for (size_t i = 100; i < samples.size(); ++i) samples[i].hits = 4;
  EXPECT_EQ(FindChange(samples, 1), std::nullopt);
}

}  // namespace
}  // namespace caascan::history
