#include "scanner/scan/telemetry/telemetry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace caascan::telemetry {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ProgressSnapshot Some() {
  ProgressSnapshot now;
  now.names_started = 1500;
  now.outcomes = {800, 150, 0, 50, 0, 0};
  now.retries = 7;
  now.network = {.udp_queries = 3000,
                 .tcp_queries = 20,
                 .replies = 2910,
                 .reply_octets = 350'000,
                 .timeouts = 90,
                 .late = 4,
                 .strays = 3,
                 .send_errors = 1,
                 .drops = 5,
                 .outages = 2};
  now.signature_checks[8] = 3;
  now.signature_checks[13] = 70;
  now.signatures_remembered = 40;
  now.nsec3_hashes = 12;
  now.validation_units = 9'000;
  now.names_read = 2000;
  now.names_kept = 11;
  now.input_bytes_read = 50'000;
  now.input_bytes = 100'000;
  return now;
}

TEST(TelemetryTest, Status) {
  ProgressSnapshot before;
  before.outcomes = {500};
  before.network.udp_queries = 2020;
  const std::string text = StatusJson(Some(), before, milliseconds(500), seconds(10), false);
  EXPECT_THAT(text, StartsWith("{\"time\":\"20"));
  EXPECT_THAT(
      text,
      EndsWith(
          R"(,"finished":false,"elapsed_s":10.000,"eta_s":30,"names_read":2000,"names_kept":11,)"
          R"("names_in_flight":500,"records":1000,"records_per_s":1000.0,"outcomes":{"permit":800,)"
          R"("deny":150,"servfail":0,"timeout":50,"lame":0,"error":0},"queries":3020,)"
          R"("queries_per_s":2000.0,"retries":7,"replies":2910,"reply_octets":350000,"timeouts":90,"late_answers":4,)"
          R"("loss_percent":3.00,"send_errors":1,"receive_drops":5,"outages":2,)"
          R"("signature_checks":{"8":3,"13":70},"signatures_remembered":40,"nsec3_hashes":12,)"
          R"("validation_units":9000,)"
          R"("input_bytes_read":50000,"input_bytes":100000})"
          "\n"));
  const std::string bare = StatusJson({}, {}, seconds(0), seconds(0), true);
  EXPECT_THAT(bare, HasSubstr("\"finished\":true"));
  for (const char* unknown : {"eta_s", "loss_percent", "\"input_bytes\""}) {
    EXPECT_THAT(bare, Not(HasSubstr(unknown)));
  }
}

TEST(TelemetryTest, TimeLeft) {
  EXPECT_EQ(TimeLeft(Some(), seconds(10)), seconds(30));
  ProgressSnapshot now = Some();
  now.input_bytes = 0;
  EXPECT_EQ(TimeLeft(now, seconds(10)), std::nullopt) << "the input's size is not known";
  now = Some();
  now.outcomes = {};
  EXPECT_EQ(TimeLeft(now, seconds(10)), std::nullopt) << "nothing is done";
  now = Some();
  now.input_bytes_read = 0;
  EXPECT_EQ(TimeLeft(now, seconds(10)), std::nullopt) << "nothing is read";
  now = Some();
  now.input_bytes_read = 200'000;  // The file has grown meanwhile.
  EXPECT_EQ(TimeLeft(now, seconds(10)), seconds(10));
  now.names_read = 5;
  EXPECT_EQ(TimeLeft(now, seconds(10)), seconds(0));
}

TEST(TelemetryTest, Loss) {
  EXPECT_EQ(LossPercent(Some(), Some()), std::nullopt);
  EXPECT_EQ(LossPercent(Some(), {}), 3.0);
  ProgressSnapshot later = Some();
  later.network.timeouts += 1;
  EXPECT_EQ(LossPercent(later, Some()), 100.0);
}

TEST(TelemetryTest, TheLineTellsLossAndTimeLeft) {
  EXPECT_THAT(ProgressLine(Some(), {}, seconds(1), seconds(10)),
              EndsWith("3,020 queries/s  loss 3.0%  0:00:30 left"));
}

}  // namespace
}  // namespace caascan::telemetry
