// Replies and servers that are better, or worse, than they look at first: what decides, and who is
// named for it. What a single message proves is in classify_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "tests/net/reply.h"
#include "tests/resolve/iterative_fixture.h"
#include "tests/resolve/odd_replies.h"

namespace caascan::resolve {
namespace {

using dns::RCode;
using dns::RRType;
using net::Arrival;
using net::Outbox;
using net::Reply;
using testing::Contains;
using testing::Not;

class IterativeDoubtTest : public OddRepliesTest {};

// One server: what it says, and what that comes to.

struct AloneRow {
  const char* name;
  FakeTree::Override server;
  const char* how;
};

class AloneTest : public OddRepliesTest, public testing::WithParamInterface<AloneRow> {};

TEST_P(AloneTest, Decides) {
  ServeByOne();
  tree_.SetOverride(kFirst, GetParam().server);
  options_.retries = 0;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), GetParam().how);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, AloneTest,
    testing::Values(
        // RFC 2308 §2.2: an empty answer has the zone's SOA. NS records of a zone that is not below
        // the one asked are a referral that leads nowhere.
        AloneRow{"NsOfTheRootWithAa", Authority(Reply::kAuthoritative, RRType::kNS, "."),
                 "upward_referral"},
        AloneRow{"NsOfTheParentWithAa", Authority(Reply::kAuthoritative, RRType::kNS, "test"),
                 "upward_referral"},
        AloneRow{"NsOfTheZoneItselfWithAa",
                 Authority(Reply::kAuthoritative, RRType::kNS, "example.test"), "upward_referral"},
        AloneRow{"NsOfASiblingWithAa", Authority(Reply::kAuthoritative, RRType::kNS, "other.test"),
                 "upward_referral"},
        AloneRow{"SoaOfTheZone", Authority(Reply::kAuthoritative, RRType::kSOA, "example.test"),
                 "empty"},
        AloneRow{"NothingWithAa", Empty(Reply::kAuthoritative), "empty"},
        AloneRow{"NothingWithoutAa", Empty(kPlain), "not_authoritative"},
        AloneRow{"NothingFromAResolver", Empty(kResolver), "not_authoritative"},
        AloneRow{"SoaWithoutAa", Authority(kPlain, RRType::kSOA, "example.test"), "empty"},
        AloneRow{"RecordsWithoutAa", Records(kPlain, "ca"), "issue ca"},
        AloneRow{"OtherTypesOnly",
                 Caa(Reply::kAuthoritative,
                     [](Reply* r) {
                       r->Answer("example.test", RRType::kA, net::AddressBytes("192.0.2.1"));
                     }),
                 "malformed_response"},
        AloneRow{"OtherNamesOnly",
                 Caa(Reply::kAuthoritative,
                     [](Reply* r) {
                       r->Answer("other.test", RRType::kCAA, net::CaaBytes(0, "issue", "ca"));
                     }),
                 "malformed_response"},
        AloneRow{"RecordsThatDoNotExist",
                 Caa(
                     Reply::kAuthoritative,
                     [](Reply* r) {
                       r->Answer("example.test", RRType::kCAA, net::CaaBytes(0, "issue", "ca"));
                     },
                     RCode::kNXDomain),
                 "malformed_response"},
        // RFC 2181 §9: a truncated answer over TCP is none.
        AloneRow{"TruncatedOverTcpToo", Records(Reply::kAuthoritative | dns::kFlagTC, "ca"),
                 "truncated"},
        AloneRow{"EmptyAndTruncatedOverTcpToo", Empty(Reply::kAuthoritative | dns::kFlagTC),
                 "truncated"}),
    [](const auto& row) { return row.param.name; });

// Two servers: the stronger word decides, whoever is asked first.

struct BesideRow {
  const char* name;
  FakeTree::Override odd;
  FakeTree::Override other;
  const char* how;
};

class BesideTest : public OddRepliesTest, public testing::WithParamInterface<BesideRow> {};

