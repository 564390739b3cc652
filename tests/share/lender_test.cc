// Against a real server.
#include "scanner/share/lender.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scanner/pacing/limits.h"
#include "tests/share/redis_server.h"

namespace caascan::share {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLease(400);
constexpr milliseconds kLinger(200);

LoanRequest At(const std::string& server, uint32_t machines, uint32_t waiting, uint32_t used = 0) {
  LoanRequest request;
  request.server = server;
  request.rate = 100;
  request.places = 32;
  request.rate_floor = pacing::PartOfRate(100, 2 * machines);
  request.place_floor = pacing::PartOfPlaces(32, 2 * machines);
  request.waiting = waiting;
  request.used_above = used;
  return request;
}

class LenderTest : public testing::Test {
 protected:
  void SetUp() override { redis_.Start(); }

  /// A machine of a run that was planned for so many.
  Lender* Machine(uint32_t most, SharedLimit limits = {100, 32, 0}) {
    engines_.push_back(std::make_unique<Engine>(redis_.options()));
    LenderOptions options;
    options.machine = "m" + std::to_string(engines_.size());
    options.limits = limits;
    options.machines = most;
    options.lease = kLease;
    options.linger = kLinger;
    lenders_.push_back(std::make_unique<Lender>(engines_.back().get(), options));
    return lenders_.back().get();
  }
  Lender* Joined(uint32_t most) {
    Lender* lender = Machine(most);
    EXPECT_TRUE(lender->Join().ok());
    return lender;
  }
  static Loan LoanOf(Lender* lender, const LoanRequest& request) {
    const auto renewal = lender->Renew({request}, "");
    EXPECT_TRUE(renewal.ok()) << renewal.status();
    return renewal.ok() ? renewal->loans.at(0) : Loan();
  }
  /// The first loans of a server's start are given when all older ones have ended.
  void WaitForFirstLoans(Lender* lender) {
    EXPECT_EQ(LoanOf(lender, At("x", 4, 50)).rate, 0U) << "older loans may be forgotten";
    std::this_thread::sleep_for(kLease + kLinger + milliseconds(20));
  }

