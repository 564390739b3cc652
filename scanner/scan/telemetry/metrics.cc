// Tested by metrics_test.cc, and end to end by telemetry_test.py with promtool.
#include "scanner/scan/telemetry/metrics.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <string_view>

namespace caascan::telemetry {
namespace {

using std::chrono::microseconds;

/// One metric with its help and type; `labels` with braces, or empty.
void AppendHead(absl::string_view name, absl::string_view type, absl::string_view help,
                std::string* out) {
  absl::StrAppend(out, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

void AppendMetric(absl::string_view name, absl::string_view type, absl::string_view help,
                  uint64_t value, std::string* out) {
  AppendHead(name, type, help, out);
  absl::StrAppend(out, name, " ", value, "\n");
}

absl::string_view Text(std::string_view text) { return {text.data(), text.size()}; }

/// Every reason, so that a series is there before its first record.
void AppendRecordCounts(const ProgressSnapshot& now, std::string* out) {
  AppendHead("caascan_records_total", "counter", "Records written, by outcome and reason.", out);
  for (size_t i = 0; i < now.reasons.size(); ++i) {
    const auto reason = static_cast<Reason>(i);
    absl::StrAppend(out, "caascan_records_total{outcome=\"", Text(OutcomeCode(OutcomeOf(reason))),
                    "\",reason=\"", Text(ReasonCode(reason)), "\"} ", now.reasons[i], "\n");
  }
}

/// Each step counts those below it too.
void AppendRoundTrips(const net::RoundTrips& trips, std::string* out) {
  constexpr const char* kName = "caascan_round_trip_seconds";
  AppendHead(kName, "histogram", "How long answers took, from the last sending of the query.", out);
  uint64_t sum = 0;
  for (size_t i = 0; i < trips.counts.size(); ++i) {
    sum += trips.counts[i];
    const bool last = i == trips.kBounds.size();
    const double bound = last ? 0 : std::chrono::duration<double>(trips.kBounds[i]).count();
    absl::StrAppend(out, kName, "_bucket{le=\"", last ? "+Inf" : absl::StrFormat("%g", bound),
                    "\"} ", sum, "\n");
  }
  absl::StrAppendFormat(out, "%s_sum %.6f\n%s_count %d\n", kName,
                        static_cast<double>(trips.sum_us) / 1e6, kName, sum);
}

void AppendValidation(const ProgressSnapshot& now, std::string* out) {
  AppendHead("caascan_signature_checks_total", "counter",
             "DNSSEC signatures checked, of names that are done, by algorithm.", out);
  for (size_t i = 0; i < now.signature_checks.size(); ++i) {
    if (now.signature_checks[i] == 0) continue;
    absl::StrAppend(out, "caascan_signature_checks_total{algorithm=\"", i, "\"} ",
                    now.signature_checks[i], "\n");
  }
  AppendMetric("caascan_signatures_remembered_total", "counter",
               "DNSSEC signatures that had been checked before.", now.signatures_remembered, out);
  AppendMetric("caascan_nsec3_hashes_total", "counter",
               "SHA-1 digests for NSEC3, each iteration counted.", now.nsec3_hashes, out);
  AppendMetric("caascan_validation_units_total", "counter",
               "What validation has cost, in units of about a microsecond.", now.validation_units,
               out);
}

}  // namespace

std::string MetricsText(const ProgressSnapshot& now, microseconds elapsed) {
  std::string out;
  AppendHead("caascan_build_info", "gauge", "Always 1; the version is in the label.", &out);
  absl::StrAppend(&out, "caascan_build_info{version=\"", CAASCAN_VERSION, "\"} 1\n");
  AppendMetric("caascan_names_read_total", "counter", "Input lines that ask for a name.",
               now.names_read, &out);
  AppendMetric("caascan_names_kept_total", "counter",
               "Input lines left out because an earlier run's record is kept.", now.names_kept,
               &out);
  AppendMetric("caascan_names_in_flight", "gauge", "Names taken up and not yet written.",
               now.in_flight(), &out);
  AppendRecordCounts(now, &out);
  AppendHead("caascan_queries_total", "counter", "Queries sent, by transport.", &out);
  absl::StrAppend(&out, "caascan_queries_total{transport=\"udp\"} ", now.network.udp_queries,
                  "\ncaascan_queries_total{transport=\"tcp\"} ", now.network.tcp_queries, "\n");
  AppendMetric("caascan_retries_total", "counter",
               "Queries beyond the first of a look-up in one zone, of names that are done.",
               now.retries, &out);
  AppendMetric("caascan_replies_total", "counter", "Answers that matched a query.",
               now.network.replies, &out);
  AppendRoundTrips(now.network.round_trips, &out);
  AppendMetric("caascan_reply_octets_total", "counter", "Octets of those answers.",
               now.network.reply_octets, &out);
  AppendMetric("caascan_timeouts_total", "counter", "Queries that no answer came for.",
               now.network.timeouts, &out);
  AppendMetric("caascan_late_answers_total", "counter",
               "Answers to queries that were no longer waited for.", now.network.late, &out);
  AppendMetric("caascan_stray_datagrams_total", "counter",
               "Datagrams that matched no query, or matched it badly; late answers are none.",
               now.network.strays, &out);
  AppendMetric("caascan_receive_drops_total", "counter",
               "Datagrams that found no room in this program's sockets.", now.network.drops, &out);
  AppendMetric("caascan_outages_total", "counter",
               "Times, of each thread, when no server answered any more, the root's included.",
               now.network.outages, &out);
  AppendMetric("caascan_send_errors_total", "counter", "Queries that this machine could not send.",
               now.network.send_errors, &out);
  AppendValidation(now, &out);
  AppendMetric("caascan_input_bytes_read_total", "counter",
               "Bytes of input read, before decompression.", now.input_bytes_read, &out);
  if (now.input_bytes > 0) {
    AppendMetric("caascan_input_bytes", "gauge", "Size of all inputs in bytes.", now.input_bytes,
                 &out);
  }
  AppendHead("caascan_elapsed_seconds", "gauge", "Time since the scan began.", &out);
  absl::StrAppendFormat(&out, "caascan_elapsed_seconds %.3f\n",
                        std::chrono::duration<double>(elapsed).count());
  return out;
}

}  // namespace caascan::telemetry
