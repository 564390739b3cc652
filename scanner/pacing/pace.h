// How fast one server may be asked, found out by trying: whether it is the rate that it minds.
#pragma once

#include <chrono>
#include <cstdint>

namespace caascan::pacing {

/// Exchanges over UDP that ended, by what they say of a server that limits rates: it answers what
/// it takes, and leaves the rest unanswered, or says TC or REFUSED.
struct PaceTally {
  uint32_t good = 0;
  uint32_t bad = 0;
  uint32_t sum() const { return good + bad; }
};

/// The limit of one address between 1 and the full rate. Where a server answers some queries and
/// fails others, it is asked at half the rate or less for a while, and then at less still. Only if
/// its failures become fewer, by more than chance explains, is it the rate that it minds: then the
/// limit stays low, grows, slowly once it is proven, and is halved whenever failures come back.
/// Otherwise (a lossy path, zones that it does not serve, a type that it drops) the full rate is
/// given back, and not tried again for long. A server that answers nothing, or all, is never
/// slowed. Where the full rate is infinite, what was sent takes its place.
///
/// A value with time as an argument; no thread safety.
class Pace {
 public:
  explicit Pace(double full_qps) : full_(full_qps), limit_(full_qps) {}

  /// Queries a second.
  double limit() const { return limit_; }
  /// The rate was lowered twice, and both times failures went as it fell; they came back as it
  /// rose.
  bool rate_limited() const { return confirmed_ >= kConfirmations; }
  /// It was lowered once, failures became fewer, and nothing has spoken against it since.
  bool helps() const { return confirmed_ > 0; }
  /// Is the rate lowered, or about to be? Else reports without anything bad may be left out.
  bool watching() const { return phase_ != Phase::kFull || tally_.bad > 0; }
  /// Only queries sent from here on count.
  std::chrono::nanoseconds since() const { return since_; }

  /// Takes what ended since the last report, of queries sent from `since` on. `patience` is how
  /// long unanswered queries are waited for. The limit may have changed afterwards.
  void Report(const PaceTally& tally, std::chrono::nanoseconds since,
              std::chrono::nanoseconds patience, std::chrono::nanoseconds now);

 private:
  static constexpr uint32_t kConfirmations = 2;

  enum class Phase : uint8_t {
    kFull,     // No reason to ask less.
    kTrial,    // Lowered, to see whether it helps.
    kLimited,  // It helped: growing until failures come back.
    kRetrial,  // They did, and it is lowered again.
  };

  void Watch(std::chrono::nanoseconds patience, std::chrono::nanoseconds now);
  void Judge(std::chrono::nanoseconds patience, std::chrono::nanoseconds now);
  void Grow(std::chrono::nanoseconds now);
  void Lower(Phase phase, std::chrono::nanoseconds now);
  void GiveBack(std::chrono::nanoseconds now);
  void Restart(std::chrono::nanoseconds now);
  bool Helped(double least_deviations) const;

  double full_;
  double limit_;
  Phase phase_ = Phase::kFull;
  uint8_t confirmed_ = 0;
  uint8_t refuted_ = 0;       // In a row.
  bool tried_lower_ = false;  // The first trial was followed by a second one, lower still.
  uint8_t given_back_ = 0;
  PaceTally tally_;
  std::chrono::nanoseconds since_{0};
  PaceTally before_;  // What was seen before the rate was lowered, and how long that took.
  std::chrono::nanoseconds before_length_{0};
  std::chrono::nanoseconds grown_at_{0};
  std::chrono::nanoseconds quiet_until_{0};
};

}  // namespace caascan::pacing
