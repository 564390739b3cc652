#include "scanner/scan/telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace caascan::telemetry {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

ProgressSnapshot Some() {
  ProgressSnapshot now;
  now.names_started = 1300;
  now.outcomes = {800};
  now.reasons[static_cast<size_t>(Reason::kNoCaa)] = 800;
  now.network = {.udp_queries = 3000,
                 .tcp_queries = 20,
                 .reply_octets = 350'000,
                 .timeouts = 90,
                 .late = 4,
                 .drops = 5,
                 .outages = 2};
  now.signature_checks[13] = 70;
  now.signatures_remembered = 40;
  now.nsec3_hashes = 12;
  now.validation_units = 9'000;
  now.input_bytes = 100'000;
  return now;
}

TEST(MetricsTest, HasEachCounterWithItsLabels) {
  const std::string text = MetricsText(Some(), milliseconds(1500));
  for (const char* line :
       {"# TYPE caascan_records_total counter\n",
        "caascan_records_total{outcome=\"permit\",reason=\"no_caa\"} 800\n",
        "caascan_records_total{outcome=\"error\",reason=\"stopped\"} 0\n",
        "caascan_names_in_flight 500\n", "caascan_queries_total{transport=\"udp\"} 3000\n",
        "caascan_queries_total{transport=\"tcp\"} 20\n", "caascan_timeouts_total 90\n",
        "caascan_late_answers_total 4\n", "caascan_receive_drops_total 5\n",
        "caascan_outages_total 2\n", "caascan_signature_checks_total{algorithm=\"13\"} 70\n",
        "caascan_signatures_remembered_total 40\n", "caascan_nsec3_hashes_total 12\n",
        "caascan_reply_octets_total 350000\n", "caascan_validation_units_total 9000\n",
        "caascan_input_bytes 100000\n", "caascan_elapsed_seconds 1.500\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, HasSubstr("caascan_build_info{version=\""));
}

TEST(MetricsTest, StepsOfRoundTripsCountThoseBelowThem) {
  ProgressSnapshot now;
  for (const auto rtt : {milliseconds(1), milliseconds(2), milliseconds(3), milliseconds(9000)}) {
    now.network.round_trips.Add(rtt);
  }
  const std::string text = MetricsText(now, milliseconds(1));
  for (const char* line :
       {"# TYPE caascan_round_trip_seconds histogram\n",
        "caascan_round_trip_seconds_bucket{le=\"0.001\"} 1\n",
        "caascan_round_trip_seconds_bucket{le=\"0.002\"} 2\n",
        "caascan_round_trip_seconds_bucket{le=\"0.005\"} 3\n",
        "caascan_round_trip_seconds_bucket{le=\"5\"} 3\n",
        "caascan_round_trip_seconds_bucket{le=\"+Inf\"} 4\n",
        "caascan_round_trip_seconds_sum 9.006000\n", "caascan_round_trip_seconds_count 4\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace caascan::telemetry
