#include "scanner/forecast/forecast_model.h"

#include <gtest/gtest.h>

namespace caascan::forecast {
namespace {

TEST(ForecastModelTest, AtZoneAbove) {
  struct Row {
    const char* what;
    DomainCounts counts;
    double validating, without_denials, off;
  };
  const Row rows[] = {
      {"nothing", {}, 0, 0, 0},
      {"a list", {.listed = 100}, 100, 100, 100},
      {"a zone file without DS: one span", {.seeded_unsigned = 999'999}, 0.999999, 999'999, 0},
      {"all with DS", {.seeded_signed = 50}, 50, 50, 0},
      // bench/registry has measured 0.079 a name.
      {"one in 25 with DS",
       {.seeded_unsigned = 960'000, .seeded_signed = 40'000},
       78'401,
       1'000'000,
       0},
      {"a zone file that brings its proofs",
       {.proven_unsigned = 960'000, .proven_signed = 40'000},
       0,
       0,
       0},
      {"both", {.listed = 10, .seeded_unsigned = 1, .seeded_signed = 1}, 11.67, 12, 10},
  };
  for (const Row& row : rows) {
    EXPECT_NEAR(ForecastModel().AtZoneAbove(row.counts), row.validating, 0.5) << row.what;
    EXPECT_EQ((ForecastModel{.reuse_denials = false}.AtZoneAbove(row.counts)), row.without_denials)
        << row.what;
    EXPECT_EQ((ForecastModel{.validate = false}.AtZoneAbove(row.counts)), row.off) << row.what;
  }
}

TEST(ForecastModelTest, OneName) {
  const ForecastModel model;
  const ForecastModel off{.validate = false};
  EXPECT_EQ(model.AtSeeded(true), 2);
  EXPECT_EQ(model.AtSeeded(false), 1);
  EXPECT_EQ(off.AtSeeded(true), 1);
  EXPECT_EQ(model.OfZoneItself(), 2);
  EXPECT_EQ(off.OfZoneItself(), 1);
  EXPECT_EQ(model.AtRoot(3), 4);
  EXPECT_EQ(off.AtRoot(3), 3);
  EXPECT_EQ(model.OfAddress(0.5), 0.5);
  EXPECT_EQ(model.OfAddress(1000), 1);
  EXPECT_EQ(model.AtUnknown(true, false), 1);
  EXPECT_EQ(model.AtUnknown(true, true), 2);
  EXPECT_EQ(model.AtUnknown(false, false), 0);
}

TEST(ForecastModelTest, ZoneFactsAreAQueryEachOfADomain) {
  struct Row {
    bool ns, keys, validate, is_signed;
    double queries;
  };
  const Row rows[] = {
      {false, false, true, false, 0}, {true, false, true, true, 1}, {true, true, true, false, 2},
      {true, true, true, true, 1},    {true, true, false, true, 2}, {false, true, true, true, 0},
  };
  for (const Row& row : rows) {
    ForecastModel model;
    model.validate = row.validate;
    const double without = model.AtSeeded(row.is_signed);
    model.zone_ns = row.ns;
    model.zone_keys = row.keys;
    EXPECT_EQ(model.OfZoneFacts(row.is_signed), row.queries);
    EXPECT_EQ(model.AtSeeded(row.is_signed), without + row.queries);
  }
}

TEST(ForecastModelTest, TheValidationRecordIsOneMoreOfEachName) {
  ScanOptions options;
  EXPECT_FALSE(ModelOf(options).persist);
  options.also_persist = true;
  const ForecastModel model = ModelOf(options);
  EXPECT_EQ(model.AtSeeded(true), 3);
  EXPECT_EQ(model.AtSeeded(false), 2);
  EXPECT_EQ(model.AtUnknown(true, false), 2);
  EXPECT_EQ(model.AtUnknown(true, true), 3);
  EXPECT_EQ(model.AtUnknown(false, true), 1);
}

TEST(ForecastModelTest, TimeFollowsTheLimits) {
  ScanOptions options;
  EXPECT_EQ(ModelOf(options).SecondsAtAddresses(1000, 2), 5) << "100 a second by default";
  options.server_inflight = 1;
  EXPECT_EQ(ModelOf(options).SecondsAtAddresses(1000, 1), 50) << "one at a time, 50 ms each";
  options.server_rate_qps = 10;
  EXPECT_EQ(ModelOf(options).SecondsAtAddresses(1000, 1), 100);
  options.server_rate_qps = options.server_inflight = 0;
  EXPECT_EQ(ModelOf(options).SecondsAtAddresses(1000, 1), 0);
  EXPECT_EQ(ModelOf(options).SecondsInAll(1e6), 5) << "10,000 names in flight, 50 ms each";
  options.rate_qps = 1000;
  EXPECT_EQ(ModelOf(options).SecondsInAll(1e6), 1000);
  options.resolvers = {"192.0.2.1"};
  EXPECT_FALSE(ModelOf(options).validate);
}

}  // namespace
}  // namespace caascan::forecast
