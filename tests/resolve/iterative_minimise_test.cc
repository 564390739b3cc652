// What the servers above a name's zone are shown of it (RFC 9156), and that nothing else changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scanner/zones/qname_minimiser.h"
#include "tests/resolve/odd_replies.h"

namespace caascan::resolve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LabelsToShowTest, FourSingleOnesThenEqualShares) {
  std::vector<size_t> steps;  // RFC 9156 §2.3 has this name of 18 labels.
  for (size_t shown = 0; shown < 18;) {
    const size_t next = zones::LabelsToShow(shown, 18, steps.size());
    steps.push_back(next - shown);
    shown = next;
  }
  EXPECT_THAT(steps, ElementsAre(1, 1, 1, 1, 2, 2, 2, 2, 3, 3));
}

TEST(LabelsToShowTest, NeverMoreThanTenParts) {
  for (size_t labels = 1; labels <= 127; ++labels) {
    size_t asked = 0;
    for (size_t shown = 0; shown < labels; ++asked) {
      const size_t next = zones::LabelsToShow(shown, labels, asked);
      ASSERT_GT(next, shown);
      ASSERT_LE(next, labels);
      shown = next;
    }
    EXPECT_LE(asked, zones::kMaxMinimised);
  }
}

class MinimiseTest : public OddRepliesTest {
 protected:
  MinimiseTest() { options_.minimises = true; }
  void Start() {
    tree_.Delegate("test", "example.test", {{"ns1.example.test", kFirst}});
    tree_.Add("example.test", "a.b.c.example.test CAA 0 issue ca");
    OddRepliesTest::Start();
  }
  /// "name TYPE" of what the server was asked, in order.
  std::vector<std::string> Asked(std::string_view server) const {
    std::vector<std::string> asked;
    for (const net::SeenQuery& query : server_->seen()) {
      if (query.server != server) continue;
      asked.push_back(query.name + " " + dns::TypeName(query.type));
    }
    return asked;
  }
};

TEST_F(MinimiseTest, EachZoneIsShownOneLabelMoreThanItHas) {
  Start();
  EXPECT_EQ(How(Lookup("a.b.c.example.test")), "issue ca");
  EXPECT_THAT(Asked(kRoot), ElementsAre("test A"));
  EXPECT_THAT(Asked(kTld), ElementsAre("example.test A"));
  EXPECT_EQ(Asked(kFirst).back(), "a.b.c.example.test CAA");
  EXPECT_EQ(Asked(kFirst).front(), "c.example.test A");
}

TEST_F(MinimiseTest, ANameOfOneLabelMoreIsAskedAsItIs) {
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "empty");
  EXPECT_THAT(Asked(kRoot), ElementsAre("test A"));
  EXPECT_THAT(Asked(kTld), ElementsAre("example.test CAA"));
  EXPECT_EQ(Asked(kFirst).front(), "example.test CAA");
  EXPECT_EQ(How(Lookup("www.example.test")), "empty");
  EXPECT_EQ(Asked(kFirst).back(), "www.example.test CAA");
}

TEST_F(MinimiseTest, OffShowsTheWholeName) {
  options_.minimises = false;
  Start();
  EXPECT_EQ(How(Lookup("a.b.c.example.test")), "issue ca");
  for (const char* server : {kRoot, kTld, kFirst}) {
    EXPECT_THAT(Asked(server), ElementsAre("a.b.c.example.test CAA")) << server;
  }
}

TEST_F(MinimiseTest, ServersNamesAreMinimisedToo) {
  tree_.Delegate("test", "host.test", {{"ns1.host.test", kSecond}});
  tree_.Add("test", "far.test NS ns.of.host.test");  // Without glue.
  tree_.Add("far.test", "far.test NS ns.of.host.test");
  tree_.Serve("far.test", kFirst);
  tree_.Add("host.test", "ns.of.host.test A 127.53.1.1");
  Start();
  EXPECT_EQ(How(Lookup("far.test")), "empty");
  EXPECT_THAT(Asked(kTld), ElementsAre("far.test CAA", "host.test A"));
}

