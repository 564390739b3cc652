// All servers of a zone, asked and compared: on loopback, behind a resolver that knows what the
// parent says.
#include "scanner/diagnose/survey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/diagnose/survey_fixture.h"
#include "tests/query/names.h"

namespace caascan::diagnose {
namespace {

using dns::RCode;
using dns::RRType;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

struct Row {
  const char* name;
  void (*change)(Scene*);
  Texts findings;
  Texts attempts = {};  // At the servers that gave no answer.
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

class SurveyTest : public SurveyFixture, public testing::WithParamInterface<Row> {};

TEST_P(SurveyTest, FindsWhatFollows) {
  GetParam().change(&scene_);
  Start();
  EXPECT_THAT(Survey(), ElementsAreArray(GetParam().findings));
  EXPECT_THAT(Attempts(), ElementsAreArray(GetParam().attempts));
  EXPECT_LE(account_.budget.queries, scene_.max_queries);
}

// RFC 1034 §4.3.5: all servers of a zone have the same data.
INSTANTIATE_TEST_SUITE_P(
    Answers, SurveyTest,
    testing::Values(Row{"AllAgree", [](Scene*) {}, {}},
                    Row{"OtherRecords",
                        [](Scene* scene) { scene->servers[kSecond].caa = {"other.example"}; },
                        {"answers_differ"}},
                    Row{"NoRecords",
                        [](Scene* scene) { scene->servers[kSecond].caa = {}; },
                        {"answers_differ"}},
                    Row{"NoRecordsAnywhere",
                        [](Scene* scene) {
                          scene->servers[kFirst].caa = scene->servers[kSecond].caa = {};
                        },
                        {}},
                    // RFC 2181 §5: a set has no order.
                    Row{"AnotherOrder",
                        [](Scene* scene) {
                          scene->servers[kFirst].caa = {"a.example", "b.example"};
                          scene->servers[kSecond].caa = {"b.example", "a.example"};
                        },
                        {}},
                    Row{"OneDoesNotValidate",
                        [](Scene* scene) {
                          scene->bogus = true;
                          scene->servers[kFirst].caa = scene->servers[kSecond].caa = {};
                          scene->servers[kSecond].caa = {"ca.example"};
                        },
                        {"dnssec_signature_missing 127.71.2.1", "answers_differ"}}),
    [](const auto& test) { return test.param.name; });

// RFC 4035 §2.1, where the zone is secure.
INSTANTIATE_TEST_SUITE_P(
    Keys, SurveyTest,
    testing::Values(Row{"AllAgree", [](Scene* scene) { scene->request.secure = true; }, {}},
                    Row{"OneHasAnother",
                        [](Scene* scene) {
                          scene->request.secure = true;
                          scene->servers[kSecond].keys = {"a", "b"};
                        },
                        {"dnskey_sets_differ"}},
                    Row{"OneDropsTheQuery",
                        [](Scene* scene) {
                          scene->request.secure = true;
                          scene->servers[kSecond].drops_keys = true;
                        },
                        {"dnskey_dropped 127.71.2.1"}},
                    Row{"NoDsToMakeThemMatter",
                        [](Scene* scene) {
                          scene->servers[kFirst].drops_keys = true;
                          scene->servers[kSecond].keys = {"b"};
                        },
                        {}}),
    [](const auto& test) { return test.param.name; });

/// Servers of the zone above, of which the second delegates to `second`.
void AddParents(Scene* scene, Texts second) {
  scene->parents = {{"a.test", {"127.71.8.1"}, {}}, {"b.test", {"127.71.9.1"}, {}}};
  scene->servers["127.71.8.1"].refers = {"ns1.example.test", "ns2.example.test"};
  scene->servers["127.71.9.1"].refers = std::move(second);
}

INSTANTIATE_TEST_SUITE_P(
    Parents, SurveyTest,
    testing::Values(Row{"AllAgree",
                        [](Scene* scene) {
                          AddParents(scene, {"ns2.example.test", "ns1.example.test"});
                        },
                        {}},
                    Row{"OneNamesAnother",
                        [](Scene* scene) { AddParents(scene, {"ns1.example.test"}); },
                        {"parents_differ"}},
                    Row{"OneIsSilent",
                        [](Scene* scene) {
                          AddParents(scene, {"ns1.example.test"});
                          scene->servers["127.71.9.1"].silent = true;
                        },
                        {}}),
    [](const auto& test) { return test.param.name; });

// RFC 1034 §4.2.2: the NS records at the cut are those of the zone's top; glue is the address.
INSTANTIATE_TEST_SUITE_P(
    Delegation, SurveyTest,
    testing::Values(
        Row{"TheZoneNamesOneLess",
            [](Scene* scene) {
              scene->servers[kFirst].ns = scene->servers[kSecond].ns = {"ns1.example.test"};
            },
            {"delegation_mismatch"}},
        Row{"TheZoneNamesOneMore",
            [](Scene* scene) {
              const Texts names = {"ns1.example.test", "ns2.example.test", "ns3.other.test"};
              scene->other_hosts["ns3.other.test"] = {kThird};
              for (const char* address : {kFirst, kSecond, kThird}) {
                scene->servers[address].ns = names;
              }
            },
            {"delegation_mismatch"}},
        Row{"TheOneMoreHasOtherRecords",
            [](Scene* scene) {
              scene->other_hosts["ns3.other.test"] = {kThird};
              scene->servers[kSecond].ns.emplace_back("ns3.other.test");
              scene->servers[kThird].caa = {"other.example"};
            },
            {"delegation_mismatch", "answers_differ"}},
        Row{"GlueIsNotTheAddress",
            [](Scene* scene) {
              scene->hosts[1].glue = {kThird};
              scene->servers[kThird] = {};
            },
            {"glue_mismatch 127.71.3.1"}},
        Row{"WithoutGlue", [](Scene* scene) { scene->hosts[1].glue = {}; }, {}},
        Row{"NoAddressAtAll",
            [](Scene* scene) { scene->hosts[1].glue = scene->hosts[1].own = {}; },
            {"server_nxdomain"},
            {"unresolved ns2.example.test"}}),
    [](const auto& test) { return test.param.name; });

// RFC 1912 §2.8 and RFC 4697 §2.2: what a server does that does not serve the zone.
INSTANTIATE_TEST_SUITE_P(
    Failures, SurveyTest,
    testing::Values(Row{"Refuses",
                        [](Scene* scene) { scene->servers[kSecond].rcode = RCode::kRefused; },
                        {"lame_refused 127.71.2.1"},
                        {"refused 127.71.2.1"}},
                    Row{"Fails",
                        [](Scene* scene) { scene->servers[kSecond].rcode = RCode::kServFail; },
                        {"lame_servfail 127.71.2.1"},
                        {"servfail 127.71.2.1"}},
                    Row{"IsSilent",
                        [](Scene* scene) { scene->servers[kSecond].silent = true; },
                        {"server_silent 127.71.2.1"},
                        {"timeout 127.71.2.1"}},
                    // Without AA and SOA an empty answer is that of a server that has no such zone.
                    Row{"HasNoSuchZone",
                        [](Scene* scene) {
                          scene->servers[kSecond].flags = dns::kFlagQR;
                          scene->servers[kSecond].caa = {};
                          scene->servers[kSecond].soa = false;
                        },
                        {"lame_not_authoritative 127.71.2.1"},
                        {"not_authoritative 127.71.2.1"}},
                    // Usable where no better answer comes, and so compared.
                    Row{"HasACopyWithoutAuthority",
                        [](Scene* scene) { scene->servers[kSecond].flags = dns::kFlagQR; },
                        {"lame_not_authoritative 127.71.2.1"}},
                    Row{"AllRefuse",
                        [](Scene* scene) {
                          scene->servers[kFirst].rcode = scene->servers[kSecond].rcode =
                              RCode::kRefused;
                        },
                        {"lame_refused 127.71.1.1", "lame_refused 127.71.2.1"},
                        {"refused 127.71.1.1", "refused 127.71.2.1"}},
                    Row{"ProbesAreOff",
                        [](Scene* scene) {
                          scene->request.probe = false;
                          scene->servers[kSecond].rcode = RCode::kRefused;
                        },
                        {},
                        {"refused 127.71.2.1"}},
                    Row{"AddressesAreNotPublic",
                        [](Scene* scene) { scene->allow_special = false; },
                        {"server_address_special 127.71.1.1", "server_address_special 127.71.2.1"},
                        {"blocked 127.71.1.1", "blocked 127.71.2.1"}}),
    [](const auto& test) { return test.param.name; });

// What our own limits cut short proves nothing.
INSTANTIATE_TEST_SUITE_P(
    Budget, SurveyTest,
    testing::Values(Row{"NothingIsLeft", [](Scene* scene) { scene->max_queries = 0; }, {}},
                    // The addresses of two names cost two queries.
                    Row{"EndsBeforeCaa",
                        [](Scene* scene) {
                          scene->max_queries = 2;
                          scene->servers[kSecond].silent = true;
                        },
                        {}},
                    Row{"EndsAfterTheFirstServer",
                        [](Scene* scene) {
                          scene->max_queries = 3;
                          scene->servers[kSecond].rcode = RCode::kRefused;
                        },
                        {}},
                    Row{"EndsBeforeTheProbes",
                        [](Scene* scene) {
                          scene->max_queries = 4;
                          scene->servers[kSecond].rcode = RCode::kRefused;
                        },
                        {},
                        {"refused 127.71.2.1"}}),
    [](const auto& test) { return test.param.name; });

TEST_F(SurveyFixture, AsksEachAddressOnceThoughGlueAndNameGiveIt) {
  Start();
  EXPECT_THAT(Survey(), IsEmpty());
  for (const char* address : {kFirst, kSecond}) {
    EXPECT_EQ(Seen(address, RRType::kCAA), 1u) << address;
    EXPECT_EQ(Seen(address, RRType::kNS), 1u) << address;
    EXPECT_EQ(Seen(address, RRType::kSOA), 0u) << address << ": nothing to explain by a serial";
  }
}

TEST_F(SurveyFixture, AsksForTheSerialWhereAnswersDiffer) {
  scene_.servers[kSecond].caa = {"other.example"};
  Start();
  EXPECT_THAT(Survey(), ElementsAre("answers_differ"));
  EXPECT_EQ(Seen(kFirst, RRType::kSOA), 1u);
  EXPECT_EQ(Seen(kSecond, RRType::kSOA), 1u);
}

TEST_F(SurveyFixture, WhatPassesWhileServersRestIsNoFinding) {
  scene_.request.rest = milliseconds(20);
  scene_.servers[kSecond].failures = 2;  // With capitals, and in small letters.
  Start();
  EXPECT_THAT(Survey(), IsEmpty());
  EXPECT_THAT(Attempts(), IsEmpty());
  EXPECT_EQ(Seen(kFirst, RRType::kCAA), 1u) << "it had answered";
  EXPECT_EQ(Seen(kSecond, RRType::kCAA), 3u);
}

TEST_F(SurveyFixture, AllServersAreAskedAgainWhereAnswersDiffer) {
  scene_.request.rest = milliseconds(20);
  scene_.servers[kSecond].caa = {"other.example"};
  Start();
  EXPECT_THAT(Survey(), ElementsAre("answers_differ"));
  EXPECT_EQ(Seen(kFirst, RRType::kCAA), 2u);
  EXPECT_EQ(Seen(kSecond, RRType::kCAA), 2u);
}

TEST_F(SurveyFixture, NothingIsSentWhereTheServersAreNotKnown) {
  scene_.zone_is_known = false;
  Start();
  EXPECT_THAT(Survey(), IsEmpty());
  EXPECT_EQ(server_->seen_count(), 0u);
}

// They have been asked for CAA, and examined.
TEST_F(SurveyFixture, AfterAFailureTheServersAreComparedAlone) {
  scene_.request.failed = true;
  for (const char* address : {kFirst, kSecond}) scene_.servers[address].ns = {"ns1.example.test"};
  Start();
  EXPECT_THAT(Survey(), ElementsAre("delegation_mismatch"));
  EXPECT_THAT(Attempts(), IsEmpty());
  EXPECT_EQ(Seen(kFirst, RRType::kCAA), 0u);
}

TEST_F(SurveyFixture, AfterAFailureNothingIsSaidWhereNoServerAnswers) {
  scene_.request.failed = true;
  for (const char* address : {kFirst, kSecond}) {
    scene_.servers[address].rcode = RCode::kServFail;
  }
  Start();
  EXPECT_THAT(Survey(), IsEmpty());
  EXPECT_EQ(lookups(), 0u);
}

TEST_F(SurveyFixture, WithoutAllServersOnlyThoseThatAnsweredAreExamined) {
  scene_.request.all_servers = false;
  scene_.servers[kFirst].rcode = scene_.servers[kSecond].rcode = RCode::kRefused;
  Start();
  query::Attempt refused;
  refused.host = query::ZoneNamed("ns2.example.test");
  refused.peer = client_->network()->PeerFor(server_->At(kSecond));
  refused.result = ServerResult::kRefused;
  query::Attempt without_address;
  without_address.result = ServerResult::kUnresolved;
  scene_.request.answered = {refused, without_address};
  EXPECT_THAT(Survey(), ElementsAre("lame_refused 127.71.2.1"));
  for (const net::SeenQuery& query : server_->seen()) EXPECT_EQ(query.server, kSecond);
}

TEST_F(SurveyFixture, AddressesOfServersAreSharedByTheSurveysOfAWorker) {
  Start();
  EXPECT_THAT(Survey(), IsEmpty());
  EXPECT_THAT(Survey(), IsEmpty());
  EXPECT_EQ(lookups(), 2u) << "one for each name";
}

// A name with a small budget must not leave "no address" behind for others.
TEST_F(SurveyFixture, WhatABudgetCutShortIsLookedUpAgain) {
  scene_.max_queries = 0;
  Start();
  EXPECT_THAT(Survey(), IsEmpty());
  account_ = {};
  scene_.max_queries = 100;
  EXPECT_THAT(Survey(), IsEmpty());
  EXPECT_EQ(lookups(), 4u);
}

TEST_F(SurveyFixture, AsksThirtyTwoAddressesAtMost) {
  for (int i = 1; i <= 40; ++i) {
    const std::string address = "127.71.4." + std::to_string(i);
    scene_.servers[address] = {};
    scene_.hosts[0].glue.push_back(address);
    scene_.hosts[0].own.push_back(address);
  }
  scene_.max_queries = 1000;
  Start();
  EXPECT_THAT(Survey(), IsEmpty());
  size_t asked = 0;
  for (const auto& [address, server] : scene_.servers) asked += Seen(address, RRType::kCAA);
  EXPECT_EQ(asked, 32u);
}

TEST_F(SurveyFixture, ACancelledSurveySaysNothing) {
  scene_.servers[kFirst].silent = scene_.servers[kSecond].silent = true;
  Start();
  client_->AtNextTurn([this] { client_->network()->CancelAll(); });
  EXPECT_THAT(Survey(), IsEmpty());
  EXPECT_THAT(Attempts(), IsEmpty());
}

}  // namespace
}  // namespace caascan::diagnose
