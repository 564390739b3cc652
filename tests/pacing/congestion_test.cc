// Ways to the servers of several kinds, played against a Congestion; time is a number.
#include "scanner/pacing/congestion.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace caascan::pacing {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds kStart = seconds(1'000'000);
constexpr milliseconds kRound(200);

enum class Fate : uint8_t { kPrompt, kDelayed, kLate, kSilent };

/// So many servers, each of which meets one query a round with this fate.
struct Servers {
  size_t count;
  Fate fate;
};

class Play {
 public:
  explicit Play(size_t servers) : views_(servers) {
    congestion_.EndRound(totals_, now_);
    for (CongestionView& view : views_) congestion_.NoteAnswer(&view, milliseconds(20), now_);
  }

  /// One round at `rate` queries a second, half of which are answered.
  void Round(const std::vector<Servers>& servers, uint64_t rate = 10'000, uint64_t dropped = 0) {
    now_ += kRound;
    const nanoseconds sent_at = now_ - milliseconds(1);
    size_t next = 0;
    for (const Servers& some : servers) {
      for (size_t i = 0; i < some.count; ++i) Meet(&views_.at(next++), some.fate, sent_at);
    }
    totals_.sent += rate / 5;
    totals_.answered += rate / 10;
    totals_.dropped += dropped;
    congestion_.EndRound(totals_, now_);
  }

  nanoseconds now() const { return now_; }
  Congestion& congestion() { return congestion_; }
  double rate() const { return congestion_.rate(); }
  std::vector<CongestionView>& views() { return views_; }

 private:
  void Meet(CongestionView* view, Fate fate, nanoseconds sent_at) {
    switch (fate) {
      case Fate::kPrompt:
        return congestion_.NoteAnswer(view, milliseconds(30), sent_at);
      case Fate::kDelayed:
        return congestion_.NoteAnswer(view, milliseconds(300), sent_at);
      case Fate::kLate:
        return congestion_.NoteLateAnswer(view, sent_at);
      case Fate::kSilent:
        return congestion_.NoteTimeout(view, sent_at);
    }
  }

  nanoseconds now_ = kStart;
  Congestion congestion_;
  Congestion::Totals totals_;
  std::vector<CongestionView> views_;
};

struct Row {
  std::string name;
  std::vector<Servers> servers;
  bool overloaded;
};

class CongestionRows : public testing::TestWithParam<Row> {};

TEST_P(CongestionRows, LowersTheRate) {
  Play play(200);
  play.Round(GetParam().servers);
  EXPECT_EQ(play.rate() > 0, GetParam().overloaded);
  EXPECT_EQ(play.congestion().MayHaveLost(play.now() - seconds(1)), GetParam().overloaded);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, CongestionRows,
    testing::Values(Row{"NothingHappens", {}, false},
                    Row{"AllAnswer", {{100, Fate::kPrompt}}, false},
                    Row{"AFifthIsDead", {{80, Fate::kPrompt}, {20, Fate::kSilent}}, false},
                    Row{"MostDropTheType", {{20, Fate::kPrompt}, {80, Fate::kSilent}}, false},
                    Row{"AllAreSlowButAnswer", {{100, Fate::kDelayed}}, false},
                    Row{"SomeAreSlowAndFail",
                        {{60, Fate::kPrompt}, {20, Fate::kDelayed}, {20, Fate::kSilent}},
                        false},
                    Row{"FewServersAltogether", {{4, Fate::kDelayed}, {3, Fate::kLate}}, false},
                    Row{"ManyAreSlowAndSomeFail",
                        {{20, Fate::kPrompt}, {50, Fate::kDelayed}, {30, Fate::kSilent}},
                        true},
                    Row{"AllAnswersAreLate", {{100, Fate::kLate}}, true}),
    [](const auto& row) { return row.param.name; });