TEST_P(BesideTest, TheStrongerWordDecides) {
  ServeByTwo();
  tree_.SetOverride(kFirst, GetParam().odd);
  tree_.SetOverride(kSecond, GetParam().other);
  options_.ask.timeout = kShort;
  Start();
  EXPECT_EQ(AlwaysTheSame(), GetParam().how);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BesideTest,
    testing::Values(
        BesideRow{"ResolverBesideAuthority", Records(kResolver, "old"),
                  Records(Reply::kAuthoritative, "new"), "issue new"},
        BesideRow{"ResolverBesideAnEmptyAuthority", Records(kResolver, "old"),
                  Authority(Reply::kAuthoritative, RRType::kSOA, "example.test"), "empty"},
        BesideRow{"NothingBesideRecords", Empty(Reply::kAuthoritative),
                  Records(Reply::kAuthoritative, "ca"), "issue ca"},
        BesideRow{"NothingBesideRecordsFromAResolver", Empty(Reply::kAuthoritative),
                  Records(kResolver, "ca"), "issue ca"},
        BesideRow{"NothingBesideSilence", Empty(Reply::kAuthoritative), Silent, "no_response"},
        BesideRow{"ResolverBesideARefusal", Records(kResolver, "ca"), Always(RCode::kRefused),
                  "issue ca"},
        BesideRow{"TruncatedBesideRecords", Empty(Reply::kAuthoritative | dns::kFlagTC),
                  Records(Reply::kAuthoritative, "ca"), "issue ca"},
        BesideRow{"UpwardReferralBesideRecords", Authority(Reply::kAuthoritative, RRType::kNS, "."),
                  Records(Reply::kAuthoritative, "ca"), "issue ca"},
        BesideRow{"AliasLoopBesideRecords",
                  Caa(Reply::kAuthoritative,
                      [](Reply* r) {
                        r->Answer("example.test", RRType::kCNAME, net::NameBytes("example.test"));
                      }),
                  Records(Reply::kAuthoritative, "ca"), "issue ca"},
        BesideRow{"ForeignSoaBesideRecords",
                  Authority(Reply::kAuthoritative, RRType::kSOA, "other.test"),
                  Records(Reply::kAuthoritative, "ca"), "issue ca"},
        BesideRow{"ForeignSoaFromBoth",
                  Authority(Reply::kAuthoritative, RRType::kSOA, "other.test"),
                  Authority(Reply::kAuthoritative, RRType::kSOA, "other.test"), "empty"},
        BesideRow{"EmptyAndRecordsFromTwoResolvers",
                  Authority(kResolver, RRType::kSOA, "example.test"), Records(kResolver, "ca"),
                  "issue ca"}),
    [](const auto& row) { return row.param.name; });

TEST_F(IterativeDoubtTest, AnAliasLoopOfAllServersIsOne) {
  ServeByTwo();
  tree_.Add("example.test", "loop.example.test CNAME loop.example.test");
  Start();
  EXPECT_EQ(AlwaysTheSame("loop.example.test"), "alias_loop");
}

// Where a zone and the one above have servers in common, one may know of the delegation and the
// other not: which of them is wrong is open.
TEST_F(IterativeDoubtTest, AServerOfTheZoneAboveMayShowItsSoa) {
  ServeByTwo();
  const auto refers = [](const Arrival& query, Outbox* out) {
    if (net::QuestionText(query.bytes) != "a.example.test") return false;
    Reply reply(query.bytes, kPlain);
    reply.Authority("a.example.test", RRType::kNS, net::NameBytes("ns2.example.test"));
    reply.Additional("ns2.example.test", RRType::kA, net::AddressBytes(kSecond));
    out->Send(reply.bytes());
    return true;
  };
  tree_.SetOverride(kFirst, refers);
  Start();
  for (int i = 0; i < 6; ++i) {
    const Looked looked = Lookup("a.example.test");
    EXPECT_EQ(How(looked), "empty");
    EXPECT_THAT(Kinds(looked.account),
                Not(Contains(query::Observation::Kind::kNegativeSoaWrongZone)));
  }
}

TEST_F(IterativeDoubtTest, AServerOfTheZoneAloneIsNamedForAnotherZonesSoa) {
  ServeByOne();
  tree_.SetOverride(kFirst, Authority(Reply::kAuthoritative, RRType::kSOA, "test"));
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(How(looked), "empty");
  EXPECT_THAT(Kinds(looked.account), Contains(query::Observation::Kind::kNegativeSoaWrongZone));
}

