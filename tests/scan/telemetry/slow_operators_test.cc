#include "scanner/scan/telemetry/slow_operators.h"

#include <gtest/gtest.h>

#include <string>

namespace caascan::telemetry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(SlowOperatorsTest, CountsOnlyNamesThatTookLong) {
  SlowOperators slow;
  slow.Add("quick.example", milliseconds(999));
  slow.Add("", seconds(9));
  slow.Add("slow.example", seconds(1));
  slow.Add("slow.example", seconds(3));
  const auto slowest = slow.Slowest(5);
  ASSERT_EQ(slowest.size(), 1u);
  EXPECT_EQ(slowest[0].name, "slow.example");
  EXPECT_EQ(slowest[0].names, 2u);
  EXPECT_EQ(slowest[0].elapsed, seconds(4));
}

TEST(SlowOperatorsTest, AddsUpWorkersAndPutsTheMostTimeFirst) {
  SlowOperators one;
  one.Add("a.example", seconds(2));
  one.Add("b.example", seconds(3));
  SlowOperators other;
  other.Add("a.example", seconds(2));
  other.Add("c.example", seconds(3));
  one.Merge(other);
  const auto slowest = one.Slowest(2);
  ASSERT_EQ(slowest.size(), 2u);
  EXPECT_EQ(slowest[0].name, "a.example");
  EXPECT_EQ(slowest[1].name, "b.example") << "of equals by name";
}

TEST(SlowOperatorsTest, IsBounded) {
  SlowOperators slow;
  for (size_t i = 0; i < SlowOperators::kMaxOperators + 10; ++i) {
    slow.Add("op" + std::to_string(i), seconds(1));
  }
  slow.Add("op0", seconds(5));
  EXPECT_EQ(slow.Slowest(SIZE_MAX).size(), SlowOperators::kMaxOperators);
  EXPECT_EQ(slow.Slowest(1)[0].name, "op0");
}

}  // namespace
}  // namespace caascan::telemetry
