// Tested by progress_test.cc.
#include "scanner/scan/telemetry/progress.h"

#include <absl/strings/str_format.h>

#include <cmath>

namespace caascan::telemetry {
namespace {

/// 1234567 as "1,234,567".
std::string WithCommas(uint64_t value) {
  std::string text = std::to_string(value);
  for (size_t place = text.size(); place > 3;) {
    place -= 3;
    text.insert(place, 1, ',');
  }
  return text;
}

std::string_view NameNoun(uint64_t count) { return count == 1 ? "name" : "names"; }

std::string Rate(uint64_t now, uint64_t before, std::chrono::microseconds elapsed) {
  if (elapsed.count() <= 0 || now <= before) return "0";
  const double seconds = std::chrono::duration<double>(elapsed).count();
  return WithCommas(
      static_cast<uint64_t>(std::llround(static_cast<double>(now - before) / seconds)));
}

uint64_t Sum(std::span<const uint64_t> counts) {
  uint64_t sum = 0;
  for (const uint64_t count : counts) sum += count;
  return sum;
}

/// "11,000 permit, 1,345 deny".
std::string OutcomeList(std::span<const uint64_t> outcomes) {
  std::string list;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] == 0) continue;
    if (!list.empty()) list += ", ";
    list += WithCommas(outcomes[i]);
    list += ' ';
    list += OutcomeCode(static_cast<Outcome>(i));
  }
  return list;
}

/// One fact of a line. The higher its rank, the sooner it is left out.
struct LinePart {
  std::string text;
  int rank = 0;
};

std::string JoinToFit(std::vector<LinePart> parts, size_t columns) {
  constexpr std::string_view kBetween = "  ";
  const auto less = [](const LinePart& a, const LinePart& b) { return a.rank < b.rank; };
  while (true) {
    std::string line;
    for (const LinePart& part : parts) {
      if (!line.empty()) line += kBetween;
      line += part.text;
    }
    if (line.size() <= columns || parts.size() <= 1) return line.substr(0, columns);
    // Of equals the last one: outcomes stand in the order of how good they are.
    const auto least = std::max_element(parts.rbegin(), parts.rend(), less);
    parts.erase(std::next(least).base());
  }
}

}  // namespace