// The other server may have records. Only a lost packet may keep its address from us.
struct MissingRow {
  const char* name;
  FakeTree::Override hoster;  // Of the server that has the address; null: it denies the name.
  const char* first;
  const char* last;
};

class MissingAddressTest : public OddRepliesTest, public testing::WithParamInterface<MissingRow> {};

TEST_P(MissingAddressTest, BesideItTheWeakerWordCountsAtTheLastLook) {
  tree_.Delegate("test", "hoster.test", {{"ns1.hoster.test", kSecond}});
  if (GetParam().hoster) tree_.SetOverride(kSecond, GetParam().hoster);
  tree_.Delegate("test", "example.test", {{"ns1.example.test", kFirst}});
  tree_.Add("test", "example.test NS dns.hoster.test");
  tree_.SetOverride(kFirst, Empty(Reply::kAuthoritative));
  options_.ask.timeout = kShort;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), GetParam().first);
  EXPECT_EQ(How(Lookup("example.test", {.look = query::Look::kOnly})), GetParam().last);
}

INSTANTIATE_TEST_SUITE_P(Rows, MissingAddressTest,
                         testing::Values(MissingRow{"ItsServersAreSilent", Silent,
                                                    "unresolvable_servers", "empty"},
                                         MissingRow{"ItsServersFail", Always(RCode::kServFail),
                                                    "unresolvable_servers", "empty"},
                                         MissingRow{"ThereIsNone", nullptr, "empty", "empty"}),
                         [](const auto& row) { return row.param.name; });

TEST_F(IterativeDoubtTest, BesideASilentServerTheWeakerWordCountsAtTheLastLook) {
  ServeByTwo();
  tree_.SetOverride(kFirst, Empty(Reply::kAuthoritative));
  tree_.SetOverride(kSecond, Silent);
  options_.ask.timeout = kShort;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "no_response");
  EXPECT_EQ(How(Lookup("example.test", {.look = query::Look::kOnly})), "empty");
}

TEST_F(IterativeDoubtTest, AnUnprovenEmptyAnswerWaitsForEveryServer) {
  ServeByTwo();
  tree_.SetOverride(kFirst, Empty(Reply::kAuthoritative));
  tree_.SetOverride(kSecond, Empty(Reply::kAuthoritative));
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "empty");
  EXPECT_GE(Seen(kFirst), 1u);
  EXPECT_GE(Seen(kSecond), 1u);
}

TEST_F(IterativeDoubtTest, TheServerWithoutAuthorityIsNamedThoughItDidNotDecide) {
  ServeByTwo();
  tree_.SetOverride(kFirst, Records(kResolver, "old"));
  tree_.Add("example.test", "example.test CAA 0 issue new");
  Start();
  bool named = false;
  for (int i = 0; i < 4 && !named; ++i) {
    const Looked looked = Lookup("example.test");
    EXPECT_EQ(How(looked), "issue new");
    for (const query::Observation& seen : looked.account.observations) {
      if (seen.kind != query::Observation::Kind::kDataWithoutAuthority) continue;
      EXPECT_EQ(query::NameText(seen.host), "ns1.example.test");
      named = true;
    }
  }
  EXPECT_TRUE(named) << "it is asked first now and then";
}

// Aliases.

struct AliasRow {
  const char* name;
  RCode rcode;
  const char* soa;     // nullptr: none.
  const char* target;  // Of www.example.test.
};

class AliasWithSoaTest : public OddRepliesTest, public testing::WithParamInterface<AliasRow> {};

