// How far a scan is: counters that workers keep, and the lines made of them.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "caascan/outcome.h"
#include "caascan/scanner.h"
#include "scanner/dnssec/work.h"
#include "scanner/net/network.h"

namespace caascan::telemetry {

/// One worker's counters. One thread writes them, any thread reads; a cache line's distance apart.
class alignas(64) WorkerCounters {
 public:
  void AddNames(uint64_t count) { Add(&names_started_, count); }
  void AddRecords(Reason reason, uint64_t count) {
    Add(&reasons_[static_cast<size_t>(reason)], count);
  }
  /// Records made of an answer that was known before; AddRecords() counts them too.
  void AddRecalled(uint64_t count) { Add(&recalled_, count); }
  void AddQueries(uint64_t queries, uint64_t retries) {
    Add(&queries_, queries);
    Add(&retries_, retries);
  }
  void AddValidation(const dnssec::Work& work) {
    for (size_t i = 0; i < work.checks.size(); ++i) {
      if (work.checks[i] != 0) Add(&signature_checks_[i], work.checks[i]);
    }
    Add(&signatures_remembered_, work.remembered);
    Add(&nsec3_hashes_, work.hashes);
    Add(&validation_units_, work.spent);
  }
  void SetNetwork(const net::NetworkStats& stats);

 private:
  friend struct ProgressSnapshot;
  static void Add(std::atomic<uint64_t>* counter, uint64_t n) {
    counter->store(counter->load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  std::atomic<uint64_t> names_started_{0};
  std::array<std::atomic<uint64_t>, kReasonCount> reasons_{};
  std::atomic<uint64_t> recalled_{0};
  std::atomic<uint64_t> queries_{0};
  std::atomic<uint64_t> retries_{0};
  std::array<std::atomic<uint64_t>, dnssec::Work::kAlgorithms> signature_checks_{};
  std::atomic<uint64_t> signatures_remembered_{0};
  std::atomic<uint64_t> nsec3_hashes_{0};
  std::atomic<uint64_t> validation_units_{0};
  struct {
    std::atomic<uint64_t> udp_queries{0};
    std::atomic<uint64_t> tcp_queries{0};
    std::atomic<uint64_t> replies{0};
    std::atomic<uint64_t> reply_octets{0};
    std::atomic<uint64_t> timeouts{0};
    std::atomic<uint64_t> late{0};
    std::atomic<uint64_t> strays{0};
    std::atomic<uint64_t> drops{0};
    std::atomic<uint64_t> outages{0};
    std::atomic<uint64_t> send_errors{0};
    std::array<std::atomic<uint64_t>, std::tuple_size_v<decltype(net::RoundTrips::counts)>>
        round_trips{};
    std::atomic<uint64_t> round_trips_us{0};
  } network_;
};

/// The sum over all workers at one moment. A value.
struct ProgressSnapshot {
  uint64_t names_started = 0;
  std::array<uint64_t, kOutcomeCount> outcomes{};  // Records, by Outcome,
  std::array<uint64_t, kReasonCount> reasons{};    // and by Reason.
  uint64_t recalled = 0;  // Of these, made of an answer that was known before.
  uint64_t queries = 0;
  uint64_t retries = 0;
  // Of names that are done: checked, by algorithm number;
  std::array<uint64_t, dnssec::Work::kAlgorithms> signature_checks{};
  uint64_t signatures_remembered = 0;  // known from before;
  uint64_t nsec3_hashes = 0;           // computed, iterations counted each;
  uint64_t validation_units = 0;       // all of it, as dnssec::Work prices it.
  net::NetworkStats network;
  // Of the input, as far as it has been read.
  uint64_t names_read = 0;
  uint64_t names_kept = 0;        // Left out because an earlier run's record is kept.
  uint64_t input_bytes_read = 0;  // Before decompression.
  uint64_t input_bytes = 0;       // All there are; 0 where that is not known.

  void Add(const WorkerCounters& worker);
  uint64_t records() const;
  /// Names taken up and not yet written.
  uint64_t in_flight() const;
  /// Queries sent, those of names in flight included.
  uint64_t sent() const { return std::max(queries, network.udp_queries + network.tcp_queries); }
};

/// How long the rest of the input will take, at the pace so far. nullopt where the input's size is
/// not known, or nothing is done yet.
std::optional<std::chrono::seconds> TimeLeft(const ProgressSnapshot& now,
                                             std::chrono::microseconds elapsed);

/// Of a hundred queries that ended since `before`, how many got no answer. nullopt where none
/// ended.
std::optional<double> LossPercent(const ProgressSnapshot& now, const ProgressSnapshot& before);

/// "12,345 names  1,234/s  in flight 10,000  permit 90.1%  deny 4.2%  …  3,456 queries/s  loss 0.3%
/// 1:02:03 left", rates since `before`, `interval` ago; `elapsed` is since the scan's start. ASCII,
/// no line feed. What is not known, and outcomes that never came, are left out.
/// Where that is wider than `columns`, what matters least is left out.
std::string ProgressLine(const ProgressSnapshot& now, const ProgressSnapshot& before,
                         std::chrono::microseconds interval, std::chrono::microseconds elapsed,
                         size_t columns = SIZE_MAX);

/// For a person who waits: "2 s, 14 queries: waiting for CAA www.example.com at 192.0.2.1".
/// `activity` is what is waited for, or empty. ASCII, cut to `columns`.
std::string WaitingLine(const ProgressSnapshot& now, std::chrono::microseconds elapsed,
                        std::string_view activity, size_t columns = SIZE_MAX);

/// What a first signal does: "stopping: 12 names in flight may take up to 10 s; a second Ctrl-C (or
/// signal) gives them back at once". ASCII.
std::string StoppingLine(const ProgressSnapshot& now, std::chrono::seconds grace);

/// "12,345 names in, 12,345 records out: 11,000 permit, 1,345 deny in 1.2 s, 34,567 queries". Where
/// names and records differ, a sentence that says so follows. ASCII, no line feed.
std::string SummaryLine(const ScanSummary& summary);

}  // namespace caascan::telemetry
