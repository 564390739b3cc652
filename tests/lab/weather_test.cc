// What the network does, by chance: in the shares that were asked for.
#include "tools/caalab/serve/weather.h"

#include <gtest/gtest.h>

#include "tools/caalab/world/chance.h"

namespace caascan::lab {
namespace {

constexpr int kCount = 100000;

TEST(WeatherTest, FairWeatherDoesNothing) {
  for (uint64_t random = 0; random < 1000; ++random) {
    const Fate fate = FateOf({}, MixBits(random));
    EXPECT_FALSE(fate.query_lost || fate.answer_lost || fate.answer_doubled);
    EXPECT_EQ(fate.delay_ms, 0u);
  }
}

TEST(WeatherTest, SharesAreThoseAskedFor) {
  Weather weather;
  weather.loss_percent = 5;
  weather.duplicate_percent = 2;
  weather.reorder_percent = 10;
  weather.delay_ms = 30;
  weather.jitter_ms = 9;
  int queries = 0;
  int answers = 0;
  int both = 0;
  int doubled = 0;
  int held_back = 0;
  uint64_t jitter = 0;
  for (int i = 0; i < kCount; ++i) {
    const Fate fate = FateOf(weather, MixBits(static_cast<uint64_t>(i)));
    queries += fate.query_lost ? 1 : 0;
    answers += fate.answer_lost ? 1 : 0;
    both += fate.query_lost && fate.answer_lost ? 1 : 0;
    doubled += fate.answer_doubled ? 1 : 0;
    ASSERT_GE(fate.delay_ms, 30u);
    const uint32_t more = fate.delay_ms - 30;
    held_back += more >= kReorderDelayMs ? 1 : 0;
    jitter += more >= kReorderDelayMs ? more - kReorderDelayMs : more;
    ASSERT_LE(more, kReorderDelayMs + 9);
  }
  EXPECT_NEAR(queries, 5000, 300);
  EXPECT_NEAR(answers, 5000, 300);
  EXPECT_NEAR(both, 250, 80) << "each way on its own";
  EXPECT_NEAR(doubled, 2000, 200);
  EXPECT_NEAR(held_back, 10000, 400);
  EXPECT_NEAR(static_cast<double>(jitter) / kCount, 4.5, 0.1);
}

}  // namespace
}  // namespace caascan::lab