TEST_P(AliasWithSoaTest, TheTargetIsAskedForItself) {
  ServeByOne();
  tree_.Delegate("test", "other.test", {{"ns.other.test", kSecond}});
  tree_.Add("other.test", "web.other.test CAA 0 issue ca");
  tree_.Add("example.test", "web.example.test CAA 0 issue ca");
  const AliasRow& row = GetParam();
  tree_.SetOverride(kFirst, [&row](const Arrival& query, Outbox* out) {
    if (net::QuestionText(query.bytes) != "www.example.test") return false;
    Reply reply(query.bytes, Reply::kAuthoritative, row.rcode);
    reply.Answer("www.example.test", RRType::kCNAME, net::NameBytes(row.target));
    if (row.soa != nullptr) reply.Authority(row.soa, RRType::kSOA, net::SoaBytes());
    out->Send(reply.bytes());
    return true;
  });
  Start();
  const Looked looked = Lookup("www.example.test");
  EXPECT_EQ(How(looked), "issue ca");
  EXPECT_EQ(looked.answer.rrset.owner, row.target);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, AliasWithSoaTest,
    testing::Values(
        AliasRow{"ElsewhereNoData", RCode::kNoError, "example.test", "web.other.test"},
        AliasRow{"ElsewhereNxDomain", RCode::kNXDomain, "example.test", "web.other.test"},
        AliasRow{"ElsewhereNxDomainOfTheTargetsZone", RCode::kNXDomain, "other.test",
                 "web.other.test"},
        AliasRow{"SameZoneNoData", RCode::kNoError, "example.test", "web.example.test"},
        AliasRow{"SameZoneNxDomain", RCode::kNXDomain, "example.test", "web.example.test"},
        AliasRow{"SameZoneWithoutSoa", RCode::kNXDomain, nullptr, "web.example.test"}),
    [](const auto& row) { return row.param.name; });

// Top-level domains that do not exist.

TEST_F(IterativeDoubtTest, ATopLevelDomainThatDoesNotExistIsNoPermission) {
  Start();
  for (const char* name : {"nosuchtld", "www.example.nosuchtld"}) {
    EXPECT_EQ(How(Lookup(name)), "no_such_tld") << name;
  }
  EXPECT_EQ(How(Lookup("nosuchdomain.test")), "empty");
  EXPECT_EQ(How(Lookup("test")), "empty");
}

TEST_F(IterativeDoubtTest, AnAliasToATopLevelDomainThatDoesNotExistIsEmpty) {
  ServeByOne();
  tree_.Add("example.test", "www.example.test CNAME x.nosuchtld");
  Start();
  EXPECT_EQ(How(Lookup("www.example.test")), "empty");
}

// Families.

TEST_F(IterativeDoubtTest, GlueOfTheOtherFamilyAloneAccusesNobody) {
  tree_.Add("test", "example.test NS ns1.example.test");
  tree_.Add("test", "ns1.example.test AAAA 2001:db8::1");
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(How(looked), "family_unavailable");
}

TEST_F(IterativeDoubtTest, BesideGlueOfTheOtherFamilyTheServersOwnAddressIsLookedUp) {
  tree_.Delegate("test", "hoster.test", {{"ns.hoster.test", kSecond}});
  tree_.Add("hoster.test", "ns1.hoster.test A " + std::string(kFirst));
  tree_.Add("test", "example.test NS ns1.hoster.test");
  tree_.Add("test", "ns1.hoster.test AAAA 2001:db8::1");
  tree_.Serve("example.test", kFirst);
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "issue ca");
}

TEST_F(IterativeDoubtTest, AServerThatHasOnlyTheOtherFamilyIsNotUnresolvable) {
  tree_.Delegate("test", "hoster.test", {{"ns.hoster.test", kSecond}});
  tree_.Add("hoster.test", "ns1.hoster.test AAAA 2001:db8::1");
  tree_.Add("test", "example.test NS ns1.hoster.test");
  tree_.Add("test", "other.test NS ns2.hoster.test");
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "family_unavailable");
  EXPECT_EQ(How(Lookup("other.test")), "unresolvable_servers") << "it has no address at all";
}

// Glue and the servers' own addresses.

TEST_F(IterativeDoubtTest, WhereTheGlueFailsTheServersOwnAddressIsTheLastResort) {
  tree_.Delegate("test", "hoster.test", {{"ns.hoster.test", kSecond}});
  tree_.Add("hoster.test", "ns1.hoster.test A " + std::string(kFirst));
  tree_.Add("test", "example.test NS ns1.hoster.test");
  tree_.Add("test", "ns1.hoster.test A 127.53.9.9");
  tree_.Serve("example.test", kFirst);
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  tree_.SetOverride("127.53.9.9", Silent);
  options_.ask.timeout = kShort;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "no_response") << "the next look will be the last one";
  const Looked looked = Lookup("example.test", {.look = query::Look::kOnly});
  EXPECT_EQ(How(looked), "issue ca");
  ASSERT_EQ(Kinds(looked.account), std::vector{query::Observation::Kind::kGlueMismatch});
  const query::Observation& seen = looked.account.observations[0];
  EXPECT_EQ(query::NameText(seen.host), "ns1.hoster.test");
  EXPECT_EQ(seen.peer->address().ToText(), "127.53.9.9");
}

