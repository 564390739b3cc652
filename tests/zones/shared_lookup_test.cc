// One asks, the others wait; what our own limits cut short is asked for anew.
#include "scanner/zones/shared_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "caascan/outcome.h"
#include "scanner/async/task.h"
#include "scanner/async/wait_list.h"
#include "scanner/zones/name_cache.h"

namespace caascan::zones {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::ElementsAre;

struct Value {
  int number = 0;
  nanoseconds expires{0};

  static size_t HeapBytes() { return 0; }
};

/// Names that need one value, and a server that answers when the test says so.
class SharedLookupTest : public testing::Test {
 protected:
  void Start(const std::string& name) { async::Spawn(Need(name)); }
  /// The look-up on its way ends so: with a number, or with a reason.
  void Answer(int number) { End(number, Reason::kNoCaa); }
  void Fail(Reason reason) { End(-1, reason); }

  nanoseconds now_ = seconds(100);
  bool answers_at_once_ = false;
  SharedLookup<Value> lookup_;
  std::vector<std::string> events_;

 private:
  async::Task<> Need(std::string name) {
    co_await lookup_.Free();
    EXPECT_FALSE(lookup_.asking());
    if (lookup_.IsFresh(now_)) {
      events_.push_back(name + " takes " + std::to_string(lookup_.number));
      co_return;
    }
    lookup_.Begin();
    events_.push_back(name + " asks");
    if (!answers_at_once_) co_await async::WaitList::Waiter(&server_);
    const Reason reason = reason_;
    lookup_.number = number_;
    lookup_.expires = now_ + seconds(10);
    lookup_.KeepIf(!IsOwnLimit(reason));
    events_.push_back(name + " is done");
  }
  void End(int number, Reason reason) {
    number_ = number;
    reason_ = reason;
    server_.NotifyAll();
  }

  async::WaitList server_;
  int number_ = 0;
  Reason reason_ = Reason::kTooSlow;
};

TEST_F(SharedLookupTest, OneAsksAndTheOthersTakeWhatCame) {
  Start("a");
  Start("b");
  Start("c");
  EXPECT_THAT(events_, ElementsAre("a asks"));
  Answer(7);
  Start("d");
  EXPECT_THAT(events_, ElementsAre("a asks", "b takes 7", "c takes 7", "a is done", "d takes 7"));
}

TEST_F(SharedLookupTest, AFailureOfTheServersIsSharedToo) {
  Start("a");
  Start("b");
  Fail(Reason::kServfail);
  EXPECT_THAT(events_, ElementsAre("a asks", "b takes -1", "a is done"));
}

TEST_F(SharedLookupTest, WhatExpiresIsAskedForAnew) {
  Start("a");
  Answer(7);
  now_ += seconds(10);
  Start("b");
  EXPECT_THAT(events_, ElementsAre("a asks", "a is done", "b asks"));
  Answer(8);
}

TEST_F(SharedLookupTest, WhatIsForgottenIsAskedForAnew) {
  Start("a");
  Answer(7);
  EXPECT_TRUE(lookup_.known());
  lookup_.Forget();
  EXPECT_FALSE(lookup_.known());
  Start("b");
  EXPECT_THAT(events_, ElementsAre("a asks", "a is done", "b asks"));
  Answer(8);
}

TEST_F(SharedLookupTest, WhatWasNotAskedForIsTakenAsWell) {
  lookup_.number = 5;
  lookup_.expires = now_ + seconds(1);
  lookup_.Keep();
  Start("a");
  EXPECT_THAT(events_, ElementsAre("a takes 5"));
}

// The next in line asks; the others keep their places, before those that come meanwhile.
TEST_F(SharedLookupTest, NoNameTakesOverAnothersLimit) {
  for (int reason = 0; reason <= static_cast<int>(kLastReason); ++reason) {
    const auto limit = static_cast<Reason>(reason);
    if (!IsOwnLimit(limit)) continue;
    SCOPED_TRACE(ReasonCode(limit));
    events_.clear();
    lookup_.Forget();
    Start("a");
    Start("b");
    Start("c");
    Fail(limit);
    Start("d");
    EXPECT_THAT(events_, ElementsAre("a asks", "b asks", "a is done"));
    Answer(7);
    EXPECT_THAT(events_, ElementsAre("a asks", "b asks", "a is done", "c takes 7", "d takes 7",
                                     "b is done"));
  }
}

// Each look-up ends in the call that began it: the stack must not grow with every waiter.
TEST_F(SharedLookupTest, ManyThatFailAtOnceNeedNoDeepStack) {
  constexpr int kMany = 100'000;
  Start("a");
  for (int i = 0; i < kMany; ++i) Start("n");
  answers_at_once_ = true;
  Fail(Reason::kBlocklisted);
  EXPECT_EQ(events_.size(), 2u * (kMany + 1));
  EXPECT_EQ(events_.back(), "a is done");
  EXPECT_FALSE(lookup_.asking());
}

TEST_F(SharedLookupTest, AnEvictedOneServesThoseThatWait) {
  NameCache<SharedLookup<Value>> cache(1, 1 << 20);
  auto handle = cache.Insert(dns::NameView());
  handle->Begin();
  int taken = 0;
  const auto wait = [](NameCache<SharedLookup<Value>>::Handle held, int* out) -> async::Task<> {
    co_await held->Free();
    *out = held->number;
  };
  async::Spawn(wait(handle, &taken));
  cache.Erase(dns::NameView());
  handle->number = 3;
  handle->Keep();
  EXPECT_EQ(taken, 3);
}

}  // namespace
}  // namespace caascan::zones
