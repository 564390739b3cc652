// Time is a number that the test moves; threads come in only where sharing is what is tested.
#include "scanner/pacing/limits.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace caascan::pacing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds kStart = seconds(1'000'000);

bool Taken(RateGate* gate, nanoseconds now) { return gate->TryTake(now) == nanoseconds::zero(); }

/// Takes at every `step` as often as the gate allows, for `length`; the times of the takes.
std::vector<nanoseconds> TakeAll(RateGate* gate, nanoseconds step, nanoseconds length) {
  std::vector<nanoseconds> times;
  for (nanoseconds at(0); at < length; at += step) {
    while (Taken(gate, kStart + at)) times.push_back(kStart + at);
  }
  return times;
}

TEST(RateGateTest, ZeroIsNoLimit) {
  RateGate gate(0, nanoseconds::zero());
  EXPECT_TRUE(gate.unlimited());
  EXPECT_FALSE(RateGate(1, nanoseconds::zero()).unlimited());
}

TEST(RateGateTest, LetsOneThroughAnInterval) {
  RateGate gate(100, nanoseconds::zero());
  EXPECT_TRUE(Taken(&gate, kStart));
  EXPECT_EQ(gate.TryTake(kStart), kStart + milliseconds(10));
  EXPECT_EQ(gate.TryTake(kStart + milliseconds(9)), kStart + milliseconds(10));
  EXPECT_TRUE(Taken(&gate, kStart + milliseconds(10)));
  EXPECT_FALSE(Taken(&gate, kStart + milliseconds(19)));
}

TEST(RateGateTest, RefusingTakesNothing) {
  RateGate gate(100, nanoseconds::zero());
  EXPECT_TRUE(Taken(&gate, kStart));
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(Taken(&gate, kStart + milliseconds(1)));
  EXPECT_TRUE(Taken(&gate, kStart + milliseconds(10)));
}

TEST(RateGateTest, IdleTimeSavesNothingUpWithoutBurst) {
  RateGate gate(100, nanoseconds::zero());
  EXPECT_TRUE(Taken(&gate, kStart));
  EXPECT_TRUE(Taken(&gate, kStart + seconds(60)));
  EXPECT_FALSE(Taken(&gate, kStart + seconds(60)));
}

TEST(RateGateTest, IdleTimeSavesUpTheBurstAndNoMore) {
  RateGate gate(1000, milliseconds(5));
  int taken = 0;
  while (Taken(&gate, kStart)) ++taken;
  EXPECT_EQ(taken, 6) << "the turn that is due, and five milliseconds' worth";
  taken = 0;
  while (Taken(&gate, kStart + seconds(60))) ++taken;
  EXPECT_EQ(taken, 6);
}

struct RateRow {
  const char* name;
  uint32_t per_second;
  nanoseconds burst;
  nanoseconds step;
};

class RateGateWindowTest : public testing::TestWithParam<RateRow> {};

// The rate holds over every window, whatever its length and wherever it lies, up to the burst.
TEST_P(RateGateWindowTest, IsExactOverAnyWindow) {
  const auto& [name, per_second, burst, step] = GetParam();
  RateGate gate(per_second, burst);
  const std::vector<nanoseconds> times = TakeAll(&gate, step, seconds(2));
  const double seconds_each = 1.0 / per_second;
  const double burst_s = std::chrono::duration<double>(burst).count();
  const size_t stride = times.size() / 300 + 1;
  for (size_t first = 0; first < times.size(); first += stride) {
    for (size_t last = first; last < times.size(); last += stride) {
      const double window_s = std::chrono::duration<double>(times[last] - times[first]).count();
      const double allowed = (window_s + burst_s) / seconds_each + 1;
      ASSERT_LE(static_cast<double>(last - first + 1), allowed + 1e-6) << first << " to " << last;
    }
  }
  // And nothing is lost over the whole: what a coarse clock skips, the burst catches up.
  EXPECT_GE(static_cast<double>(times.size()), 2.0 * per_second * 0.999);
}

