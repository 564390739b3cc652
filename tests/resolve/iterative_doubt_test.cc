// Replies and servers that are better, or worse, than they look at first: what decides, and who is
// named for it. What a single message proves is in classify_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "tests/net/reply.h"
#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

using dns::RCode;
using dns::RRType;
using net::Arrival;
using net::Outbox;
using net::Reply;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kFirst = "127.53.1.1";
constexpr const char* kSecond = "127.53.1.2";
constexpr uint16_t kPlain = dns::kFlagQR;  // AA clear.
constexpr uint16_t kResolver = dns::kFlagQR | dns::kFlagRA;

using Fill = std::function<void(Reply*)>;

bool AsksForCaa(const Arrival& query) {
  return net::ParseQuery(query.bytes).question_type() == RRType::kCAA;
}

/// Answers every query for CAA like this.
FakeTree::Override Caa(uint16_t flags, Fill fill, RCode rcode = RCode::kNoError) {
  return [flags, fill = std::move(fill), rcode](const Arrival& query, Outbox* out) {
    if (!AsksForCaa(query)) return false;
    Reply reply(query.bytes, flags, rcode);
    fill(&reply);
    out->Send(reply.bytes());
    return true;
  };
}

FakeTree::Override Records(uint16_t flags, const std::string& issuer) {
  return Caa(flags, [issuer](Reply* reply) {
    reply->Answer("example.test", RRType::kCAA, net::CaaBytes(0, "issue", issuer));
  });
}

FakeTree::Override Empty(uint16_t flags) {
  return Caa(flags, [](Reply*) {});
}

FakeTree::Override Authority(uint16_t flags, RRType type, const std::string& owner) {
  return Caa(flags, [type, owner](Reply* reply) {
    reply->Authority(owner, type,
                     type == RRType::kSOA ? net::SoaBytes() : net::NameBytes("ns.nic.test"));
  });
}

class IterativeDoubtTest : public IterativeFixture {
 protected:
  void ServeByTwo() {
    tree_.Delegate("test", "example.test",
                   {{"ns1.example.test", kFirst}, {"ns2.example.test", kSecond}});
  }
  void ServeByOne() { tree_.Delegate("test", "example.test", {{"ns1.example.test", kFirst}}); }

  static std::string How(const Looked& looked) {
    return looked.answer.status == LookupStatus::kFailed
               ? std::string(ReasonCode(looked.answer.failure))
               : Summary(looked.answer);
  }
  /// Both servers, whichever is asked first: several scans.
  std::string AlwaysTheSame(const char* name = "example.test") {
    std::string first;
    for (int i = 0; i < 6; ++i) {
      const std::string how = How(Lookup(name));
      if (i > 0 && how != first) return first + " or " + how;
      first = how;
    }
    return first;
  }
};

// One server: what it says, and what that comes to.

struct AloneRow {
  const char* name;
  FakeTree::Override server;
  const char* how;
};

class AloneTest : public IterativeDoubtTest, public testing::WithParamInterface<AloneRow> {};

TEST_P(AloneTest, Decides) {
  ServeByOne();
  tree_.SetOverride(kFirst, GetParam().server);
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

class BesideTest : public IterativeDoubtTest, public testing::WithParamInterface<BesideRow> {};

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
        BesideRow{"NothingBesideSilence", Empty(Reply::kAuthoritative), Silent, "empty"},
        BesideRow{"ResolverBesideARefusal", Records(kResolver, "ca"), Always(RCode::kRefused),
                  "issue ca"},
        BesideRow{"TruncatedBesideRecords", Empty(Reply::kAuthoritative | dns::kFlagTC),
                  Records(Reply::kAuthoritative, "ca"), "issue ca"},
        BesideRow{"UpwardReferralBesideRecords", Authority(Reply::kAuthoritative, RRType::kNS, "."),
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
    for (const Observation& seen : looked.account.observations) {
      if (seen.kind != Observation::Kind::kDataWithoutAuthority) continue;
      EXPECT_EQ(seen.host, "ns1.example.test");
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

class AliasWithSoaTest : public IterativeDoubtTest, public testing::WithParamInterface<AliasRow> {};

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

// Capitals (RFC 4343).

bool HasCapitals(const Arrival& query) {
  const auto peek = dns::PeekQuestion(query.bytes);
  const std::string_view bytes = peek->name.bytes();
  return std::any_of(bytes.begin(), bytes.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// `bad` for names with capitals.
FakeTree::Override MindsCapitals(FakeTree::Override bad) {
  return [bad = std::move(bad)](const Arrival& query, Outbox* out) {
    return HasCapitals(query) && bad(query, out);
  };
}

struct CapitalsRow {
  const char* name;
  FakeTree::Override bad;
};

class CapitalsTest : public IterativeDoubtTest, public testing::WithParamInterface<CapitalsRow> {};

TEST_P(CapitalsTest, SmallLettersDecide) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  tree_.Add("example.test", "www.example.test A 192.0.2.1");
  tree_.SetOverride(kFirst, MindsCapitals(GetParam().bad));
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(How(looked), "issue ca");
  EXPECT_THAT(Kinds(looked.account), Contains(Observation::Kind::kCaseSensitive));
  const size_t before = Seen(kFirst);
  const Looked again = Lookup("www.example.test");
  EXPECT_EQ(How(again), "empty");
  EXPECT_EQ(Seen(kFirst), before + 1) << "it is asked in small letters from then on";
  EXPECT_THAT(Kinds(again.account), Contains(Observation::Kind::kCaseSensitive));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CapitalsTest,
    testing::Values(CapitalsRow{"Refused", Always(RCode::kRefused)},
                    CapitalsRow{"ServFail", Always(RCode::kServFail)},
                    CapitalsRow{"FormErr", Always(RCode::kFormErr)},
                    CapitalsRow{"NxDomain", Caa(
                                                Reply::kAuthoritative,
                                                [](Reply* r) {
                                                  r->Authority("example.test", RRType::kSOA,
                                                               net::SoaBytes());
                                                },
                                                RCode::kNXDomain)},
                    CapitalsRow{"NoData",
                                Authority(Reply::kAuthoritative, RRType::kSOA, "example.test")},
                    CapitalsRow{"UpwardReferral", Authority(kPlain, RRType::kNS, ".")},
                    CapitalsRow{"Lame", Empty(kPlain)}),
    [](const auto& row) { return row.param.name; });

TEST_F(IterativeDoubtTest, AtTheLastLookAServerThatDropsCapitalsIsHeard) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  tree_.SetOverride(kFirst, MindsCapitals(Silent));
  options_.ask.timeout = kShort;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "no_response");
  EXPECT_EQ(How(Lookup("example.test", {.last_look = true})), "issue ca");
}

TEST_F(IterativeDoubtTest, ADenialIsComparedOnceAServer) {
  ServeByOne();
  tree_.Delegate("test", "other.test", {{"ns1.example.test", kFirst}});
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "empty");
  EXPECT_EQ(Seen(kFirst), 2u);
  const Looked again = Lookup("www.example.test");
  EXPECT_EQ(How(again), "empty");
  EXPECT_EQ(Seen(kFirst), 3u);
  EXPECT_THAT(again.account.observations, IsEmpty());
}

TEST_F(IterativeDoubtTest, DataShowsThatTheServerKnowsCapitals) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "issue ca");
  EXPECT_EQ(How(Lookup("www.example.test")), "empty");
  EXPECT_EQ(Seen(kFirst), 2u);
}

