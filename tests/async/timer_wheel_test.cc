// Time is a number that the test moves.
#include "scanner/async/timer_wheel.h"

#include <functional>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan::async {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

static_assert(!std::is_copy_constructible_v<Timer>);
static_assert(!std::is_copy_constructible_v<TimerWheel>);

constexpr int64_t kStart = 1'000'003;  // Not at a slot's boundary of any kind.
constexpr int64_t kSpan = 4096;

class TimerWheelTest : public testing::Test {
 protected:
  /// Writes its name down when it fires, and then does what the test gave it to do.
  class Named final : public Timer {
   public:
    Named(TimerWheelTest* test, std::string name) : test_(test), name_(std::move(name)) {}
    std::function<void()> then;

   private:
    void OnTimer() override {
      EXPECT_FALSE(armed());
      test_->fired_.push_back(name_);
      if (then) then();
    }
    TimerWheelTest* const test_;
    const std::string name_;
  };

  std::vector<std::string> AdvanceTo(int64_t offset_ms) {
    fired_.clear();
    wheel_.Advance(kStart + offset_ms);
    return fired_;
  }
  void Arm(Timer* timer, int64_t offset_ms) { wheel_.Arm(timer, kStart + offset_ms); }
  int64_t NextDueIn(int64_t offset_ms) const { return wheel_.NextDueIn(kStart + offset_ms); }

  TimerWheel wheel_{kStart};
  std::vector<std::string> fired_;
  Named a_{this, "a"};
  Named b_{this, "b"};
  Named c_{this, "c"};
};