INSTANTIATE_TEST_SUITE_P(
    Rates, RateGateWindowTest,
    testing::Values(
        RateRow{"OneASecond", 1, nanoseconds::zero(), milliseconds(1)},
        RateRow{"HundredEveryMillisecond", 100, nanoseconds::zero(), milliseconds(1)},
        RateRow{"ThreeThousandInTwoMillisecondTurns", 3000, milliseconds(2), milliseconds(2)},
        RateRow{"FiftyThousandWithBurst", 50'000, milliseconds(2), milliseconds(1)},
        RateRow{"SevenThousandByMicroseconds", 7000, nanoseconds::zero(), microseconds(1)}),
    [](const auto& row) { return row.param.name; });

TEST(RateGateTest, ManyThreadsShareOneRate) {
  RateGate gate(1000, nanoseconds::zero());
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&gate, &taken] {
      for (nanoseconds at(0); at < milliseconds(500); at += microseconds(100)) {
        if (Taken(&gate, kStart + at)) taken.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Every thread moves through the same half second at its own pace.
  EXPECT_LE(taken.load(), 501);
  EXPECT_GE(taken.load(), 1);
}

using Verdict = AddressBudget::Verdict;

TEST(AddressBudgetTest, HoldsWhatIsInFlight) {
  AddressBudget budget(0, 2);
  nanoseconds retry_at(0);
  EXPECT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kGranted);
  EXPECT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kGranted);
  EXPECT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kTooManyInFlight);
  EXPECT_EQ(budget.TryAcquire(kStart + seconds(9), &retry_at), Verdict::kTooManyInFlight);
  budget.Release();
  EXPECT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kGranted);
  EXPECT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kTooManyInFlight);
}

TEST(AddressBudgetTest, HoldsTheRateAndSaysWhen) {
  AddressBudget budget(100, 0);
  nanoseconds retry_at(0);
  EXPECT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kGranted);
  EXPECT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kTooFast);
  EXPECT_GT(retry_at, kStart);
  EXPECT_LE(retry_at, kStart + kServerPeriod / 100);
  EXPECT_EQ(budget.TryAcquire(retry_at, &retry_at), Verdict::kGranted);
}

TEST(AddressBudgetTest, AQueryThatIsTooFastHoldsNoPlace) {
  AddressBudget budget(100, 2);
  nanoseconds retry_at(0);
  ASSERT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kGranted);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kTooFast);
  EXPECT_EQ(budget.TryAcquire(kStart + milliseconds(11), &retry_at), Verdict::kGranted);
  EXPECT_EQ(budget.TryAcquire(kStart + milliseconds(22), &retry_at), Verdict::kTooManyInFlight);
}

TEST(AddressBudgetTest, AQueryTooManyTakesNoTurnOfTheRate) {
  AddressBudget budget(100, 1);
  nanoseconds retry_at(0);
  ASSERT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kGranted);
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(budget.TryAcquire(kStart + milliseconds(11), &retry_at), Verdict::kTooManyInFlight);
  }
  budget.Release();
  EXPECT_EQ(budget.TryAcquire(kStart + milliseconds(11), &retry_at), Verdict::kGranted);
}

TEST(AddressBudgetTest, NoLimitAtAllGrantsAlways) {
  AddressBudget budget(0, 0);
  nanoseconds retry_at(0);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kGranted);
  }
}

// A loop wakes at whole milliseconds, so a high rate is reached only if several turns may be taken
// at one of them.
TEST(AddressBudgetTest, AHighRateIsReachedByALoopOfMilliseconds) {
  AddressBudget budget(5000, 0);
  nanoseconds retry_at(0);
  int granted = 0;
  for (nanoseconds at(0); at < seconds(1); at += milliseconds(1)) {
    while (budget.TryAcquire(kStart + at, &retry_at) == Verdict::kGranted) ++granted;
  }
  EXPECT_GE(granted, 4850);
  EXPECT_LE(granted, 5000);
}

