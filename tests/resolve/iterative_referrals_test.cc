// Names that need the same referral at the same time: one asks for it, and no other fares worse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <string>
#include <vector>

#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

using testing::Each;

constexpr const char* kServer = "127.53.1.1";

/// n0.`domain`, n1.`domain` and so on.
std::vector<std::string> NamesBelow(const std::string& domain, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back("n" + std::to_string(i) + "." + domain);
  return names;
}

class ReferralsTest : public IterativeFixture {
 protected:
  std::vector<std::string> Summaries(const std::vector<std::string>& names,
                                     const LookUp& how = {}) {
    std::vector<std::string> summaries;
    for (const Looked& looked : LookupAll(names, how)) summaries.push_back(Summary(looked.answer));
    return summaries;
  }
  /// The TLD is known from then on, and its server is silent.
  void FallSilent() {
    tree_.SetOverride(kTld, [this](const net::Arrival&, net::Outbox*) { return silent_.load(); });
    options_.ask.timeout = kShort;
    Start();
    EXPECT_EQ(Summary(Lookup("test").answer), "empty");
    silent_ = true;
  }
  void AddExample() {
    tree_.Delegate("test", "example.test", {{"ns1.example.test", kServer}});
    for (const std::string& name : NamesBelow("example.test", 20)) {
      tree_.Add("example.test", name + " CAA 0 issue ca.example");
    }
  }

 private:
  std::atomic<bool> silent_ = false;
};

TEST_F(ReferralsTest, NamesOfOneDomainAskTheTldOnce) {
  AddExample();
  Start();
  EXPECT_THAT(Summaries(NamesBelow("example.test", 20)), Each("issue ca.example"));
  EXPECT_EQ(Seen(kRoot), 1u);
  EXPECT_EQ(Seen(kTld), 1u);
  EXPECT_EQ(Seen(kServer), 20u);
}

TEST_F(ReferralsTest, MinimisedNamesToo) {
  options_.minimises = true;
  AddExample();
  Start();
  EXPECT_THAT(Summaries(NamesBelow("example.test", 20)), Each("issue ca.example"));
  EXPECT_EQ(Seen(kRoot), 1u);
  EXPECT_EQ(Seen(kTld), 1u);
}

TEST_F(ReferralsTest, NamesOfOtherDomainsDoNotWait) {
  tree_.Delegate("test", "one.test", {{"ns1.one.test", kServer}});
  tree_.Delegate("test", "two.test", {{"ns1.two.test", kServer}});
  Start();
  EXPECT_EQ(Summary(Lookup("test").answer), "empty");
  const size_t before = Seen(kTld);
  EXPECT_THAT(Summaries({"a.one.test", "b.two.test"}), Each("empty"));
  EXPECT_EQ(Seen(kTld), before + 2);
}

/// "test" delegates two labels deeper, and its servers do not show the zone between.
TEST_F(ReferralsTest, WhereAZoneDelegatesDeeperIsLearnt) {
  tree_.Delegate("test", "a.co.test", {{"ns1.a.co.test", kServer}});
  tree_.Delegate("test", "b.co.test", {{"ns1.b.co.test", kServer}});
  Start();
  EXPECT_EQ(Summary(Lookup("www.a.co.test").answer), "empty");
  const size_t before = Seen(kTld);
  EXPECT_THAT(Summaries(NamesBelow("b.co.test", 10)), Each("empty"));
  EXPECT_EQ(Seen(kTld), before + 1);
}

TEST_F(ReferralsTest, WhoGetsNoReferralAsksForItself) {
  Start();
  // The TLD itself denies them, each by its name.
  EXPECT_THAT(Summaries(NamesBelow("absent.test", 5)), Each("empty"));
  EXPECT_GE(Seen(kTld), 5u);
}

TEST_F(ReferralsTest, ASilentServerHoldsNoOtherUpForLonger) {
  AddExample();
  FallSilent();
  for (const Looked& looked : LookupAll(NamesBelow("example.test", 5))) {
    EXPECT_EQ(looked.answer.failure, Reason::kNoResponse);
    EXPECT_GE(looked.account.budget.queries, 2u) << "each by its own tries";
    EXPECT_FALSE(looked.account.attempts.empty());
  }
}

/// A limit of the first name is its own. Each of them sends the one query that it may.
TEST_F(ReferralsTest, ALimitOfOneNameIsNoOtherNames) {
  AddExample();
  FallSilent();
  const size_t before = Seen(kTld);
  for (const Looked& looked : LookupAll(NamesBelow("example.test", 3), {.max_queries = 1})) {
    EXPECT_EQ(looked.account.budget.queries, 1u);
  }
  EXPECT_EQ(Seen(kTld), before + 3);
}

/// One domain's servers are named in another one, and the other way round, with a way out.
TEST_F(ReferralsTest, DomainsThatNeedEachOtherEnd) {
  tree_.Add("test", "one.test NS ns.two.test");
  tree_.Add("test", "two.test NS ns.one.test");
  tree_.Add("test", "two.test NS ns.three.test");
  tree_.Delegate("test", "three.test", {{"ns.three.test", kServer}});
  Start();
  std::vector<std::string> names = NamesBelow("one.test", 5);
  for (const std::string& name : NamesBelow("two.test", 5)) names.push_back(name);
  for (const std::string& name : NamesBelow("three.test", 5)) names.push_back(name);
  EXPECT_EQ(LookupAll(names).size(), names.size()) << "none waits for ever";
}

}  // namespace
}  // namespace caascan::resolve
