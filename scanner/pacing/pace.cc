// An experiment, not a reflex: failures at one rate are compared with failures at a lower one, by
// the usual test of two proportions. Silence shows only when patience ends, so of two periods the
// longer one shows more of it; the period at the lower rate is never the shorter one, and so what
// does not depend on the rate never looks as if it did. Tested by pace_test.cc.
#include "scanner/pacing/pace.h"

#include <algorithm>
#include <cmath>

namespace caascan::pacing {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr double kLeast = 1;  // Queries a second.
// Bad ones that it takes for a doubt that the lower rate can settle: the first time, then, and
// where it is settled.
constexpr uint32_t kEnough = 40;
constexpr uint32_t kEnoughAgain = 24;
constexpr uint32_t kEnoughKnown = 6;
constexpr uint32_t kEnoughToJudge = 16;        // Of both.
constexpr uint32_t kUnsuspicious = 200;        // So many, and few of them bad.
constexpr nanoseconds kLongest = seconds(30);  // That a period lasts.
constexpr nanoseconds kSettling = seconds(1);  // A server may still mind what it was asked before.
// Of the limit, each second: where one experiment alone speaks for it, and where it is proven.
constexpr double kGrowthUnproven = 0.2;
constexpr double kGrowth = 0.04;
// Standard deviations: chance passes the first once in 30,000 trials.
constexpr double kFirstTime = 4;
constexpr double kAgain = 3;

bool Suspicious(const PaceTally& tally, uint32_t least) {
  return tally.bad >= least && tally.bad * 10 >= tally.sum();
}

double Share(const PaceTally& tally) {
  return static_cast<double>(tally.bad) / static_cast<double>(tally.sum());
}

}  // namespace

void Pace::Restart(nanoseconds now) {
  tally_ = {};
  since_ = now;
}

void Pace::Report(const PaceTally& tally, nanoseconds since, nanoseconds patience,
                  nanoseconds now) {
  if (!watching()) {
    since_ = since;
    tally_ = {};
  }
  if (since < since_) return;  // It began before the rate changed.
  tally_.good += tally.good;
  tally_.bad += tally.bad;
  if (phase_ == Phase::kTrial || phase_ == Phase::kRetrial) {
    Judge(patience, now);
  } else {
    Watch(patience, now);
  }
}

void Pace::Watch(nanoseconds patience, nanoseconds now) {
  if (phase_ == Phase::kLimited) Grow(now);
  const bool known = confirmed_ > 0;
  const nanoseconds length = now - since_;
  const bool mixed = tally_.good >= (known ? 1 : kEnoughToJudge);
  const uint32_t enough = !known ? kEnough : rate_limited() ? kEnoughKnown : kEnoughAgain;
  if (now >= quiet_until_ && length >= patience + seconds(1) && mixed &&
      Suspicious(tally_, enough)) {
    tried_lower_ = false;
    Lower(known ? Phase::kRetrial : Phase::kTrial, now);
    return;
  }
  const bool over = tally_.bad == 0 ? length > patience + seconds(1)
                                    : length > kLongest || (length > patience + seconds(1) &&
                                                            tally_.sum() >= kUnsuspicious);
  if (!over) return;
  if (limit_ == full_) phase_ = Phase::kFull;
  Restart(now);
}

void Pace::Grow(nanoseconds now) {
  const double passed_s = std::chrono::duration<double>(now - grown_at_).count();
  grown_at_ = now;
  const double growth = rate_limited() ? kGrowth : kGrowthUnproven;
  limit_ = std::min(full_, limit_ * (1 + growth * std::clamp(passed_s, 0.0, 1.0)));
}

/// To half of what was sent, or to a part as small as that which was answered.
void Pace::Lower(Phase phase, nanoseconds now) {
  before_ = tally_;
  before_length_ = now - since_;
  const double length_s = std::max(0.1, std::chrono::duration<double>(before_length_).count());
  const double sent = static_cast<double>(tally_.sum()) / length_s;
  const double base = std::isinf(limit_) ? sent : std::clamp(sent, limit_ / 8, limit_);
  limit_ = std::max(kLeast, base * std::clamp(1 - Share(tally_), 0.125, 0.5));
  phase_ = phase;
  Restart(now + kSettling);
}

bool Pace::Helped(double least_deviations) const {
  const double before = Share(before_);
  const double after = Share(tally_);
  if (after >= before) return false;
  const double n0 = before_.sum();
  const double n1 = tally_.sum();
  const double all = (before * n0 + after * n1) / (n0 + n1);
  return before - after >= least_deviations * std::sqrt(all * (1 - all) * (1 / n0 + 1 / n1));
}

void Pace::Judge(nanoseconds patience, nanoseconds now) {
  const nanoseconds length = now - since_;
  if (tally_.sum() < kEnoughToJudge && length > kLongest) GiveBack(now);  // Hardly asked any more.
  if (tally_.sum() < kEnoughToJudge) return;
  if (length < std::max<nanoseconds>(before_length_, patience + milliseconds(500))) return;
  const bool again = phase_ == Phase::kRetrial;
  if (Helped(again ? kAgain : kFirstTime)) {
    confirmed_ = static_cast<uint8_t>(std::min<uint32_t>(confirmed_ + 1, kConfirmations));
    refuted_ = 0;
  } else if (!again && given_back_ == 0 && !tried_lower_) {
    // As token buckets do, it may have saved up for the first queries, and answered more of them
    // than it does in the long run.
    tried_lower_ = true;
    Lower(Phase::kTrial, now);
    return;
  } else if (!again || (Share(tally_) > Share(before_) / 2 && ++refuted_ >= 2)) {
    GiveBack(now);
    return;
  }
  phase_ = Phase::kLimited;
  grown_at_ = now;
  Restart(now);
}

void Pace::GiveBack(nanoseconds now) {
  limit_ = full_;
  phase_ = Phase::kFull;
  confirmed_ = refuted_ = 0;
  quiet_until_ = now + seconds(60) * (1 << given_back_);
  if (given_back_ < 6) ++given_back_;
  Restart(now);
}

}  // namespace caascan::pacing
