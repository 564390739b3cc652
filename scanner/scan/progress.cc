// Tested by progress_test.cc.
#include "scanner/scan/progress.h"

#include <absl/strings/str_format.h>

#include <cmath>

namespace caascan::scan {
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

}  // namespace

void ProgressSnapshot::Add(const WorkerCounters& worker) {
  const auto load = [](const std::atomic<uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  names_started += load(worker.names_started_);
  for (size_t i = 0; i < outcomes.size(); ++i) outcomes[i] += load(worker.outcomes_[i]);
  queries += load(worker.queries_);
  retries += load(worker.retries_);
}

uint64_t ProgressSnapshot::records() const { return Sum(outcomes); }

uint64_t ProgressSnapshot::in_flight() const {
  // The counters are read one after the other while workers go on.
  const uint64_t written = records();
  return names_started > written ? names_started - written : 0;
}

std::string ProgressLine(const ProgressSnapshot& now, const ProgressSnapshot& before,
                         std::chrono::microseconds elapsed) {
  const uint64_t records = now.records();
  std::string line = WithCommas(records);
  line += ' ';
  line += NameNoun(records);
  line += "  " + Rate(records, before.records(), elapsed) + "/s";
  line += "  in flight " + WithCommas(now.in_flight());
  for (size_t i = 0; i < now.outcomes.size(); ++i) {
    if (now.outcomes[i] == 0) continue;
    line += "  ";
    line += OutcomeCode(static_cast<Outcome>(i));
    const double share = static_cast<double>(now.outcomes[i]) / static_cast<double>(records);
    line += absl::StrFormat(" %.1f%%", 100.0 * share);
  }
  line += "  " + Rate(now.queries, before.queries, elapsed) + " queries/s";
  return line;
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
  if (summary.names_in > summary.records_out) {
    line += ". Names without a record: " + WithCommas(summary.names_in - summary.records_out);
  } else if (summary.records_out > summary.names_in) {
    line += ". Records without a name: " + WithCommas(summary.records_out - summary.names_in);
  }
  return line;
}

}  // namespace caascan::scan
