// Servers that mind capitals in names (RFC 4343), and those that only seem to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/resolve/odd_replies.h"

namespace caascan::resolve {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

class LetterCaseTest : public OddRepliesTest {};

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

const FakeTree::Override kDenies = Authority(Reply::kAuthoritative, RRType::kSOA, "example.test");

struct CapitalsRow {
  const char* name;
  FakeTree::Override bad;
};

class CapitalsTest : public OddRepliesTest, public testing::WithParamInterface<CapitalsRow> {};

TEST_P(CapitalsTest, SmallLettersDecide) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  tree_.Add("example.test", "www.example.test A 192.0.2.1");
  tree_.SetOverride(kFirst, MindsCapitals(GetParam().bad));
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(How(looked), "issue ca");
  EXPECT_THAT(Kinds(looked.account), Contains(query::Observation::Kind::kCaseSensitive));
  const size_t before = Seen(kFirst);
  const Looked again = Lookup("www.example.test");
  EXPECT_EQ(How(again), "empty");
  EXPECT_EQ(Seen(kFirst), before + 1) << "it is asked in small letters from then on";
  EXPECT_THAT(Kinds(again.account), Contains(query::Observation::Kind::kCaseSensitive));
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

TEST_F(LetterCaseTest, AtTheLastLookAServerThatDropsCapitalsIsHeard) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  tree_.SetOverride(kFirst, MindsCapitals(Silent));
  options_.ask.timeout = kShort;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "no_response");
  EXPECT_EQ(How(Lookup("example.test", {.look = query::Look::kOnly})), "issue ca");
}

TEST_F(LetterCaseTest, ADenialIsComparedOnceAServer) {
  ServeByOne();
  tree_.Delegate("test", "other.test", {{"ns1.example.test", kFirst}});
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "empty");
  EXPECT_EQ(Seen(kFirst), 2u) << "with capitals, and without";
  EXPECT_EQ(How(Lookup("www.example.test")), "empty");
  EXPECT_EQ(Seen(kFirst), 3u) << "without";
  const Looked again = Lookup("other.test");
  EXPECT_EQ(How(again), "empty");
  EXPECT_EQ(Seen(kFirst), 4u) << "without, since nothing is known of that zone";
  EXPECT_THAT(again.account.observations, IsEmpty());
}

TEST_F(LetterCaseTest, DataShowsThatTheServerKnowsCapitals) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "issue ca");
  EXPECT_EQ(How(Lookup("www.example.test")), "empty");
  EXPECT_EQ(Seen(kFirst), 2u);
}

// A server that minds capitals denies what is not there whatever its letters are.
class DeniesCapitalsTest : public OddRepliesTest, public testing::WithParamInterface<RCode> {};

TEST_P(DeniesCapitalsTest, WhatDoesNotExistShowsNothingOfWhatDoes) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  tree_.Add("example.test", "www.example.test A 192.0.2.1");
  tree_.SetOverride(kFirst, [](const Arrival& query, Outbox* out) {
    const std::string name = net::QuestionText(query.bytes);
    if (name != "nothing.example.test" && !HasCapitals(query)) return false;
    Reply reply(query.bytes, Reply::kAuthoritative,
                HasCapitals(query) ? GetParam() : RCode::kNXDomain);
    reply.Authority("example.test", RRType::kSOA, net::SoaBytes());
    out->Send(reply.bytes());
    return true;
  });
  Start();
  EXPECT_EQ(How(Lookup("nothing.example.test")), "empty");
  EXPECT_EQ(How(Lookup("www.example.test")), "empty");
  EXPECT_EQ(How(Lookup("example.test")), "issue ca");
}

INSTANTIATE_TEST_SUITE_P(Rcodes, DeniesCapitalsTest,
                         testing::Values(RCode::kNXDomain, RCode::kNoError));