TEST_F(IterativeDoubtTest, WhereTheServersOwnAddressFailsGlueIsTheLastResort) {
  // The hoster's zone gives another address for its server than the TLD's glue does.
  tree_.Add("test", "hoster.test NS ns1.hoster.test");
  tree_.Add("test", "ns1.hoster.test A " + std::string(kFirst));
  tree_.Serve("hoster.test", kFirst);
  tree_.Add("hoster.test", "ns1.hoster.test A 127.53.9.9");
  tree_.Delegate(".", "other", {{"ns.nic.other", kSecond}});
  tree_.Add("other", "example.other NS ns1.hoster.test");
  tree_.Serve("example.other", kFirst);
  tree_.Add("example.other", "example.other CAA 0 issue ca");
  tree_.SetOverride("127.53.9.9", Always(RCode::kRefused));
  Start();
  const Looked looked = Lookup("example.other", {.look = query::Look::kOnly});
  EXPECT_EQ(How(looked), "issue ca");
  EXPECT_THAT(Kinds(looked.account), Contains(query::Observation::Kind::kGlueMismatch));
}

TEST_F(IterativeDoubtTest, OfSeveralOwnAddressesOneThatFailsIsNoMismatch) {
  tree_.Delegate("test", "hoster.test", {{"ns.hoster.test", kSecond}});
  tree_.Add("hoster.test", "ns1.hoster.test A 127.53.9.9");
  tree_.Add("hoster.test", "ns1.hoster.test A " + std::string(kFirst));
  tree_.Add("test", "example.test NS ns1.hoster.test");
  tree_.Add("test", "ns1.hoster.test A 127.53.9.9");
  tree_.Serve("example.test", kFirst);
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  tree_.SetOverride("127.53.9.9", Always(RCode::kRefused));
  Start();
  const Looked looked = Lookup("example.test", {.look = query::Look::kOnly});
  EXPECT_EQ(How(looked), "issue ca");
  EXPECT_THAT(Kinds(looked.account), Not(Contains(query::Observation::Kind::kGlueMismatch)));
}

// Retries and zones.

TEST_F(IterativeDoubtTest, WithoutAddressNothingWasAskedOnTheWire) {
  tree_.Add("test", "example.test NS ns1.example.test");
  Start();
  const Looked glueless = Lookup("example.test");
  EXPECT_EQ(How(glueless), "unresolvable_servers");
  EXPECT_FALSE(glueless.answer.on_wire);
  EXPECT_FALSE(glueless.answer.retried);
}

TEST_F(IterativeDoubtTest, AFailureAtServersWasAskedOnTheWire) {
  ServeByOne();
  tree_.SetOverride(kFirst, Always(RCode::kRefused));
  Start();
  const Looked refused = Lookup("example.test");
  EXPECT_TRUE(refused.answer.on_wire);
  EXPECT_TRUE(refused.answer.retried);
}

TEST_F(IterativeDoubtTest, ACircleOfAliasesWasAskedOnTheWire) {
  ServeByOne();
  tree_.Add("example.test", "www.example.test CNAME web.example.test");
  tree_.Add("example.test", "web.example.test CNAME www.example.test");
  Start();
  const Looked looked = Lookup("www.example.test");
  EXPECT_EQ(How(looked), "alias_loop");
  EXPECT_TRUE(looked.answer.on_wire);
}

TEST_F(IterativeDoubtTest, TheZoneIsTheDeepestOneThatIsSeen) {
  ServeByOne();
  tree_.Serve("child.example.test", kFirst);
  tree_.Add("child.example.test", "www.child.example.test A 192.0.2.1");
  Start();
  const Looked looked = Lookup("www.child.example.test");
  EXPECT_EQ(How(looked), "empty");
  EXPECT_EQ(query::NameText(looked.answer.zone), "child.example.test");
  EXPECT_EQ(query::NameText(looked.answer.delegated_zone), "example.test");
  EXPECT_EQ(query::NameText(Lookup("www.example.test").answer.delegated_zone), "");
}

}  // namespace
}  // namespace caascan::resolve
