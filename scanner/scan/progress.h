// How far a scan is: counters that workers keep, and the lines made of them.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "caascan/record.h"
#include "caascan/scanner.h"

namespace caascan::scan {

inline constexpr size_t kOutcomeCount = 6;

/// One worker's counters. One thread writes them, any thread reads; a cache line's distance apart.
class alignas(64) WorkerCounters {
 public:
  void AddNames(uint64_t count) { Add(&names_started_, count); }
  void AddRecords(Outcome outcome, uint64_t count) {
    Add(&outcomes_[static_cast<size_t>(outcome)], count);
  }
  void AddQueries(uint64_t queries, uint64_t retries) {
    Add(&queries_, queries);
    Add(&retries_, retries);
  }

 private:
  friend struct ProgressSnapshot;
  static void Add(std::atomic<uint64_t>* counter, uint64_t n) {
    counter->store(counter->load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  std::atomic<uint64_t> names_started_{0};
  std::array<std::atomic<uint64_t>, kOutcomeCount> outcomes_{};
  std::atomic<uint64_t> queries_{0};
  std::atomic<uint64_t> retries_{0};
};

/// The sum over all workers at one moment. A value.
struct ProgressSnapshot {
  uint64_t names_started = 0;
  std::array<uint64_t, kOutcomeCount> outcomes{};  // Records, by Outcome.
  uint64_t queries = 0;
  uint64_t retries = 0;

  void Add(const WorkerCounters& worker);
  uint64_t records() const;
  /// Names taken up and not yet written.
  uint64_t in_flight() const;
};

/// "12,345 names  1,234/s  in flight 10,000  permit 90.1%  deny 4.2%  …  3,456 queries/s", rates
/// since `before`, `elapsed` ago. ASCII, no line feed. Outcomes that never came are left out.
std::string ProgressLine(const ProgressSnapshot& now, const ProgressSnapshot& before,
                         std::chrono::microseconds elapsed);

/// "12,345 names in, 12,345 records out: 11,000 permit, 1,345 deny in 1.2 s, 34,567 queries". Where
/// names and records differ, a sentence that says so follows. ASCII, no line feed.
std::string SummaryLine(const ScanSummary& summary);

}  // namespace caascan::scan
