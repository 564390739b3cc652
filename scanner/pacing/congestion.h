// Overload between this machine and all servers, told from servers that are slow or silent.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace caascan::pacing {

/// What is known of one server's part in the judgement: kept with its Peer.
struct CongestionView {
  uint32_t least_rtt_us = 0;  // Zero: it has not answered yet.
  uint32_t round = 0;         // The last one in which it was counted.
};

/// The rate of one worker's queries, as far as the way to the servers allows it.
///
/// When one server is slow or silent, that is the server. When round trips rise and answers fail at
/// many servers at once, the bottleneck is what they share: this machine, its link, the path.
/// Each round of 200 ms counts servers, each once. At least 8 of them, and half of those that
/// answered, took much longer than their shortest round trip; and an eighth of all failed to answer
/// in time, though they had answered before. Then the way is overloaded. So it is where our own
/// sockets' buffers dropped a twentieth as much as was answered.
///
/// - The rate falls to half of what was sent, or to what was answered, if that is less, but to no
///   less than an eighth. Sent is what the busiest of the last ten rounds sent: when a delay shows,
///   the queries that filled the queue may be a while back. The next fall is judged by queries that
///   were sent after this one.
/// - Otherwise the rate grows, by 5 % a round, and slowly near the rate of the last overload. It is
///   without limit again when the scan has not used it for five seconds.
/// - Silence is no evidence while the way is overloaded: see MayHaveLost().
///
/// The rate is limited, not the number in flight: silent servers would hold all places.
///
/// A value with time as an argument; loop thread only.
class Congestion {
 public:
  /// Counts of the worker since its start.
  struct Totals {
    uint64_t sent = 0;
    uint64_t answered = 0;  // Late answers included.
    uint64_t dropped = 0;   // Datagrams that found no room in our own sockets' buffers.
  };

  /// An answer in time.
  void NoteAnswer(CongestionView* view, std::chrono::nanoseconds rtt,
                  std::chrono::nanoseconds sent_at);
  /// No answer in time.
  void NoteTimeout(CongestionView* view, std::chrono::nanoseconds sent_at);
  /// An answer after its time.
  void NoteLateAnswer(CongestionView* view, std::chrono::nanoseconds sent_at);

  /// Is a round over?
  bool is_due(std::chrono::nanoseconds now) const { return now >= round_ends_; }
  /// Ends the round. REQUIRES: is_due().
  void EndRound(const Totals& totals, std::chrono::nanoseconds now);

  /// Queries a second; zero is no limit.
  double rate() const { return rate_; }
  /// Was the way overloaded at some time since then?
  bool MayHaveLost(std::chrono::nanoseconds since) const { return overloaded_at_ >= since; }

 private:
  /// Servers of a round, by what came of the first query of each.
  struct Tally {
    uint32_t prompt = 0;
    uint32_t delayed = 0;
    uint32_t late = 0;
    uint32_t silent = 0;
  };

  bool Counts(CongestionView* view, std::chrono::nanoseconds sent_at);
  bool IsOverloaded(const Totals& round) const;
  void Lower(const Totals& round, double length_s, std::chrono::nanoseconds now);
  void Raise(const Totals& round, double length_s, std::chrono::nanoseconds now);

  /// In any of the last rounds.
  double MostSent() const { return *std::max_element(sent_.begin(), sent_.end()); }

  double rate_ = 0;
  double overloaded_rate_ = 0;     // That was sent when the rate was lowered last.
  std::array<double, 10> sent_{};  // Queries a second of the last rounds, by `round_`.
  uint32_t round_ = 1;
  Tally tally_;
  Totals totals_;
  std::chrono::nanoseconds round_began_{0};
  std::chrono::nanoseconds round_ends_{0};
  std::chrono::nanoseconds lowered_at_{0};  // Only queries sent from then on count.
  std::chrono::nanoseconds used_at_{0};     // When the scan last needed the rate.
  std::chrono::nanoseconds overloaded_at_{-1};
};

}  // namespace caascan::pacing