class ServerRateTest : public testing::TestWithParam<uint32_t> {};

INSTANTIATE_TEST_SUITE_P(Rates, ServerRateTest, testing::Values(1, 2, 10, 50, 100, 1000, 20'000));

// Whatever the taker does, and though a query may leave some milliseconds after its turn, no second
// has more than the rate.
TEST_P(ServerRateTest, IsNeverExceededInAnySecondThatTheServerSees) {
  const uint32_t rate = GetParam();
  AddressBudget budget(rate, 0);
  nanoseconds retry_at(0);
  std::vector<nanoseconds> arrivals;
  uint32_t random = 1;
  for (nanoseconds at(0); at < seconds(4); at += microseconds(500)) {
    while (budget.TryAcquire(kStart + at, &retry_at) == Verdict::kGranted) {
      random = random * 1'664'525 + 1'013'904'223;
      arrivals.push_back(at + microseconds((random >> 8) % 20'000));
    }
  }
  std::sort(arrivals.begin(), arrivals.end());
  ASSERT_GE(arrivals.size(), 3 * rate);
  for (size_t i = 0; i + rate < arrivals.size(); ++i) {
    ASSERT_GE(arrivals[i + rate] - arrivals[i], seconds(1)) << i;
  }
}

TEST(AddressBudgetTest, WhatIsSentBesideItsTurnIsCounted) {
  AddressBudget budget(100, 0);
  nanoseconds retry_at(0);
  ASSERT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kGranted);
  for (int i = 0; i < 9; ++i) budget.Charge(kStart);
  EXPECT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kTooFast);
  EXPECT_GT(retry_at, kStart + milliseconds(90));
}

struct BurstRow {
  uint32_t rate;
  nanoseconds expected;
};

TEST(RateBurstTest, IsHalfABatchAndATenthOfASecondAtMost) {
  for (const auto& [rate, expected] :
       {BurstRow{0, milliseconds(100)}, BurstRow{1, milliseconds(100)},
        BurstRow{320, milliseconds(100)}, BurstRow{1000, milliseconds(32)},
        BurstRow{32'000, milliseconds(1)}}) {
    EXPECT_EQ(RateBurst(rate), expected) << rate;
  }
}

TEST(AddressBudgetTest, ThreadsNeverHoldMoreThanTheLimitTogether) {
  constexpr int kLimit = 3;
  AddressBudget budget(0, kLimit);
  std::atomic<int> held{0};
  std::atomic<int> most{0};
  std::atomic<int> granted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      nanoseconds retry_at(0);
      for (int turn = 0; turn < 5000; ++turn) {
        if (budget.TryAcquire(kStart, &retry_at) != Verdict::kGranted) continue;
        const int now_held = held.fetch_add(1) + 1;
        for (int seen = most.load();
             seen < now_held && !most.compare_exchange_weak(seen, now_held);) {
        }
        granted.fetch_add(1);
        held.fetch_sub(1);
        budget.Release();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most.load(), kLimit);
  EXPECT_GT(granted.load(), 0);
  nanoseconds retry_at(0);
  for (int i = 0; i < kLimit; ++i) {
    EXPECT_EQ(budget.TryAcquire(kStart, &retry_at), Verdict::kGranted) << "every place came back";
  }
}

async::Address A(const char* text) { return *async::Address::FromText(text, 53); }

TEST(SharedLimitsTest, WithoutLimitsThereIsNoBudget) {
  SharedLimits limits({.rate_qps = 10});
  EXPECT_EQ(limits.BudgetFor(A("192.0.2.1")), nullptr);
  EXPECT_FALSE(limits.rate().unlimited());
  EXPECT_TRUE(SharedLimits({}).rate().unlimited());
}

TEST(SharedLimitsTest, OneBudgetAnAddress) {
  SharedLimits limits({.server_inflight = 1});
  AddressBudget* budget = limits.BudgetFor(A("192.0.2.1"));
  ASSERT_NE(budget, nullptr);
  EXPECT_EQ(limits.BudgetFor(A("192.0.2.1")), budget);
  EXPECT_NE(limits.BudgetFor(A("192.0.2.2")), budget);
}

TEST(SharedLimitsTest, OwnAddressesHaveLimitsOfTheirOwn) {
  SharedLimits limits({.server_inflight = 1, .own = {A("192.0.2.53"), A("192.0.2.54")}});
  EXPECT_EQ(limits.BudgetFor(A("192.0.2.53")), nullptr);
  EXPECT_EQ(limits.BudgetFor(A("192.0.2.54")), nullptr);
  EXPECT_NE(limits.BudgetFor(A("192.0.2.1")), nullptr);
  EXPECT_NE(limits.BudgetFor(*async::Address::FromText("192.0.2.53", 5353)), nullptr);
  SharedLimits own_alone({.own = {A("192.0.2.53")}, .own_inflight = 1});
  EXPECT_NE(own_alone.BudgetFor(A("192.0.2.53")), nullptr);
  EXPECT_EQ(own_alone.BudgetFor(A("192.0.2.1")), nullptr);
}

TEST(SharedLimitsTest, OneThatAdaptsIsFreeUntilItIsSeenToLimit) {
  SharedLimits limits({.own = {A("192.0.2.53")}, .own_adapts = true});
  AddressBudget* budget = limits.BudgetFor(A("192.0.2.53"));
  ASSERT_NE(budget, nullptr);
  EXPECT_TRUE(budget->is_free() && budget->is_paced() && !budget->is_slowed());
  constexpr seconds kPatience(2);
  nanoseconds now = kStart;
  nanoseconds since = budget->Report({600, 5400}, now, kPatience, now + seconds(3));
  EXPECT_FALSE(budget->is_free()) << "a trial";
  EXPECT_FALSE(budget->is_slowed()) << "that has shown nothing yet";
  budget->Report({600, 100}, since, kPatience, since + seconds(4));
  EXPECT_TRUE(budget->is_slowed());
}

TEST(SharedLimitsTest, OneWithALimitOfTheUsersIsNotSlowedFurtherByWhatItRefuses) {
  SharedLimits limits({.own = {A("192.0.2.53")}, .own_rate_qps = 1000, .own_adapts = true});
  AddressBudget* budget = limits.BudgetFor(A("192.0.2.53"));
  EXPECT_FALSE(budget->is_free());
  const nanoseconds since = budget->Report({600, 5400}, kStart, seconds(2), kStart + seconds(3));
  budget->Report({600, 100}, since, seconds(2), since + seconds(4));
  EXPECT_FALSE(budget->is_slowed());
}

TEST(SharedLimitsTest, ThreadsGetTheSameBudgets) {
  SharedLimits limits({.server_rate_qps = 1, .server_inflight = 1});
  constexpr int kAddresses = 200;
  std::vector<std::vector<AddressBudget*>> seen(4);
  std::vector<std::thread> threads;
  for (std::vector<AddressBudget*>& mine : seen) {
    threads.emplace_back([&limits, &mine] {
      for (int i = 0; i < kAddresses; ++i) {
        const std::string text = "192.0.2." + std::to_string(i);
        mine.push_back(limits.BudgetFor(A(text.c_str())));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& budgets : seen) EXPECT_EQ(budgets, seen[0]);
  std::sort(seen[0].begin(), seen[0].end());
  EXPECT_EQ(std::unique(seen[0].begin(), seen[0].end()), seen[0].end());
}

async::Address Numbered(size_t number) {
  return *async::Address::FromText(
      "198.51." + std::to_string(number / 256) + "." + std::to_string(number % 256), 53);
}

TEST(SharedLimitsTest, BudgetsThatNobodyUsesAreBounded) {
  constexpr size_t kCapacity = 160;
  SharedLimits limits({.server_inflight = 1, .budget_capacity = kCapacity});
  AddressBudget* used = limits.BudgetFor(A("192.0.2.1"));
  for (size_t i = 0; i < 5000; ++i) limits.GiveBack(limits.BudgetFor(Numbered(i)), nanoseconds(1));
  EXPECT_LE(limits.budget_count(), kCapacity + 1);
  EXPECT_GE(limits.budget_count(), kCapacity / 2);
  EXPECT_EQ(limits.BudgetFor(A("192.0.2.1")), used) << "what is in use stays";
}

TEST(SharedLimitsTest, ABudgetIsGivenBackAsOftenAsItWasGot) {
  SharedLimits limits({.server_inflight = 1, .budget_capacity = 0});
  AddressBudget* budget = limits.BudgetFor(A("192.0.2.1"));
  EXPECT_EQ(limits.BudgetFor(A("192.0.2.1")), budget);
  limits.GiveBack(budget, nanoseconds(1));
  EXPECT_EQ(limits.budget_count(), 1u);
  limits.GiveBack(budget, nanoseconds(1));
  EXPECT_EQ(limits.budget_count(), 0u);
}

TEST(SharedLimitsTest, WhatHasAPaceIsForgottenLast) {
  constexpr nanoseconds kBegin = seconds(1000);
  SharedLimits limits({.server_rate_qps = 100, .budget_capacity = 160});
  AddressBudget* paced = limits.BudgetFor(A("192.0.2.1"));
  paced->Report({50, 50}, kBegin, seconds(1), kBegin + seconds(3));
  ASSERT_TRUE(paced->has_pace());
  limits.GiveBack(paced, kBegin);
  for (size_t i = 0; i < 5000; ++i) limits.GiveBack(limits.BudgetFor(Numbered(i)), kBegin);
  EXPECT_LE(limits.budget_count(), 160u);
  AddressBudget* again = limits.BudgetFor(A("192.0.2.1"));
  EXPECT_TRUE(again->has_pace());
}

// Else a hostile name could have an address forgotten, and asked faster than --server-rate.
TEST(SharedLimitsTest, WhatWasJustAskedIsNotForgotten) {
  constexpr nanoseconds kBegin = seconds(1000);
  SharedLimits limits({.server_rate_qps = 1, .budget_capacity = 0});
  nanoseconds retry_at{0};
  AddressBudget* budget = limits.BudgetFor(A("192.0.2.1"));
  EXPECT_EQ(budget->TryAcquire(kBegin, &retry_at), Verdict::kGranted);
  budget->Release();
  limits.GiveBack(budget, kBegin + milliseconds(1));
  EXPECT_EQ(limits.budget_count(), 1u);
  budget = limits.BudgetFor(A("192.0.2.1"));
  EXPECT_EQ(budget->TryAcquire(kBegin + milliseconds(2), &retry_at), Verdict::kTooFast);
  limits.GiveBack(budget, kBegin + seconds(2));
  EXPECT_EQ(limits.budget_count(), 0u);
}

TEST(SharedLimitsTest, ThreadsForgetTogether) {
  SharedLimits limits({.server_inflight = 1, .budget_capacity = 32});
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&limits] {
      nanoseconds retry_at{0};
      for (size_t i = 0; i < 3000; ++i) {
        AddressBudget* budget = limits.BudgetFor(Numbered(i % 100));
        const bool granted = budget->TryAcquire(nanoseconds(1), &retry_at) == Verdict::kGranted;
        if (granted) budget->Release();
        limits.GiveBack(budget, nanoseconds(1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(limits.budget_count(), 32u);
}

}  // namespace
}  // namespace caascan::pacing
