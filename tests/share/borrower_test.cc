// The borrower's thread and a real server, with limits that threads of the test take turns from.
#include "scanner/share/borrower.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/share/redis_server.h"

namespace caascan::share {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

nanoseconds Now() { return std::chrono::steady_clock::now().time_since_epoch(); }

async::Address Server() {
  const uint8_t octets[] = {192, 0, 2, 1};
  return async::Address::V4(octets, 53);
}

bool WaitUntil(const std::function<bool()>& is_so) {
  for (const nanoseconds end = Now() + std::chrono::seconds(20); Now() < end;) {
    if (is_so()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

/// One machine: its limits, and one server that queries wait for.
struct Machine {
  Machine(const RedisServer& redis, const std::string& name, uint32_t most) {
    BorrowerOptions options;
    options.url = redis.url();
    options.run = "test";
    options.lender.machine = name;
    options.lender.limits = {100, 32, 1000};
    options.lender.machines = most;
    options.lender.lease = milliseconds(400);
    options.lender.linger = milliseconds(100);
    options.on_blocked = [this](const std::vector<std::string>& entries) {
      const std::lock_guard lock(mutex);
      blocked = entries;
    };
    options.on_notice = [this](const std::string& notice) {
      const std::lock_guard lock(mutex);
      notices.push_back(notice);
    };
    auto joined = Borrower::Join(options, -1, std::chrono::seconds(5));
    EXPECT_TRUE(joined.ok()) << joined.status();
    borrower = *std::move(joined);
    pacing::LimitOptions limit_options{1000, 100, 32};
    limit_options.parts = borrower->parts();
    limits = std::make_unique<pacing::SharedLimits>(limit_options);
    budget = limits->BudgetFor(Server());
    borrower->Start(limits.get());
  }
  ~Machine() {
    borrower->Stop();
    limits->GiveBack(budget, Now());
  }
  /// Turns that it gets in so long; none is ever in flight long.
  int TurnsIn(milliseconds time) const {
    int turns = 0;
    for (const nanoseconds end = Now() + time; Now() < end;) {
      nanoseconds retry_at(0);
      if (budget->TryAcquire(Now(), &retry_at) == pacing::AddressBudget::Verdict::kGranted) {
        budget->Release();
        ++turns;
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
    return turns;
  }
  size_t blocked_count() {
    const std::lock_guard lock(mutex);
    return blocked.size();
  }
  size_t notice_count() {
    const std::lock_guard lock(mutex);
    return notices.size();
  }

  std::mutex mutex;
  std::vector<std::string> blocked;
  std::vector<std::string> notices;
  std::unique_ptr<Borrower> borrower;
  std::unique_ptr<pacing::SharedLimits> limits;
  pacing::AddressBudget* budget = nullptr;
};

TEST(BorrowerTest, BorrowsForABusyServerAndLosesItWithTheEngine) {
  RedisServer redis;
  redis.Start();
  const Machine machine(redis, "one", 4);
  EXPECT_LE(machine.TurnsIn(milliseconds(500)), 9) << "its own part is 12 a second";
  machine.budget->AddWaiting(100);
  ASSERT_TRUE(WaitUntil([&] { return machine.TurnsIn(milliseconds(500)) >= 20; }));
  redis.Kill();
  std::this_thread::sleep_for(milliseconds(450));
  EXPECT_LE(machine.TurnsIn(milliseconds(500)), 9) << "the loan has ended by itself";
  redis.Start();
  EXPECT_TRUE(WaitUntil([&] { return machine.TurnsIn(milliseconds(500)) >= 20; }));
  machine.budget->AddWaiting(-100);
}

TEST(BorrowerTest, TwoThatNeedTheSameStayBelowTheLimitTogether) {
  RedisServer redis;
  redis.Start();
  const Machine one(redis, "one", 2);
  const Machine two(redis, "two", 2);
  one.budget->AddWaiting(100);
  two.budget->AddWaiting(100);
  std::this_thread::sleep_for(milliseconds(1000));
  for (int round = 0; round < 3; ++round) {
    int turns = 0;
    std::thread other([&] { turns = two.TurnsIn(milliseconds(1000)); });
    const int own = one.TurnsIn(milliseconds(1000));
    other.join();
    EXPECT_LE(own + turns, 100);
    EXPECT_GE(own + turns, 60);
  }
  one.budget->AddWaiting(-100);
  two.budget->AddWaiting(-100);
}

TEST(BorrowerTest, TheRateOverAllServersIsLentToo) {
  RedisServer redis;
  redis.Start();
  const Machine machine(redis, "one", 4);
  const auto turns_in = [&machine](milliseconds time, bool needs_more) {
    int turns = 0;
    for (const nanoseconds end = Now() + time; Now() < end;) {
      if (machine.limits->rate().TryTake(Now()) == nanoseconds(0)) {
        ++turns;
      } else if (needs_more) {
        machine.limits->NoteRateRefused();
      }
    }
    return turns;
  };
  EXPECT_LE(turns_in(milliseconds(500), false), 100) << "its own part is 125 a second";
  ASSERT_TRUE(WaitUntil([&] { return turns_in(milliseconds(500), true) >= 200; }));
}

TEST(BorrowerTest, WhatIsBlockedIsToldToEachMachine) {
  RedisServer redis;
  redis.Start();
  Machine one(redis, "one", 2);
  Machine two(redis, "two", 2);
  Engine engine(redis.options());
  ASSERT_TRUE(engine.Run(Script::kBlock, {"192.0.2.0/24", "2001:db8::1"}).ok());
  EXPECT_TRUE(WaitUntil([&] { return one.blocked_count() == 2 && two.blocked_count() == 2; }));
  ASSERT_TRUE(engine.Run(Script::kBlock, {"198.51.100.1"}).ok());
  EXPECT_TRUE(WaitUntil([&] { return one.blocked_count() == 3 && two.blocked_count() == 3; }));
}

TEST(BorrowerTest, AnEngineThatIsAwayAndBackIsSaidOnceEach) {
  RedisServer redis;
  redis.Start();
  Machine machine(redis, "one", 2);
  redis.Kill();
  ASSERT_TRUE(WaitUntil([&] { return machine.notice_count() == 1; }));
  std::this_thread::sleep_for(milliseconds(700));
  EXPECT_EQ(machine.notice_count(), 1U);
  redis.Start();
  EXPECT_TRUE(WaitUntil([&] { return machine.notice_count() == 2; }));
}

TEST(BorrowerTest, JoinWaitsForAnEngineButNotForEver) {
  RedisServer redis;
  BorrowerOptions options;
  options.url = redis.url();
  options.run = "test";
  options.lender.machine = "one";
  const auto none = Borrower::Join(options, -1, milliseconds(200));
  EXPECT_TRUE(absl::IsUnavailable(none.status())) << none.status();
  std::thread later([&redis] {
    std::this_thread::sleep_for(milliseconds(300));
    redis.Start();
  });
  EXPECT_TRUE(Borrower::Join(options, -1, std::chrono::seconds(20)).ok());
  later.join();
}

}  // namespace
}  // namespace caascan::share