/// The delay shows when the scan has almost nothing left to send: it says nothing of so low a rate.
TEST(CongestionTest, ABurstThatIsOverIsWhatWasTooMuch) {
  Play play(200);
  play.Round({{100, Fate::kPrompt}}, 80'000);
  play.Round({{10, Fate::kPrompt}, {50, Fate::kDelayed}, {30, Fate::kSilent}}, 100);
  EXPECT_GE(play.rate(), 80'000 / 8);
  EXPECT_LE(play.rate(), 80'000 / 2);
}

TEST(CongestionTest, ABurstOfLongAgoIsForgotten) {
  Play play(200);
  play.Round({{100, Fate::kPrompt}}, 80'000);
  for (int i = 0; i < 10; ++i) play.Round({{100, Fate::kPrompt}}, 1'000);
  play.Round({{10, Fate::kPrompt}, {50, Fate::kDelayed}, {30, Fate::kSilent}}, 1'000);
  EXPECT_LE(play.rate(), 1'000 / 2);
}

TEST(CongestionTest, AServerCountsOnceARound) {
  Play play(1);
  for (int i = 0; i < 100; ++i) play.congestion().NoteLateAnswer(&play.views()[0], play.now());
  play.Round({});
  EXPECT_EQ(play.rate(), 0);
}

TEST(CongestionTest, AServerThatHasNeverAnsweredDoesNotCount) {
  Play play(0);
  std::vector<CongestionView> dead(100);
  for (CongestionView& view : dead) play.congestion().NoteTimeout(&view, play.now());
  for (CongestionView& view : dead) play.congestion().NoteLateAnswer(&view, play.now());
  play.Round({});
  EXPECT_EQ(play.rate(), 0);
}

TEST(CongestionTest, DropsOfOurOwnSocketsAreEnough) {
  Play play(0);
  play.Round({}, 10'000, /*dropped=*/200);
  EXPECT_GT(play.rate(), 0);
}

TEST(CongestionTest, FallsToHalfOrToWhatWasAnsweredAndRisesSlowly) {
  Play play(100);
  play.Round({{100, Fate::kLate}}, 10'000);
  const double fallen = play.rate();
  EXPECT_NEAR(fallen, 5'000, 1);
  // What was sent before the fall says nothing of it, and nothing falls again at once.
  play.Round({{100, Fate::kLate}}, 5'000);
  EXPECT_EQ(play.rate(), fallen);
  for (int i = 0; i < 5; ++i) play.Round({{100, Fate::kPrompt}}, 5'000);
  EXPECT_GT(play.rate(), fallen * 1.2);
  EXPECT_LT(play.rate(), fallen * 1.4);
}

TEST(CongestionTest, RisesCarefullyNearTheRateThatWasTooMuch) {
  Play play(100);
  play.Round({{100, Fate::kLate}}, 10'000);
  for (int i = 0; i < 20; ++i) {
    play.Round({{100, Fate::kPrompt}}, static_cast<uint64_t>(play.rate()));
  }
  EXPECT_GT(play.rate(), 7'000);
  EXPECT_LT(play.rate(), 8'500);
}

TEST(CongestionTest, HasAFloor) {
  Play play(100);
  for (int i = 0; i < 300; ++i) play.Round({{100, Fate::kLate}}, 100);
  EXPECT_EQ(play.rate(), 20);
}

TEST(CongestionTest, ARateThatIsNotUsedIsGivenUp) {
  Play play(100);
  play.Round({{100, Fate::kLate}}, 10'000);
  for (int i = 0; i < 40; ++i) play.Round({{100, Fate::kPrompt}}, 100);
  EXPECT_EQ(play.rate(), 0);
}

TEST(CongestionTest, SilenceIsEvidenceAgainOnceItIsOver) {
  Play play(100);
  play.Round({{100, Fate::kLate}}, 10'000);
  const nanoseconds later = play.now() + milliseconds(1);
  play.Round({{100, Fate::kPrompt}}, 5'000);
  EXPECT_TRUE(play.congestion().MayHaveLost(kStart));
  EXPECT_FALSE(play.congestion().MayHaveLost(later));
}

}  // namespace
}  // namespace caascan::pacing