// A lost reply shows nothing: the next denial is compared as well.
TEST_F(LetterCaseTest, ASilenceAboutTheApexSettlesNothing) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  tree_.SetOverride(kFirst, [](const Arrival& query, Outbox* out) {
    if (dns::PeekQuestion(query.bytes)->type == RRType::kSOA) return true;
    if (!HasCapitals(query)) return false;
    return Authority(Reply::kAuthoritative, RRType::kSOA, "example.test")(query, out);
  });
  options_.ask.timeout = kShort;
  Start();
  EXPECT_EQ(How(Lookup("nothing.example.test")), "empty");
  EXPECT_EQ(How(Lookup("nor.this.example.test")), "empty");
  EXPECT_EQ(How(Lookup("example.test")), "issue ca");
}

TEST_F(LetterCaseTest, AServerWithoutSuchANameIsComparedOnceToo) {
  ServeByOne();
  Start();
  EXPECT_EQ(How(Lookup("nothing.example.test")), "empty");
  EXPECT_EQ(How(Lookup("neither.example.test")), "empty");
  const size_t before = Seen(kFirst);
  EXPECT_EQ(How(Lookup("nor.this.example.test")), "empty");
  EXPECT_EQ(Seen(kFirst), before + 1);
}

// It may mind them where it looks for one type only.
TEST_F(LetterCaseTest, AtTheLastLookAnErrorIsComparedWhateverTheServerHasShownBefore) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  tree_.Add("example.test", "odd.example.test CAA 0 issue ca");
  tree_.SetOverride(kFirst, [](const Arrival& query, Outbox* out) {
    if (net::QuestionText(query.bytes) == "example.test") return false;
    return MindsCapitals(Always(RCode::kServFail))(query, out);
  });
  options_.retries = 0;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "issue ca");
  EXPECT_EQ(How(Lookup("odd.example.test")), "servfail");
  EXPECT_EQ(How(Lookup("odd.example.test", {.look = query::Look::kOnly})), "issue ca");
}

TEST_F(LetterCaseTest, ManyNamesAtOnceCompareTheirOwnDenials) {
  ServeByOne();
  Start();
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) names.push_back("n" + std::to_string(i) + ".example.test");
  for (const Looked& looked : LookupAll(names)) EXPECT_EQ(How(looked), "empty");
  EXPECT_EQ(Seen(kFirst), 100u);
  for (const Looked& looked : LookupAll(names)) EXPECT_EQ(How(looked), "empty");
  EXPECT_EQ(Seen(kFirst), 150u);
}

TEST_F(LetterCaseTest, WhatWasAskedBeforeTheServerWasKnownIsAskedAgain) {
  ServeByOne();
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) {
    names.push_back("n" + std::to_string(i) + ".example.test");
    tree_.Add("example.test", names.back() + " CAA 0 issue ca");
  }
  tree_.SetOverride(kFirst, MindsCapitals(kDenies));
  Start();
  for (const Looked& looked : LookupAll(names)) EXPECT_EQ(How(looked), "issue ca");
}

TEST_F(LetterCaseTest, ALostReplyToTheComparisonIsAskedForAgain) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  auto lost = std::make_shared<int>(0);
  tree_.SetOverride(kFirst, [lost](const Arrival& query, Outbox* out) {
    if (HasCapitals(query)) return kDenies(query, out);
    return (*lost)++ == 0;
  });
  options_.ask.timeout = kShort;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "issue ca");
}

TEST_F(LetterCaseTest, ADenialThatCannotBeComparedIsNone) {
  ServeByOne();
  tree_.SetOverride(kFirst, [](const Arrival& query, Outbox*) { return !HasCapitals(query); });
  options_.ask.timeout = kShort;
  options_.retries = 0;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "no_response");
}

TEST_F(LetterCaseTest, ADenialThatTheBudgetDoesNotLetCompareIsNone) {
  ServeByOne();
  Start();
  EXPECT_EQ(How(Lookup("example.test", {.max_queries = 3})), "too_many_queries");
  EXPECT_EQ(Seen(kFirst), 1u);
}

struct OneZoneRow {
  const char* name;
  FakeTree::Override bad;
  const char* zone = "odd.test";
};