// It may mind them where it looks for one type only.
TEST_F(IterativeDoubtTest, AtTheLastLookAnErrorIsComparedWhateverTheServerHasShownBefore) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  tree_.Add("example.test", "sound.example.test CAA 0 issue ca");
  tree_.SetOverride(kFirst, [](const Arrival& query, Outbox* out) {
    if (net::QuestionText(query.bytes) == "sound.example.test") return false;
    return MindsCapitals(Always(RCode::kServFail))(query, out);
  });
  options_.retries = 0;
  Start();
  EXPECT_EQ(How(Lookup("sound.example.test")), "issue ca");
  EXPECT_EQ(How(Lookup("example.test")), "servfail");
  EXPECT_EQ(How(Lookup("example.test", {.last_look = true})), "issue ca");
}

TEST_F(IterativeDoubtTest, ManyNamesAtOnceWaitForOneComparison) {
  ServeByOne();
  Start();
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) names.push_back("n" + std::to_string(i) + ".example.test");
  for (const Looked& looked : LookupAll(names)) EXPECT_EQ(How(looked), "empty");
  EXPECT_EQ(Seen(kFirst), 51u);
}

TEST_F(IterativeDoubtTest, AnErrorThatIsTheSameInSmallLettersIsComparedAgainOnlyAtTheLastLook) {
  ServeByOne();
  tree_.SetOverride(kFirst, Always(RCode::kRefused));
  options_.retries = 0;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "refused");
  EXPECT_EQ(Seen(kFirst), 2u);
  EXPECT_EQ(How(Lookup("www.example.test")), "refused");
  EXPECT_EQ(Seen(kFirst), 3u);
  EXPECT_EQ(How(Lookup("www.example.test", {.last_look = true})), "refused");
  EXPECT_EQ(Seen(kFirst), 5u);
}

// A server that fails now and then is not one that minds capitals.
TEST_F(IterativeDoubtTest, AServerThatFailsOnceIsNotTakenForCaseSensitive) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  auto failed = std::make_shared<int>(0);
  tree_.SetOverride(kFirst, [failed](const Arrival& query, Outbox* out) {
    return (*failed)++ == 0 && Always(RCode::kServFail)(query, out);
  });
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(How(looked), "issue ca");
  EXPECT_THAT(Kinds(looked.account), Not(Contains(Observation::Kind::kCaseSensitive)));
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
  const Looked looked = Lookup("example.test", {.last_look = true});
  EXPECT_EQ(How(looked), "issue ca");
  ASSERT_EQ(Kinds(looked.account), std::vector{Observation::Kind::kGlueMismatch});
  const Observation& seen = looked.account.observations[0];
  EXPECT_EQ(seen.host, "ns1.hoster.test");
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
  const Looked looked = Lookup("example.other", {.last_look = true});
  EXPECT_EQ(How(looked), "issue ca");
  EXPECT_THAT(Kinds(looked.account), Contains(Observation::Kind::kGlueMismatch));
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
  const Looked looked = Lookup("example.test", {.last_look = true});
  EXPECT_EQ(How(looked), "issue ca");
  EXPECT_THAT(Kinds(looked.account), Not(Contains(Observation::Kind::kGlueMismatch)));
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

TEST_F(IterativeDoubtTest, TheZoneIsTheDeepestOneThatIsSeen) {
  ServeByOne();
  tree_.Serve("child.example.test", kFirst);
  tree_.Add("child.example.test", "www.child.example.test A 192.0.2.1");
  Start();
  const Looked looked = Lookup("www.child.example.test");
  EXPECT_EQ(How(looked), "empty");
  EXPECT_EQ(looked.answer.zone, "child.example.test");
  EXPECT_EQ(looked.answer.delegated_zone, "example.test");
  EXPECT_EQ(Lookup("www.example.test").answer.delegated_zone, "");
}

}  // namespace
}  // namespace caascan::resolve
