// Additive increase would take minutes over the range of rates that scans have, so both ways are
// factors. Losses alone never lower the rate: servers that drop some types fail at every rate, at
// once and in numbers, but they do not make others slow. Tested by congestion_test.cc.
#include "scanner/pacing/congestion.h"

#include <algorithm>
#include <cassert>

namespace caascan::pacing {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr milliseconds kRound(200);
constexpr uint32_t kManyServers = 8;
constexpr uint32_t kDelayUs = 100'000;  // Beyond twice the shortest round trip.
// What was sent before the rate fell still fills the queue.
constexpr seconds kSettling(2);
constexpr seconds kUnused(5);
constexpr double kLeastRate = 20;  // Queries a second.
constexpr double kMostFall = 0.125;
constexpr double kFall = 0.5;
constexpr double kGrowth = 1.05;
constexpr double kCarefulGrowth = 1.01;
constexpr double kCarefulFrom = 0.7;  // Of the rate that was too much.
constexpr double kCarefulTo = 1.1;
constexpr double kUsed = 0.7;

uint32_t Microseconds(nanoseconds time) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  return static_cast<uint32_t>(std::clamp<int64_t>(us, 1, UINT32_MAX));
}

}  // namespace

/// Once a round for each server.
bool Congestion::Counts(CongestionView* view, nanoseconds sent_at) {
  if (view->least_rtt_us == 0 || view->round == round_ || sent_at < lowered_at_) return false;
  view->round = round_;
  return true;
}

void Congestion::NoteAnswer(CongestionView* view, nanoseconds rtt, nanoseconds sent_at) {
  const uint32_t us = Microseconds(rtt);
  if (Counts(view, sent_at)) {
    ++(us > uint64_t{2} * view->least_rtt_us + kDelayUs ? tally_.delayed : tally_.prompt);
  }
  if (view->least_rtt_us == 0 || us < view->least_rtt_us) view->least_rtt_us = us;
}

void Congestion::NoteTimeout(CongestionView* view, nanoseconds sent_at) {
  if (Counts(view, sent_at)) ++tally_.silent;
}

void Congestion::NoteLateAnswer(CongestionView* view, nanoseconds sent_at) {
  if (Counts(view, sent_at)) ++tally_.late;
}

bool Congestion::IsOverloaded(const Totals& round) const {
  // One in twenty of our own answers had no room here.
  if (round.dropped >= kManyServers && round.dropped * 20 >= round.answered) return true;
  const uint32_t slow = tally_.delayed + tally_.late;
  const uint32_t failed = tally_.silent + tally_.late;
  const uint32_t all = tally_.prompt + slow + tally_.silent;
  return slow >= kManyServers && slow >= tally_.prompt && failed * 8 >= all;
}

void Congestion::EndRound(const Totals& totals, nanoseconds now) {
  assert(is_due(now) && "a round has its length");
  const Totals round{totals.sent - totals_.sent, totals.answered - totals_.answered,
                     totals.dropped - totals_.dropped};
  const double length_s =
      std::max(0.001, std::chrono::duration<double>(now - round_began_).count());
  sent_[round_ % sent_.size()] = static_cast<double>(round.sent) / length_s;
  if (IsOverloaded(round)) {
    overloaded_at_ = now;
    if (now - lowered_at_ >= kSettling) Lower(round, length_s, now);
  } else if (rate_ > 0) {
    Raise(round, length_s, now);
  }
  ++round_;
  tally_ = {};
  totals_ = totals;
  round_began_ = now;
  round_ends_ = now + kRound;
}

void Congestion::Lower(const Totals& round, double length_s, nanoseconds now) {
  const double base = rate_ > 0 ? std::clamp(MostSent(), rate_ / 2, rate_) : MostSent();
  const double answered = static_cast<double>(round.answered) / length_s;
  rate_ = std::max(kLeastRate, std::clamp(answered, base * kMostFall, base * kFall));
  overloaded_rate_ = base;
  lowered_at_ = used_at_ = now;
}

void Congestion::Raise(const Totals& round, double length_s, nanoseconds now) {
  if (static_cast<double>(round.sent) >= kUsed * rate_ * length_s) used_at_ = now;
  if (now - used_at_ > kUnused) {
    rate_ = 0;
    return;
  }
  const bool answers = tally_.prompt + tally_.delayed > tally_.silent;
  if (used_at_ != now || !answers) return;
  const bool careful =
      rate_ >= kCarefulFrom * overloaded_rate_ && rate_ <= kCarefulTo * overloaded_rate_;
  rate_ *= careful ? kCarefulGrowth : kGrowth;
}

}  // namespace caascan::pacing