void ProgressSnapshot::Add(const WorkerCounters& worker) {
  const auto load = [](const std::atomic<uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  names_started += load(worker.names_started_);
  for (size_t i = 0; i < reasons.size(); ++i) {
    const uint64_t records = load(worker.reasons_[i]);
    reasons[i] += records;
    outcomes[static_cast<size_t>(OutcomeOf(static_cast<Reason>(i)))] += records;
  }
  recalled += load(worker.recalled_);
  queries += load(worker.queries_);
  retries += load(worker.retries_);
  for (size_t i = 0; i < signature_checks.size(); ++i) {
    signature_checks[i] += load(worker.signature_checks_[i]);
  }
  signatures_remembered += load(worker.signatures_remembered_);
  nsec3_hashes += load(worker.nsec3_hashes_);
  validation_units += load(worker.validation_units_);
  network.udp_queries += load(worker.network_.udp_queries);
  network.tcp_queries += load(worker.network_.tcp_queries);
  network.replies += load(worker.network_.replies);
  network.reply_octets += load(worker.network_.reply_octets);
  network.timeouts += load(worker.network_.timeouts);
  network.late += load(worker.network_.late);
  network.strays += load(worker.network_.strays);
  network.drops += load(worker.network_.drops);
  network.outages += load(worker.network_.outages);
  network.send_errors += load(worker.network_.send_errors);
  net::RoundTrips& trips = network.round_trips;
  for (size_t i = 0; i < trips.counts.size(); ++i) {
    trips.counts[i] += load(worker.network_.round_trips[i]);
  }
  trips.sum_us += load(worker.network_.round_trips_us);
}

std::optional<std::chrono::seconds> TimeLeft(const ProgressSnapshot& now,
                                             std::chrono::microseconds elapsed) {
  const auto records = static_cast<double>(now.records());
  if (now.input_bytes == 0 || now.input_bytes_read == 0 || records == 0) return std::nullopt;
  const double part = std::min(
      1.0, static_cast<double>(now.input_bytes_read) / static_cast<double>(now.input_bytes));
  const double names = static_cast<double>(now.names_read) / part;
  const double left_s =
      std::max(0.0, names - records) * std::chrono::duration<double>(elapsed).count() / records;
  constexpr double kForever = 1e9;  // Seconds; more says nothing.
  if (!(left_s < kForever)) return std::nullopt;
  return std::chrono::seconds(std::llround(left_s));
}

std::optional<double> LossPercent(const ProgressSnapshot& now, const ProgressSnapshot& before) {
  const auto since = [](uint64_t a, uint64_t b) { return a > b ? static_cast<double>(a - b) : 0; };
  const double lost = since(now.network.timeouts, before.network.timeouts);
  const double ended = lost + since(now.network.replies, before.network.replies);
  if (ended <= 0) return std::nullopt;
  return 100.0 * lost / ended;
}

void WorkerCounters::SetNetwork(const net::NetworkStats& stats) {
  const auto set = [](std::atomic<uint64_t>* counter, uint64_t value) {
    counter->store(value, std::memory_order_relaxed);
  };
  set(&network_.udp_queries, stats.udp_queries);
  set(&network_.tcp_queries, stats.tcp_queries);
  set(&network_.replies, stats.replies);
  set(&network_.reply_octets, stats.reply_octets);
  set(&network_.timeouts, stats.timeouts);
  set(&network_.late, stats.late);
  set(&network_.strays, stats.strays);
  set(&network_.drops, stats.drops);
  set(&network_.outages, stats.outages);
  set(&network_.send_errors, stats.send_errors);
  for (size_t i = 0; i < stats.round_trips.counts.size(); ++i) {
    set(&network_.round_trips[i], stats.round_trips.counts[i]);
  }
  set(&network_.round_trips_us, stats.round_trips.sum_us);
}

uint64_t ProgressSnapshot::records() const { return Sum(outcomes); }

uint64_t ProgressSnapshot::in_flight() const {
  // The counters are read one after the other while workers go on.
  const uint64_t written = records();
  return names_started > written ? names_started - written : 0;
}

std::string ProgressLine(const ProgressSnapshot& now, const ProgressSnapshot& before,
                         std::chrono::microseconds interval, std::chrono::microseconds elapsed,
                         size_t columns) {
  const uint64_t records = now.records();
  std::vector<LinePart> parts;
  parts.push_back({WithCommas(records) + " " + std::string(NameNoun(records)), 0});
  parts.push_back({Rate(records, before.records(), interval) + "/s", 2});
  parts.push_back({"in flight " + WithCommas(now.in_flight()), 4});
  for (size_t i = 0; i < now.outcomes.size(); ++i) {
    if (now.outcomes[i] == 0) continue;
    const double share = static_cast<double>(now.outcomes[i]) / static_cast<double>(records);
    parts.push_back({std::string(OutcomeCode(static_cast<Outcome>(i))) +
                         absl::StrFormat(" %.1f%%", 100.0 * share),
                     3});
  }
  parts.push_back({Rate(now.sent(), before.sent(), interval) + " queries/s", 5});
  if (const std::optional<double> loss = LossPercent(now, before)) {
    parts.push_back({absl::StrFormat("loss %.1f%%", *loss), 6});
  }
  if (const std::optional<std::chrono::seconds> left = TimeLeft(now, elapsed)) {
    const int64_t s = left->count();
    parts.push_back({absl::StrFormat("%d:%02d:%02d left", s / 3600, s / 60 % 60, s % 60), 1});
  }
  return JoinToFit(std::move(parts), columns);
}

std::string WaitingLine(const ProgressSnapshot& now, std::chrono::microseconds elapsed,
                        std::string_view activity, size_t columns) {
  const uint64_t queries = now.sent();
  std::string line =
      absl::StrFormat("%d s, ", std::chrono::duration_cast<std::chrono::seconds>(elapsed).count());
  line += WithCommas(queries) + (queries == 1 ? " query" : " queries");
  if (!activity.empty()) line.append(": waiting for ").append(activity);
  return line.substr(0, columns);
}

std::string StoppingLine(const ProgressSnapshot& now, std::chrono::seconds grace) {
  const uint64_t names = now.in_flight();
  return "stopping: " + WithCommas(names) + " " + std::string(NameNoun(names)) +
         " in flight may take up to " + std::to_string(grace.count()) +
         " s; a second Ctrl-C (or signal) gives them back at once";
}

std::string SummaryLine(const ScanSummary& summary) {
  std::string line = WithCommas(summary.names_in);
  line += ' ';
  line += NameNoun(summary.names_in);
  line += " in, " + WithCommas(summary.records_out);
  line += summary.records_out == 1 ? " record out" : " records out";
  const std::string outcomes = OutcomeList(summary.outcomes);
  if (!outcomes.empty()) line += ": " + outcomes;
  line += absl::StrFormat(" in %.1f s, ", std::chrono::duration<double>(summary.elapsed).count());
  line += WithCommas(summary.queries);
  line += summary.queries == 1 ? " query" : " queries";
  if (summary.done_before > 0) {
    line += ", " + WithCommas(summary.done_before);
    line += summary.done_before == 1 ? " record kept" : " records kept";
  }
  if (summary.chunks_done > 0 || summary.chunks_given_back > 0) {
    line += "; " + WithCommas(summary.chunks_done);
    line += summary.chunks_done == 1 ? " chunk done" : " chunks done";
    if (summary.chunks_given_back > 0) {
      line += ", " + WithCommas(summary.chunks_given_back) + " given back";
    }
  }
  if (summary.unsigned_root) {
    line += "; answers unchecked, since the root of --root-hints is not signed";
  }
  if (summary.names_in > summary.records_out) {
    line += ". Names without a record: " + WithCommas(summary.names_in - summary.records_out);
  } else if (summary.records_out > summary.names_in) {
    line += ". Records without a name: " + WithCommas(summary.records_out - summary.names_in);
  }
  return line;
}

}  // namespace caascan::telemetry
