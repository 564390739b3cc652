// What one process may ask where several share the limits. Time is a number that the test moves.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scanner/pacing/limits.h"

namespace caascan::pacing {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds kStart = seconds(1'000'000);

bool Taken(RateGate* gate, nanoseconds now) { return gate->TryTake(now) == nanoseconds::zero(); }

/// Turns that a gate gives in a second from kStart.
int TurnsOf(RateGate* gate) {
  int turns = 0;
  for (nanoseconds at = kStart; at < kStart + seconds(1); at += milliseconds(1)) {
    while (Taken(gate, at)) ++turns;
  }
  return turns;
}

TEST(LoansTest, ALoanEndsByItself) {
  RateGate gate(10, nanoseconds::zero());
  gate.Lend(100, kStart + seconds(1));
  EXPECT_EQ(TurnsOf(&gate), 100);
  EXPECT_TRUE(Taken(&gate, kStart + seconds(1)));
  EXPECT_FALSE(Taken(&gate, kStart + seconds(1) + milliseconds(99)));
  EXPECT_TRUE(Taken(&gate, kStart + seconds(1) + milliseconds(100)));
}

TEST(LoansTest, ALoanIsTakenBackAtOnce) {
  RateGate gate(10, nanoseconds::zero());
  gate.Lend(1000, kStart + seconds(1));
  EXPECT_TRUE(Taken(&gate, kStart));
  EXPECT_TRUE(Taken(&gate, kStart + milliseconds(1)));
  gate.Lend(1000, nanoseconds::zero());
  EXPECT_TRUE(Taken(&gate, kStart + milliseconds(2)));
  EXPECT_FALSE(Taken(&gate, kStart + milliseconds(50)));
}

TEST(LoansTest, AreWholeQueriesAndAtLeastOnePlace) {
  const struct {
    const char* name;
    uint32_t limit;
    uint32_t parts;
    double rate;
    uint32_t places;
  } rows[] = {
      {"no limit", 0, 8, 0, 0},
      {"one has all", 100, 1, 100, 100},
      {"rounded down", 100, 8, 12, 12},
      {"less than one query", 100, 200, 0.5, 1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(PartOfRate(row.limit, row.parts), row.rate);
    EXPECT_EQ(PartOfPlaces(row.limit, row.parts), row.places);
  }
}

/// Turns that a budget gives in a second from `start`, none in flight at any time.
int TurnsOf(AddressBudget* budget, nanoseconds start) {
  int turns = 0;
  for (nanoseconds at = start; at < start + seconds(1); at += milliseconds(1)) {
    nanoseconds retry_at(0);
    if (budget->TryAcquire(at, &retry_at) != AddressBudget::Verdict::kGranted) continue;
    budget->Release();
    ++turns;
  }
  return turns;
}

TEST(LoansTest, HasItsPartAndWhatItIsLent) {
  AddressBudget budget(100, 32, false, 8);
  EXPECT_EQ(TurnsOf(&budget, kStart), 12);
  budget.Lend(38, 16, kStart + seconds(3));
  EXPECT_NEAR(TurnsOf(&budget, kStart + seconds(2)), 49, 1);
  EXPECT_EQ(TurnsOf(&budget, kStart + seconds(4)), 12);
}

TEST(LoansTest, PlacesAreLentAndWhatIsInFlightStays) {
  AddressBudget budget(0, 32, false, 8);
  const auto granted = [&budget](nanoseconds now) {
    nanoseconds retry_at(0);
    return budget.TryAcquire(now, &retry_at) == AddressBudget::Verdict::kGranted;
  };
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(granted(kStart));
  EXPECT_FALSE(granted(kStart));
  budget.Lend(0, 2, kStart + seconds(1));
  EXPECT_TRUE(granted(kStart));
  EXPECT_TRUE(granted(kStart));
  EXPECT_FALSE(granted(kStart));
  budget.Release();
  EXPECT_FALSE(granted(kStart + seconds(1))) << "five are still in flight";
  budget.Release();
  budget.Release();
  EXPECT_TRUE(granted(kStart + seconds(1)));
}

TEST(LoansTest, NeitherItsPartNorALoanExceedsWhatTheServerBears) {
  AddressBudget budget(100, 0, false, 8);
  budget.Lend(38, 0, kStart + seconds(100));
  budget.SetBearable(0.5);
  EXPECT_NEAR(TurnsOf(&budget, kStart), 25, 1);
  EXPECT_NEAR(TurnsOf(&budget, kStart + seconds(101)), 6, 1);
  budget.SetBearable(1);
  EXPECT_EQ(TurnsOf(&budget, kStart + seconds(103)), 12);
}

TEST(LoansTest, SaysWhichAddressesNeedMore) {
  LimitOptions options{1000, 100, 32};
  options.parts = 8;
  SharedLimits limits(options);
  EXPECT_EQ(limits.rate().TryTake(kStart), nanoseconds::zero());
  const uint8_t octets[] = {192, 0, 2, 1};
  const async::Address address = async::Address::V4(octets, 53);
  AddressBudget* budget = limits.BudgetFor(address);
  const auto needs = [&limits] {
    std::vector<AddressNeed> found;
    limits.ForEachNeed(kStart, [&found](const AddressNeed& need) { found.push_back(need); });
    return found;
  };
  EXPECT_TRUE(needs().empty());
  budget->AddWaiting(3);
  ASSERT_EQ(needs().size(), 1U);
  EXPECT_EQ(needs()[0].address, address);
  EXPECT_EQ(needs()[0].rate_qps, 100U) << "the whole limit";
  EXPECT_EQ(needs()[0].own_rate, 12);
  EXPECT_EQ(needs()[0].waiting, 3U);
  EXPECT_EQ(needs()[0].used_above, 0U);
  budget->AddWaiting(-3);
  EXPECT_TRUE(needs().empty());
  limits.Lend(address, 0, 1, kStart + seconds(1));
  nanoseconds retry_at(0);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(budget->TryAcquire(kStart + milliseconds(100 * i), &retry_at),
              AddressBudget::Verdict::kGranted);
  }
  ASSERT_EQ(needs().size(), 1U);
  EXPECT_EQ(needs()[0].used_above, 1U);
  for (int i = 0; i < 5; ++i) budget->Release();
  EXPECT_FALSE(limits.TakeRateRefused());
  limits.NoteRateRefused();
  EXPECT_TRUE(limits.TakeRateRefused());
  EXPECT_FALSE(limits.TakeRateRefused());
  limits.GiveBack(budget, kStart);
}

}  // namespace
}  // namespace caascan::pacing