TEST_F(TimerWheelTest, FiresAtItsMillisecondAndNotBefore) {
  Arm(&a_, 10);
  EXPECT_TRUE(a_.armed());
  EXPECT_THAT(AdvanceTo(9), IsEmpty());
  EXPECT_TRUE(a_.armed());
  EXPECT_THAT(AdvanceTo(10), ElementsAre("a"));
  EXPECT_FALSE(a_.armed());
  EXPECT_THAT(AdvanceTo(20'000), IsEmpty());
}

TEST_F(TimerWheelTest, FiresInTheOrderOfDeadlinesAndThenOfArming) {
  Arm(&c_, 30);
  Arm(&b_, 20);
  Arm(&a_, 20);
  EXPECT_THAT(AdvanceTo(40), ElementsAre("b", "a", "c"));
}

TEST_F(TimerWheelTest, ACancelledTimerDoesNotFire) {
  Arm(&a_, 10);
  Arm(&b_, 10);
  a_.Cancel();
  a_.Cancel();
  EXPECT_THAT(AdvanceTo(10), ElementsAre("b"));
}

TEST_F(TimerWheelTest, ArmingAgainMovesTheDeadline) {
  Arm(&a_, 10);
  Arm(&a_, 30);
  Arm(&b_, 30);
  Arm(&b_, 10);
  EXPECT_THAT(AdvanceTo(10), ElementsAre("b"));
  EXPECT_THAT(AdvanceTo(29), IsEmpty());
  EXPECT_THAT(AdvanceTo(30), ElementsAre("a"));
}

TEST_F(TimerWheelTest, ADeadlineInThePastFiresAtTheNextAdvance) {
  Arm(&a_, -5000);
  Arm(&b_, 0);
  EXPECT_THAT(AdvanceTo(0), IsEmpty());  // Time did not move.
  EXPECT_THAT(AdvanceTo(1), ElementsAre("a", "b"));
}

TEST_F(TimerWheelTest, TimeThatStandsStillOrGoesBackFiresNothing) {
  Arm(&a_, 1);
  EXPECT_THAT(AdvanceTo(0), IsEmpty());
  EXPECT_THAT(AdvanceTo(-10), IsEmpty());
  EXPECT_THAT(AdvanceTo(1), ElementsAre("a"));
}

TEST_F(TimerWheelTest, ATimerThatArmsItselfFiresOnceAnAdvance) {
  a_.then = [this] { Arm(&a_, -1); };
  Arm(&a_, 5);
  EXPECT_THAT(AdvanceTo(100), ElementsAre("a"));
  EXPECT_THAT(AdvanceTo(101), ElementsAre("a"));
  a_.then = nullptr;
  EXPECT_THAT(AdvanceTo(102), ElementsAre("a"));
  EXPECT_FALSE(a_.armed());
}

TEST_F(TimerWheelTest, ATimerMayArmItselfForLater) {
  a_.then = [this] {
    a_.then = nullptr;
    Arm(&a_, 150);
  };
  Arm(&a_, 5);
  EXPECT_THAT(AdvanceTo(149), ElementsAre("a"));
  EXPECT_THAT(AdvanceTo(150), ElementsAre("a"));
}

TEST_F(TimerWheelTest, AFiringTimerMayCancelAnotherThatIsDue) {
  a_.then = [this] { b_.Cancel(); };
  Arm(&a_, 5);
  Arm(&b_, 5);
  Arm(&c_, 6);
  EXPECT_THAT(AdvanceTo(10), ElementsAre("a", "c"));
  EXPECT_THAT(AdvanceTo(10'000), IsEmpty());
}

TEST_F(TimerWheelTest, AFiringTimerMayPutOffAnotherThatIsDue) {
  a_.then = [this] { Arm(&b_, 20); };
  Arm(&a_, 5);
  Arm(&b_, 5);
  EXPECT_THAT(AdvanceTo(10), ElementsAre("a"));
  EXPECT_THAT(AdvanceTo(20), ElementsAre("b"));
}

TEST_F(TimerWheelTest, AFiringTimerMayBeDestroyed) {
  auto owned = std::make_unique<Named>(this, "owned");
  owned->then = [&owned] { owned.reset(); };
  Arm(owned.get(), 5);
  EXPECT_THAT(AdvanceTo(5), ElementsAre("owned"));
  EXPECT_EQ(owned, nullptr);
}

TEST_F(TimerWheelTest, ADeadlineBeyondTheSpanWaitsForItsRound) {
  Arm(&a_, 10 + 3 * kSpan);
  Arm(&b_, 10 + kSpan);
  Arm(&c_, 10);
  EXPECT_THAT(AdvanceTo(10), ElementsAre("c"));
  EXPECT_THAT(AdvanceTo(10 + kSpan - 1), IsEmpty());
  EXPECT_THAT(AdvanceTo(10 + kSpan), ElementsAre("b"));
  EXPECT_THAT(AdvanceTo(10 + 3 * kSpan - 1), IsEmpty());
  EXPECT_THAT(AdvanceTo(10 + 3 * kSpan), ElementsAre("a"));
}

TEST_F(TimerWheelTest, AJumpOverTheSpanFiresAllThatIsDueAndNothingElse) {
  Arm(&a_, 1);
  Arm(&b_, kSpan + 2);
  Arm(&c_, 5 * kSpan);
  EXPECT_THAT(AdvanceTo(4 * kSpan), testing::UnorderedElementsAre("a", "b"));
  EXPECT_THAT(AdvanceTo(5 * kSpan), ElementsAre("c"));
}

TEST_F(TimerWheelTest, NextDueInTellsWhenSomethingMayBeDue) {
  EXPECT_EQ(NextDueIn(0), -1);
  Arm(&a_, 10);
  EXPECT_EQ(NextDueIn(0), 10);
  EXPECT_EQ(NextDueIn(4), 6);
  EXPECT_EQ(NextDueIn(25), 0) << "overdue";
  Arm(&b_, kSpan);
  EXPECT_EQ(NextDueIn(0), 10);
  a_.Cancel();
  EXPECT_EQ(NextDueIn(0), kSpan);
  b_.Cancel();
  EXPECT_EQ(NextDueIn(0), -1);
}

// Against a reference that knows every deadline: each timer fires once, at the first step at or
// after its deadline, and NextDueIn is never later than the earliest deadline.
TEST_F(TimerWheelTest, AgreesWithASimpleReference) {
  std::mt19937_64 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  std::vector<std::unique_ptr<Named>> timers;
  std::vector<int64_t> deadlines(500, -1);
  for (size_t i = 0; i < deadlines.size(); ++i) {
    timers.push_back(std::make_unique<Named>(this, std::to_string(i)));
  }
  int64_t now = 0;
  for (int step = 0; step < 3000; ++step) {
    const size_t index = random() % timers.size();
    if (random() % 8 == 0) {
      timers[index]->Cancel();
      deadlines[index] = -1;
    } else {
      deadlines[index] = now + 1 + static_cast<int64_t>(random() % (3 * kSpan));
      Arm(timers[index].get(), deadlines[index]);
    }
    int64_t earliest = -1;
    for (const int64_t deadline : deadlines) {
      if (deadline >= 0 && (earliest < 0 || deadline < earliest)) earliest = deadline;
    }
    if (earliest >= 0) {
      ASSERT_GE(NextDueIn(now), 0);
      ASSERT_LE(NextDueIn(now), earliest - now);
    }
    now += static_cast<int64_t>(random() % (step % 100 == 0 ? 2 * kSpan : 20));
    std::vector<std::string> expected;
    for (size_t i = 0; i < deadlines.size(); ++i) {
      if (deadlines[i] < 0 || deadlines[i] > now) continue;
      expected.push_back(std::to_string(i));
      deadlines[i] = -1;
    }
    ASSERT_THAT(AdvanceTo(now), testing::UnorderedElementsAreArray(expected)) << "step " << step;
  }
  for (const auto& timer : timers) timer->Cancel();
}

}  // namespace
}  // namespace caascan::async
