// Delegations whose servers' names can only be found by way of one another. They cost no query, and
// must cost no time: each server's name is looked for once a look-up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

// What an honest name needs at most, many times over.
constexpr uint32_t kFewSteps = 800;
constexpr uint32_t kFewQueries = 60;

class CirclesTest : public IterativeFixture {
 protected:
  /// `count` servers of `zone`, named in `where`, without glue.
  void DelegateWithoutGlue(const std::string& zone, const std::string& where, int count) {
    for (int i = 1; i <= count; ++i) {
      tree_.Add("test", zone + " NS ns" + std::to_string(i) + "." + where);
    }
  }

  void ExpectEndsSoon(const char* name, Reason failure) {
    for (const query::Look look : {query::Look::kFirst, query::Look::kPatient}) {
      const Looked looked = Lookup(name, {.look = look});
      EXPECT_EQ(looked.answer.failure, failure) << ReasonCode(looked.answer.failure);
      EXPECT_LE(looked.account.budget.steps, kFewSteps);
      EXPECT_LE(looked.account.budget.queries, kFewQueries);
      EXPECT_LE(looked.account.attempts.size(), query::Account::kMaxAttempts);
    }
  }
};

class ServersInsideTest : public CirclesTest, public testing::WithParamInterface<int> {};

TEST_P(ServersInsideTest, WithoutGlueEndSoon) {
  DelegateWithoutGlue("ring.test", "ring.test", GetParam());
  Start();
  ExpectEndsSoon("www.ring.test", Reason::kUnresolvableServers);
}

INSTANTIATE_TEST_SUITE_P(Counts, ServersInsideTest, testing::Values(1, 2, 8, 16, 40));

TEST_F(CirclesTest, ZonesThatServeOneAnotherEndSoon) {
  DelegateWithoutGlue("a.test", "b.test", 16);
  DelegateWithoutGlue("b.test", "a.test", 16);
  Start();
  ExpectEndsSoon("www.a.test", Reason::kUnresolvableServers);
}

TEST_F(CirclesTest, SaysOfEachServerWhyItIsNotFound) {
  DelegateWithoutGlue("a.test", "b.test", 1);
  DelegateWithoutGlue("b.test", "a.test", 1);
  DelegateWithoutGlue("inside.test", "inside.test", 1);
  DelegateWithoutGlue("behind.test", "a.test", 1);
  Start();
  const auto attempt = [this](const char* name) {
    return Lookup(name, {.look = query::Look::kPatient}).answer.attempts.at(0);
  };
  const query::Attempt circular = attempt("www.a.test");
  EXPECT_TRUE(circular.circular && !circular.lacks_glue);
  EXPECT_EQ(circular.detail, "to find it one needs b.test, whose servers lie in a.test");
  const query::Attempt inside = attempt("www.inside.test");
  EXPECT_TRUE(inside.lacks_glue && !inside.circular);
  const query::Attempt behind = attempt("www.behind.test");
  EXPECT_FALSE(behind.circular || behind.lacks_glue) << "the circle is not its own";
}

class RingTest : public CirclesTest {
 protected:
  static constexpr int kZones = 50;
  RingTest() {
    for (int i = 0; i < kZones; ++i) {
      DelegateWithoutGlue("z" + std::to_string(i) + ".test",
                          "z" + std::to_string((i + 1) % kZones) + ".test", 4);
    }
  }
};

TEST_F(RingTest, OfTwoHundredServersEndsSoon) {
  Start();
  ExpectEndsSoon("www.z0.test", Reason::kUnresolvableServers);
}

TEST_F(RingTest, ManyNamesInItEndSoon) {
  Start();
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) names.push_back("n" + std::to_string(i) + ".z0.test");
  for (const Looked& looked : LookupAll(names)) {
    EXPECT_EQ(looked.answer.failure, Reason::kUnresolvableServers);
    EXPECT_LE(looked.account.budget.steps, kFewSteps);
  }
}

TEST_F(RingTest, OneServerThatCanBeFoundIsFound) {
  tree_.Delegate("test", "z3.test", {{"good.z3.test", "127.53.1.1"}});
  for (int zone = 0; zone < 3; ++zone) {
    const std::string apex = "z" + std::to_string(zone) + ".test";
    tree_.Serve(apex, "127.53.1.1");
    for (int i = 1; i <= 4; ++i) {
      tree_.Add(apex, "ns" + std::to_string(i) + "." + apex + " A 127.53.1.1");
    }
  }
  for (int i = 1; i <= 4; ++i)
    tree_.Add("z3.test", "ns" + std::to_string(i) + ".z3.test A 127.53.1.1");
  tree_.Add("z0.test", "www.z0.test CAA 0 issue ca.example");
  Start();
  EXPECT_EQ(Summary(Lookup("www.z0.test").answer), "issue ca.example");
}

// No malice: an ordinary zone whose servers all have glue of the family that is not used.
TEST_F(CirclesTest, GlueOfTheOtherFamilyEndsSoon) {
  for (int i = 1; i <= 12; ++i) {
    const std::string host = "ns" + std::to_string(i) + ".plain.test";
    tree_.Add("test", "plain.test NS " + host);
    tree_.Add("test", host + " AAAA 2001:db8::" + std::to_string(i));
  }
  Start();
  ExpectEndsSoon("www.plain.test", Reason::kFamilyUnavailable);
}

}  // namespace
}  // namespace caascan::resolve
