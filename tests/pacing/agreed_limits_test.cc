// What is one machine's part of a limit, and what was agreed for single servers.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "scanner/pacing/limits.h"

namespace caascan::pacing {
namespace {

TEST(PartTest, RatesAreRoundedDownToWholeQueriesWhereThereAreSome) {
  EXPECT_EQ(PartOfRate(100, 1), 100);
  EXPECT_EQ(PartOfRate(100, 3), 33);
  EXPECT_EQ(PartOfRate(100, 100), 1);
  EXPECT_EQ(PartOfRate(100, 200), 0.5);
  EXPECT_EQ(PartOfRate(0, 3), 0);
}

TEST(PartTest, PlacesAreAtLeastOneEach) {
  EXPECT_EQ(PartOfPlaces(32, 3), 10u);
  EXPECT_EQ(PartOfPlaces(32, 33), 1u);
  EXPECT_EQ(PartOfPlaces(0, 33), 0u);
}

/// Turns that an address has in ten seconds.
int TurnsOf(AddressBudget* budget) {
  int turns = 0;
  for (std::chrono::milliseconds now(1'000'000); now < std::chrono::milliseconds(1'010'000);
       now += std::chrono::milliseconds(1)) {
    std::chrono::nanoseconds retry_at{};
    if (budget->TryAcquire(now, &retry_at) != AddressBudget::Verdict::kGranted) continue;
    ++turns;
    budget->Release();
  }
  return turns;
}

class AgreedTest : public testing::Test {
 protected:
  LimitOptions Options(uint32_t parts) const {
    LimitOptions options;
    options.server_rate_qps = 100;
    options.server_inflight = 32;
    options.parts = parts;
    options.agreed = [this](const async::Address& address) {
      return address == by_address_ ? std::optional(AgreedLimit{10, 4}) : std::nullopt;
    };
    return options;
  }
  const async::Address by_address_ = *async::Address::FromText("192.0.2.1", 53);
  const async::Address by_name_ = *async::Address::FromText("192.0.2.2", 53);
};

TEST_F(AgreedTest, ALimitOfAnAddressTakesThePlaceOfTheUsualOne) {
  SharedLimits limits(Options(1));
  AddressBudget* const budget = limits.BudgetFor(by_address_);
  EXPECT_NEAR(TurnsOf(budget), 100, 4);
  EXPECT_NEAR(TurnsOf(limits.BudgetFor(by_name_)), 1000, 40);
}

TEST_F(AgreedTest, OneOfANameIsKnownLater) {
  SharedLimits limits(Options(1));
  limits.Agree(by_name_, {20, std::nullopt});
  AddressBudget* const budget = limits.BudgetFor(by_name_);
  EXPECT_NEAR(TurnsOf(budget), 200, 8);
  limits.Agree(by_name_, {50, std::nullopt});  // Of another of its names: the lower one counts.
  EXPECT_EQ(limits.BudgetFor(by_name_), budget);
  limits.Agree(by_name_, {5, std::nullopt});
  limits.Agree(by_address_, {1, std::nullopt});  // What was agreed for the address goes first.
  std::chrono::nanoseconds retry_at{};
  const std::chrono::seconds later(3000);
  EXPECT_EQ(budget->TryAcquire(later, &retry_at), AddressBudget::Verdict::kGranted);
  EXPECT_EQ(budget->TryAcquire(later + std::chrono::milliseconds(150), &retry_at),
            AddressBudget::Verdict::kTooFast);
  EXPECT_EQ(budget->TryAcquire(later + std::chrono::milliseconds(210), &retry_at),
            AddressBudget::Verdict::kGranted);
  EXPECT_NEAR(TurnsOf(limits.BudgetFor(by_address_)), 100, 4);
}

TEST_F(AgreedTest, MachinesDivideAll) {
  SharedLimits limits(Options(3));
  EXPECT_NEAR(TurnsOf(limits.BudgetFor(by_address_)), 30, 2);
  EXPECT_NEAR(TurnsOf(limits.BudgetFor(by_name_)), 330, 14);
  AddressBudget* const budget = limits.BudgetFor(by_name_);
  std::chrono::nanoseconds now = std::chrono::seconds(3000);
  std::chrono::nanoseconds retry_at{};
  for (int i = 0; i < 10; ++i, now += std::chrono::seconds(1)) {
    EXPECT_EQ(budget->TryAcquire(now, &retry_at), AddressBudget::Verdict::kGranted);
  }
  EXPECT_EQ(budget->TryAcquire(now, &retry_at), AddressBudget::Verdict::kTooManyInFlight);
}

TEST_F(AgreedTest, AnAddressWithoutALimitHasNoBudget) {
  LimitOptions options;
  options.server_rate_qps = 100;
  options.agreed = [](const async::Address&) { return std::optional(AgreedLimit{0, 0}); };
  SharedLimits limits(options);
  EXPECT_EQ(limits.BudgetFor(by_name_), nullptr);
}

}  // namespace
}  // namespace caascan::pacing
