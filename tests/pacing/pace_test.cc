// Servers of several kinds, played against a Pace as workers report to it; time is a number.
#include "scanner/pacing/pace.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace caascan::pacing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds kStart = seconds(1'000'000);
constexpr milliseconds kPatience(2000);
constexpr uint32_t kFull = 100;

enum class Fate : uint8_t { kGood, kBadAtOnce, kSilent };

/// What becomes of a query sent at this time.
using Server = std::function<Fate(nanoseconds)>;

/// Asks a server as fast as its Pace allows, or as there are names, and reports every 200 ms.
class Play {
 public:
  explicit Play(Server server, double demand_qps = 1e6, double full = kFull)
      : pace_(full), server_(std::move(server)), demand_(demand_qps) {}

  void Run(seconds length) {
    const nanoseconds end = now_ + length;
    while (now_ < end) {
      Send();
      Take();
      now_ += milliseconds(1);
      least_ = std::min(least_, pace_.limit());
      most_silent_ = std::max(most_silent_, silent_in_a_row_);
    }
  }

  const Pace& pace() const { return pace_; }
  double least() const { return least_; }
  uint64_t good() const { return good_; }
  uint64_t bad() const { return bad_; }
  void ForgetCounts() { good_ = bad_ = 0; }

 private:
  struct Query {
    nanoseconds sent;
    nanoseconds ends;
    bool good;
  };

  void Send() {
    credit_ += std::min(pace_.limit(), demand_) / 1000;
    while (credit_ >= 1) {
      credit_ -= 1;
      const Fate fate = server_(now_);
      const Query query{now_, now_ + (fate == Fate::kSilent ? kPatience : milliseconds(20)),
                        fate == Fate::kGood};
      (fate == Fate::kSilent ? silent_ : quick_).push_back(query);
    }
  }

  void Take() {
    for (std::deque<Query>* queries : {&quick_, &silent_}) {
      for (; !queries->empty() && queries->front().ends <= now_; queries->pop_front()) {
        const Query& query = queries->front();
        ++(query.good ? good_ : bad_);
        if (query.sent >= since_) ++(query.good ? tally_.good : tally_.bad);
      }
    }
    if (now_ < report_at_) return;
    report_at_ = now_ + milliseconds(200);
    if (tally_.bad != 0 || pace_.watching()) {
      pace_.Report(tally_, since_, kPatience, now_);
      since_ = pace_.since();
    } else if (now_ - since_ > kPatience + seconds(1)) {
      since_ = now_;
    } else {
      return;
    }
    tally_ = {};
  }

  Pace pace_;
  const Server server_;
  const double demand_;
  nanoseconds now_ = kStart;
  nanoseconds since_ = kStart;
  nanoseconds report_at_ = kStart;
  double credit_ = 0;
  double least_ = 1e9;
  uint64_t silent_in_a_row_ = 0;
  uint64_t most_silent_ = 0;
  std::deque<Query> quick_;
  std::deque<Query> silent_;
  PaceTally tally_;
  uint64_t good_ = 0;
  uint64_t bad_ = 0;
};

/// Answers so many a second, and every second one too many at once with TC or REFUSED.
Server Limiting(uint32_t per_second, bool slips) {
  return [=, second = int64_t{0}, count = uint32_t{0}](nanoseconds now) mutable {
    if (now / seconds(1) != second) {
      second = now / seconds(1);
      count = 0;
    }
    if (++count <= per_second) return Fate::kGood;
    return slips && count % 2 == 0 ? Fate::kBadAtOnce : Fate::kSilent;
  };
}

/// Answers so many a second, and what it has not used up in the last four seconds besides, as Knot
/// DNS does; every second one too many at once with TC.
Server Saving(uint32_t per_second) {
  return [=, second = kStart / seconds(1), tokens = 4 * per_second,
          count = uint32_t{0}](nanoseconds now) mutable {
    for (; second < now / seconds(1); ++second) {
      tokens = std::min(4 * per_second, tokens + per_second);
    }
    if (tokens == 0) return ++count % 2 == 0 ? Fate::kBadAtOnce : Fate::kSilent;
    --tokens;
    return Fate::kGood;
  };
}

/// Fails so many of a hundred by chance, whatever the rate.
Server Failing(unsigned percent, Fate how) {
  return [=, random = std::minstd_rand(percent + 1)](nanoseconds) mutable {
    return random() % 100 < percent ? how : Fate::kGood;
  };
}

TEST(PaceTest, AHealthyServerIsAskedAtTheFullRate) {
  Play play(Failing(0, Fate::kSilent));
  play.Run(seconds(60));
  EXPECT_EQ(play.least(), kFull);
  EXPECT_FALSE(play.pace().watching());
}

struct LimitRow {
  const char* name;
  uint32_t full;
  uint32_t per_second;
  bool slips;
};

class LimitingServerTest : public testing::TestWithParam<LimitRow> {};

INSTANTIATE_TEST_SUITE_P(Servers, LimitingServerTest,
                         testing::Values(LimitRow{"FiftyWithSlips", 100, 50, true},
                                         LimitRow{"FiftySilent", 100, 50, false},
                                         LimitRow{"TwentySilent", 100, 20, false},
                                         LimitRow{"FiveWithSlips", 100, 5, true},
                                         LimitRow{"SeventySilent", 100, 70, false},
                                         LimitRow{"TwoHundredOfAThousand", 1000, 200, true}),
                         [](const auto& row) { return row.param.name; });

