#include "scanner/counts/histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace caascan::counts {
namespace {

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
  std::mt19937_64 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
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

TEST(HistogramTest, WhatIsPackedAddsUpAgain) {
  Histogram histogram;
  for (const uint64_t value : {uint64_t{0}, uint64_t{7}, uint64_t{1000}, uint64_t{1} << 50}) {
    histogram.Add(value);
  }
  Histogram twice = histogram;
  ASSERT_TRUE(twice.AddPacked(histogram.Pack()));
  EXPECT_EQ(twice.count(), 8u);
  EXPECT_EQ(twice.sum(), 2 * histogram.sum());
  EXPECT_EQ(twice.min(), 0u);
  EXPECT_EQ(twice.max(), uint64_t{1} << 50);
  EXPECT_TRUE(twice.AddPacked(Histogram().Pack())) << "nothing may be added";
  EXPECT_EQ(twice.count(), 8u);
}

struct PackedRow {
  const char* name;
  std::vector<uint64_t> numbers;  // Count, sum, min and max; then bins with their counts.
};

// A partial report may come from a stranger.
TEST(HistogramTest, RefusesWhatNoHistogramPacks) {
  for (const PackedRow& row :
       {PackedRow{"nothing", {}}, PackedRow{"a head that is cut", {1, 5, 5}},
        PackedRow{"a bin without its count", {1, 5, 5, 5, 5}},
        PackedRow{"another count than the bins'", {2, 5, 5, 5, 5, 1}},
        PackedRow{"a bin beyond the last", {1, 5, 5, 5, 1'000'000, 1}},
        PackedRow{"a minimum above the maximum", {1, 5, 6, 5, 5, 1}},
        PackedRow{"a maximum that no value has", {1, 5, 5, UINT64_MAX, 5, 1}},
        PackedRow{"a sum of no values", {0, 5, UINT64_MAX, 0}}}) {
    Histogram histogram;
    histogram.Add(3);
    EXPECT_FALSE(histogram.AddPacked(row.numbers)) << row.name;
    EXPECT_EQ(histogram.count(), 1u) << row.name;
    EXPECT_EQ(histogram.max(), 3u) << row.name;
  }
}

}  // namespace
}  // namespace caascan::counts