  RedisServer redis_;
  std::vector<std::unique_ptr<Engine>> engines_;
  std::vector<std::unique_ptr<Lender>> lenders_;
};

TEST_F(LenderTest, LendsWhatIsNoFloorToOneThatNeedsIt) {
  Lender* one = Joined(4);
  WaitForFirstLoans(one);
  const Loan loan = LoanOf(one, At("a", 4, 500));
  EXPECT_GE(loan.rate, 40U);
  EXPECT_LE(loan.rate + 4 * 12, 100U);
  EXPECT_EQ(loan.places, 16U);
  EXPECT_LE(LoanOf(one, At("b", 4, 3)).rate, 3U) << "no more than it can use";
  EXPECT_EQ(LoanOf(one, At("c", 4, 0)).rate, 0U);
}

TEST_F(LenderTest, FourThatNeedTheSameNeverHaveMoreThanTheLimit) {
  std::vector<Lender*> machines;
  for (int i = 0; i < 4; ++i) machines.push_back(Joined(4));
  WaitForFirstLoans(machines[0]);
  std::vector<Loan> held(4);
  const uint32_t demands[] = {500, 500, 20, 500};
  for (int round = 0; round < 24; ++round) {
    const size_t i = static_cast<size_t>(round) % 4;
    // It drops its loan before it asks.
    held[i] = Loan();
    held[i] = LoanOf(machines[i], At("a", 4, demands[i]));
    uint32_t rate = 4 * 12;
    uint32_t places = 4 * 4;
    for (const Loan& loan : held) {
      rate += loan.rate;
      places += loan.places;
    }
    ASSERT_LE(rate, 100U) << "round " << round;
    ASSERT_LE(places, 32U) << "round " << round;
  }
  EXPECT_GE(held[0].rate + held[1].rate + held[3].rate, 30U) << "and what there is, is lent";
  for (const size_t i : {0, 1, 3}) EXPECT_GE(held[i].rate, 8U) << "by demand";
  EXPECT_LE(held[2].rate, held[0].rate);
}

TEST_F(LenderTest, WhatIsNotRenewedIsLentToOthersWhenItHasEnded) {
  Lender* one = Joined(4);
  Lender* two = Joined(4);
  WaitForFirstLoans(one);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_GE(LoanOf(one, At("a", 4, 500)).rate, 40U);
  uint32_t lent = 0;
  while (lent < 40 && std::chrono::steady_clock::now() - began < 5 * kLease) {
    lent = LoanOf(two, At("a", 4, 500)).rate;
    if (std::chrono::steady_clock::now() - began < kLease) {
      ASSERT_LT(lent, 40U);
    }
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_GE(lent, 40U);
}

TEST_F(LenderTest, PlacesCountUntilWhatIsUnderWayHasEnded) {
  Lender* one = Joined(4);
  Lender* two = Joined(4);
  WaitForFirstLoans(one);
  EXPECT_EQ(LoanOf(one, At("a", 4, 500)).places, 16U);
  // Nothing waits any more, but 10 are still under way.
  EXPECT_EQ(LoanOf(one, At("a", 4, 0, 10)).places, 0U);
  EXPECT_LE(LoanOf(two, At("a", 4, 500)).places, 6U);
  EXPECT_EQ(LoanOf(one, At("a", 4, 0, 0)).places, 0U);
  EXPECT_EQ(LoanOf(two, At("a", 4, 500)).places, 16U);
}

TEST_F(LenderTest, AfterARestartNothingIsLentUntilOlderLoansEnded) {
  Lender* one = Joined(4);
  Lender* two = Joined(4);
  WaitForFirstLoans(one);
  EXPECT_GE(LoanOf(one, At("a", 4, 500)).rate, 40U);
  redis_.Kill();
  EXPECT_TRUE(absl::IsUnavailable(two->Renew({At("a", 4, 500)}, "").status()));
  redis_.Forget();
  redis_.Start();
  ASSERT_TRUE(two->Join().ok());
  const auto began = std::chrono::steady_clock::now();
  uint32_t lent = 0;
  while (lent == 0 && std::chrono::steady_clock::now() - began < 5 * kLease) {
    lent = LoanOf(two, At("a", 4, 500)).rate;
    if (lent == 0) std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_GE(std::chrono::steady_clock::now() - began, kLease + kLinger - milliseconds(20));
  EXPECT_GE(lent, 40U);
}

TEST_F(LenderTest, MachinesBeyondThePlannedOnesTakeTheirFloorsOutOfThePool) {
  Lender* one = Joined(2);
  Lender* two = Joined(2);
  Lender* three = Machine(2);
  const auto late = three->Join();
  ASSERT_TRUE(late.ok());
  EXPECT_GE(late->wait, kLease + kLinger) << "what was lent has ended then";
  Lender* four = Joined(2);
  const absl::Status full = Machine(2)->Join().status();
  EXPECT_TRUE(absl::IsResourceExhausted(full)) << full;
  WaitForFirstLoans(one);
  EXPECT_EQ(LoanOf(one, At("a", 2, 500)).rate, 0U) << "four floors of 25 are all";
  ASSERT_TRUE(four->Leave({}).ok());
  ASSERT_TRUE(three->Leave({}).ok());
  EXPECT_GE(LoanOf(two, At("a", 2, 500)).rate, 20U) << "half of what there is, since one asks too";
  EXPECT_TRUE(Machine(2)->Join().ok()) << "there is room again";
}

TEST_F(LenderTest, AllMachinesHaveTheSameLimits) {
  EXPECT_EQ(Machine(4)->Join()->machines, 4U);
  EXPECT_EQ(Machine(9)->Join()->machines, 4U) << "the run's, not the machine's";
  const absl::Status other = Machine(4, {200, 32, 0})->Join().status();
  EXPECT_TRUE(absl::IsInvalidArgument(other));
  EXPECT_NE(other.message().find("--server-rate 100"), std::string::npos) << other;
}

TEST_F(LenderTest, WithManyMachinesWholeQueriesGoToTheNeediest) {
  constexpr uint32_t kMachines = 200;
  std::vector<Lender*> machines;
  for (uint32_t i = 0; i < kMachines; ++i) machines.push_back(Joined(kMachines));
  WaitForFirstLoans(machines[0]);
  using Clock = std::chrono::steady_clock;
  std::vector<std::pair<Clock::time_point, uint32_t>> held(kMachines);  // Until when, and how much.
  uint32_t most = 0;
  for (uint32_t i = 0; i < 2 * kMachines; ++i) {
    const uint32_t machine = i % kMachines;
    held[machine] = {};
    const Clock::time_point until = Clock::now() + kLease;
    held[machine] = {until, LoanOf(machines[machine], At("a", kMachines, 20 + machine)).rate};
    uint32_t lent = 0;
    uint32_t borrowers = 0;
    for (const auto& [end, rate] : held) {
      if (end <= Clock::now()) continue;
      lent += rate;
      borrowers += rate > 0 ? 1 : 0;
    }
    ASSERT_LE(lent, 100U / 2) << "floors of a quarter of a query are half of the limit";
    ASSERT_LE(borrowers, 16U);
    most = std::max(most, lent);
  }
  EXPECT_GE(most, 20U);
}

TEST_F(LenderTest, ALeaverGivesBack) {
  Lender* one = Joined(4);
  Lender* two = Joined(4);
  WaitForFirstLoans(one);
  EXPECT_GE(LoanOf(one, At("a", 4, 500)).rate, 40U);
  ASSERT_TRUE(one->Leave({"a"}).ok());
  EXPECT_GE(LoanOf(two, At("a", 4, 500)).rate, 40U);
}

TEST_F(LenderTest, AProvenPaceIsToldToTheOthers) {
  Lender* one = Joined(4);
  Lender* two = Joined(4);
  LoanRequest slow = At("a", 4, 0);
  slow.pace = 200;
  const auto first = one->Renew({slow}, "", 0);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first->paces->empty()) << "its own is known to it";
  const auto second = two->Renew({}, "", 0);
  ASSERT_TRUE(second.ok());
  ASSERT_EQ(second->paces->size(), 1U);
  EXPECT_EQ(second->paces->at(0).server, "a");
  EXPECT_EQ(second->paces->at(0).thousandths, 200U);
  EXPECT_LE(second->paces->at(0).left, std::chrono::seconds(60));
  const auto third = two->Renew({}, "", second->pace_version);
  EXPECT_FALSE(third->paces.has_value()) << "known already";
  // A higher one of another machine's does not count, a lower one does.
  slow.pace = 500;
  ASSERT_TRUE(two->Renew({slow}, "", 0).ok());
  EXPECT_EQ(Joined(4)->Renew({}, "", 0)->paces->at(0).thousandths, 200U);
  slow.pace = 100;
  ASSERT_TRUE(two->Renew({slow}, "", 0).ok());
  EXPECT_EQ(one->Renew({}, "", 0)->paces->at(0).thousandths, 100U);
}

}  // namespace
}  // namespace caascan::share