TEST_P(LimitingServerTest, IsFoundAndAskedAtWhatItTakes) {
  const LimitRow& row = GetParam();
  Play play(Limiting(row.per_second, row.slips), 1e6, row.full);
  play.Run(seconds(120));
  EXPECT_TRUE(play.pace().rate_limited());
  play.ForgetCounts();
  play.Run(seconds(120));
  const double good_qps = static_cast<double>(play.good()) / 120;
  EXPECT_LE(static_cast<double>(play.bad()), 0.15 * static_cast<double>(play.good()));
  EXPECT_GE(good_qps, 0.5 * row.per_second) << "and not much slower";
}

// Of the first queries it answers more than of those behind them, though these come more slowly.
TEST(PaceTest, ALimitThatSavesUpIsFoundInAMinute) {
  Play play(Saving(20));
  play.Run(seconds(60));
  EXPECT_TRUE(play.pace().rate_limited());
}

struct FailRow {
  const char* name;
  unsigned percent;
  Fate how;
};

class FailingServerTest : public testing::TestWithParam<FailRow> {};

INSTANTIATE_TEST_SUITE_P(Servers, FailingServerTest,
                         testing::Values(FailRow{"DeadServer", 100, Fate::kSilent},
                                         FailRow{"RefusesAll", 100, Fate::kBadAtOnce},
                                         FailRow{"LossyPath", 3, Fate::kSilent},
                                         FailRow{"VeryLossyPath", 25, Fate::kSilent},
                                         FailRow{"HalfLost", 50, Fate::kSilent},
                                         FailRow{"TenthTruncated", 10, Fate::kBadAtOnce},
                                         FailRow{"HalfOfItsZonesLame", 50, Fate::kBadAtOnce},
                                         FailRow{"NearlyAllLame", 95, Fate::kBadAtOnce}),
                         [](const auto& row) { return row.param.name; });

TEST_P(FailingServerTest, DoesNotMindTheRate) {
  for (const uint32_t full : {10u, 500u}) {
    SCOPED_TRACE(full);
    Play play(Failing(GetParam().percent, GetParam().how), 1e6, full);
    for (int minute = 0; minute < 10; ++minute) {
      play.Run(seconds(60));
      ASSERT_FALSE(play.pace().rate_limited()) << minute;
    }
    // And it is asked at nearly the full rate, its trials aside.
    const double sent = static_cast<double>(play.good() + play.bad());
    EXPECT_GE(sent, 0.9 * 600 * full);
  }
}

TEST(PaceTest, AServerThatAnswersNothingIsNeverSlowed) {
  for (const Fate how : {Fate::kSilent, Fate::kBadAtOnce}) {
    Play play(Failing(100, how));
    play.Run(seconds(60));
    EXPECT_EQ(play.least(), kFull);
  }
}

TEST(PaceTest, ALimitAboveWhatIsAskedIsNotMet) {
  Play play(Limiting(50, true), 40);
  play.Run(seconds(120));
  EXPECT_EQ(play.least(), kFull);
}

// A resolver's limit is not known, and it may have none.
TEST(PaceTest, WithoutAFullRateALimitIsFoundFromWhatWasSent) {
  Play play(Limiting(200, true), 5000, std::numeric_limits<double>::infinity());
  play.Run(seconds(30));
  EXPECT_TRUE(play.pace().helps());
  play.ForgetCounts();
  play.Run(seconds(60));
  EXPECT_GE(static_cast<double>(play.good()) / 60, 100);
  EXPECT_LE(static_cast<double>(play.bad()), 0.25 * static_cast<double>(play.good()));
}

TEST(PaceTest, WithoutAFullRateOneThatAnswersAllIsNeverSlowed) {
  Play play([](nanoseconds) { return Fate::kGood; }, 5000, std::numeric_limits<double>::infinity());
  play.Run(seconds(60));
  EXPECT_TRUE(std::isinf(play.pace().limit()));
  EXPECT_EQ(play.bad(), 0u);
}

TEST(PaceTest, WithoutAFullRateALossyPathIsNoLimit) {
  Play play(Failing(25, Fate::kSilent), 500, std::numeric_limits<double>::infinity());
  play.Run(seconds(120));
  EXPECT_FALSE(play.pace().helps());
  EXPECT_TRUE(std::isinf(play.pace().limit()));
}

TEST(PaceTest, TheFullRateComesBackWhenTheServerMindsNoMore) {
  bool minds = true;
  Server limited = Limiting(50, true);
  Play play([&](nanoseconds now) { return minds ? limited(now) : Fate::kGood; });
  play.Run(seconds(60));
  EXPECT_LT(play.pace().limit(), 75);
  minds = false;
  play.Run(seconds(60));
  EXPECT_EQ(play.pace().limit(), kFull);
}

// The first zones that it is asked for are lame, those behind them are not.
TEST(PaceTest, FailuresThatEndOnceAreNoLimit) {
  // The same each time.  NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp)
  Play play([random = std::minstd_rand(1)](nanoseconds now) mutable {
    return now < kStart + seconds(1) && random() % 2 == 0 ? Fate::kBadAtOnce : Fate::kGood;
  });
  play.Run(seconds(600));
  EXPECT_FALSE(play.pace().rate_limited());
  EXPECT_EQ(play.pace().limit(), kFull);
}

TEST(PaceTest, WhatWasSentBeforeTheRateChangedDoesNotCount) {
  Pace pace(kFull);
  pace.Report({50, 50}, kStart, kPatience, kStart + seconds(3));
  ASSERT_LT(pace.limit(), kFull);
  const double lowered = pace.limit();
  pace.Report({0, 1000}, kStart, kPatience, kStart + seconds(9));
  pace.Report({100, 0}, pace.since(), kPatience, kStart + seconds(9));
  EXPECT_EQ(pace.limit(), lowered) << "it helped: the first thousand say nothing of it";
  EXPECT_TRUE(pace.watching());
}

}  // namespace
}  // namespace caascan::pacing