/// A server minds capitals in one of its zones, and has shown for another that it takes them.
class OneZoneTest : public OddRepliesTest, public testing::WithParamInterface<OneZoneRow> {};

TEST_P(OneZoneTest, WhatItShowsForOneZoneCountsForThatZoneOnly) {
  const std::string odd = GetParam().zone;
  ServeByOne();
  tree_.Delegate("test", "odd.test", {{"ns1.odd.test", kFirst}});
  tree_.Delegate("example.test", "odd.example.test", {{"ns1.odd.example.test", kFirst}});
  tree_.Add("example.test", "example.test CAA 0 issue other");
  tree_.Add(odd, odd + " CAA 0 issue ca");
  tree_.Add(odd, "own." + odd + " CAA 0 issue own");
  tree_.SetOverride(kFirst, [odd, bad = GetParam().bad](const Arrival& query, Outbox* out) {
    return net::QuestionText(query.bytes).ends_with(odd) && HasCapitals(query) && bad(query, out);
  });
  options_.retries = 0;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "issue other");
  const LookUp only{.look = query::Look::kOnly};
  EXPECT_EQ(How(Lookup("none." + odd, only)), "empty");
  EXPECT_EQ(How(Lookup(odd, only)), "issue ca");
  EXPECT_EQ(How(Lookup("own." + odd, only)), "issue own");
  EXPECT_EQ(How(Lookup("example.test")), "issue other");
}

FakeTree::Override Denial(RCode rcode, const char* soa) {
  return Caa(
      Reply::kAuthoritative,
      [soa](Reply* reply) {
        if (*soa != 0) reply->Authority(soa, RRType::kSOA, net::SoaBytes());
      },
      rcode);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OneZoneTest,
    testing::Values(OneZoneRow{"NxDomain", Denial(RCode::kNXDomain, "odd.test")},
                    OneZoneRow{"NoData", Denial(RCode::kNoError, "odd.test")},
                    OneZoneRow{"NoDataWithoutSoa", Denial(RCode::kNoError, "")},
                    OneZoneRow{"Refused", Always(RCode::kRefused)},
                    OneZoneRow{"ServFail", Always(RCode::kServFail)},
                    OneZoneRow{"NxDomainBelowAnother", Denial(RCode::kNXDomain, "odd.example.test"),
                               "odd.example.test"},
                    OneZoneRow{"NoDataBelowAnother", Denial(RCode::kNoError, "odd.example.test"),
                               "odd.example.test"},
                    OneZoneRow{"NoDataWithoutSoaBelowAnother", Denial(RCode::kNoError, ""),
                               "odd.example.test"}),
    [](const auto& row) { return row.param.name; });

TEST_F(LetterCaseTest, AnErrorThatIsTheSameInSmallLettersIsComparedOnce) {
  ServeByOne();
  tree_.SetOverride(kFirst, Always(RCode::kRefused));
  options_.retries = 0;
  Start();
  EXPECT_EQ(How(Lookup("example.test")), "refused");
  EXPECT_EQ(Seen(kFirst), 2u);
  EXPECT_EQ(How(Lookup("www.example.test")), "refused");
  EXPECT_EQ(Seen(kFirst), 3u);
  EXPECT_EQ(How(Lookup("www.example.test", {.look = query::Look::kOnly})), "refused");
  EXPECT_EQ(Seen(kFirst), 4u);
}

// A server that fails now and then is not one that minds capitals.
TEST_F(LetterCaseTest, AServerThatFailsOnceIsNotTakenForCaseSensitive) {
  ServeByOne();
  tree_.Add("example.test", "example.test CAA 0 issue ca");
  auto failed = std::make_shared<int>(0);
  tree_.SetOverride(kFirst, [failed](const Arrival& query, Outbox* out) {
    return (*failed)++ == 0 && Always(RCode::kServFail)(query, out);
  });
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(How(looked), "issue ca");
  EXPECT_THAT(Kinds(looked.account), Not(Contains(query::Observation::Kind::kCaseSensitive)));
}

}  // namespace
}  // namespace caascan::resolve