TEST_F(MinimiseTest, AZoneCutInsideIsFound) {
  tree_.Delegate("example.test", "b.c.example.test", {{"ns1.b.c.example.test", kSecond}});
  tree_.Add("b.c.example.test", "a.b.c.example.test CAA 0 issue deep");
  Start();
  EXPECT_EQ(How(Lookup("a.b.c.example.test")), "issue deep");
  EXPECT_EQ(Asked(kFirst).back(), "b.c.example.test A");
  EXPECT_EQ(Asked(kSecond).front(), "a.b.c.example.test CAA");
}

TEST_F(MinimiseTest, ATldThatIsNotThere) {
  Start();
  EXPECT_EQ(How(Lookup("www.example.nowhere")), "no_such_tld");
}

struct OddPartRow {
  const char* name;
  FakeTree::Override bad;  // To the type A.
  bool is_denial = false;
};

/// Servers that answer the questions about parts of a name oddly.
class OddPartTest : public MinimiseTest, public testing::WithParamInterface<OddPartRow> {};

TEST_P(OddPartTest, TheWholeNameIsAsked) {
  tree_.SetOverride(kFirst, [bad = GetParam().bad](const Arrival& query, Outbox* out) {
    return dns::PeekQuestion(query.bytes)->type == RRType::kA && bad(query, out);
  });
  options_.ask.timeout = kShort;
  Start();
  const Looked looked = Lookup("a.b.c.example.test");
  EXPECT_EQ(How(looked), "issue ca");
  EXPECT_THAT(looked.account.attempts, IsEmpty());
  std::vector<query::Observation::Kind> kinds;
  for (const query::Observation& seen : looked.account.observations) kinds.push_back(seen.kind);
  if (GetParam().is_denial) {
    EXPECT_THAT(kinds, ElementsAre(query::Observation::Kind::kNxdomainAboveExisting));
    EXPECT_EQ(looked.account.observations[0].evidence,
              "NXDOMAIN for c.example.test, type A, and not for a name below it");
  } else {
    EXPECT_THAT(kinds, IsEmpty());
  }
}

FakeTree::Override SaysOfA(RCode rcode, uint16_t flags, const char* soa = "example.test") {
  return [rcode, flags, soa](const Arrival& query, Outbox* out) {
    Reply reply(query.bytes, flags, rcode);
    if (*soa != 0) reply.Authority(soa, RRType::kSOA, net::SoaBytes());
    out->Send(reply.bytes());
    return true;
  };
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OddPartTest,
    testing::Values(OddPartRow{"NxDomain", SaysOfA(RCode::kNXDomain, Reply::kAuthoritative), true},
                    OddPartRow{"NxDomainWithoutSoa",
                               SaysOfA(RCode::kNXDomain, Reply::kAuthoritative, ""), true},
                    OddPartRow{"NoDataAtAll", SaysOfA(RCode::kNoError, Reply::kAuthoritative)},
                    OddPartRow{"Refused", SaysOfA(RCode::kRefused, kPlain, "")},
                    OddPartRow{"ServFail", SaysOfA(RCode::kServFail, kPlain, "")},
                    OddPartRow{"NotImp", SaysOfA(RCode::kNotImp, kPlain, "")},
                    OddPartRow{"Lame", SaysOfA(RCode::kNoError, kPlain, "")},
                    OddPartRow{"Silent", [](const Arrival&, Outbox*) { return true; }}),
    [](const auto& row) { return row.param.name; });

TEST_F(MinimiseTest, ADenialThatHoldsIsNoFinding) {
  Start();
  const Looked looked = Lookup("x.nothing.example.test");
  EXPECT_EQ(How(looked), "empty");
  EXPECT_THAT(looked.account.observations, IsEmpty());
}

TEST_F(MinimiseTest, PartsComeOutOfTheBudget) {
  Start();
  const Looked looked = Lookup("a.b.c.example.test", {.max_queries = 3});
  EXPECT_EQ(How(looked), "too_many_queries");
  EXPECT_EQ(looked.account.budget.queries, 3u);
}

}  // namespace
}  // namespace caascan::resolve
