// Description files: what they refuse, and where they say it is.
#include "tools/caalab/world/scenario.h"

#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

struct Row {
  std::string name;
  std::string json;
  std::string message;  // What the error must contain.
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.json; }

Row InZone(std::string name, const std::string& members, const std::string& message) {
  return {std::move(name), R"({"zones":[{"zone":"a.test",)" + members + "}]}", message};
}
Row InFault(std::string name, const std::string& members, const std::string& message) {
  return InZone(std::move(name), R"("faults":[{)" + members + "}]", message);
}
Row InFamily(std::string name, const std::string& members, const std::string& message) {
  return {std::move(name), R"({"family":{)" + members + "}}", message};
}

class ScenarioErrorTest : public testing::TestWithParam<Row> {};

TEST_P(ScenarioErrorTest, SaysWhatAndWhere) {
  const auto scenario = ParseScenario(GetParam().json, "file.json");
  ASSERT_FALSE(scenario.ok());
  const std::string message(scenario.status().message());
  EXPECT_EQ(message.rfind("file.json: ", 0), 0u) << message;
  EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
}

const auto kRowName = [](const auto& test) { return test.param.name; };

INSTANTIATE_TEST_SUITE_P(
    File, ScenarioErrorTest,
    testing::Values(Row{"Empty", "", "line 1, column 1: "},
                    Row{"NotJson", "{\"zones\":\n  }", "line 2, column 3: "},
                    Row{"Comment", "{} // For people.", "line 1, column 4: "},
                    Row{"CommaAtTheEnd", "{\"zones\":[],}", "line 1, column 13: "},
                    Row{"NotUtf8", "{\"description\":\"\xff\"}", "line 1, column 17: "},
                    Row{"NumberTooLarge", "{\"description\":1e999}", "1e999"},
                    Row{"MemberTwice", "{\"zones\":[],\"zones\":[]}",
                        "an object has two members called \"zones\""},
                    Row{"MemberTwiceFurtherDown",
                        "{\"zones\":[{\"servers\":[{}],\"zone\":\"a.test\",\"servers\":2}]}",
                        "two members called \"servers\""},
                    Row{"List", "[]", "no JSON object"},
                    Row{"UnknownMember", "{\"zonse\":[]}", "zonse"},
                    Row{"ZonesNoList", "{\"zones\":{}}", "\"zones\" must be a list"},
                    Row{"ZoneNoObject", "{\"zones\":[1]}", "zone 1: is no JSON object"},
                    Row{"ZoneWithoutName", "{\"zones\":[{}]}", "zone 1: \"zone\": empty name"},
                    Row{"ZoneBadName", "{\"zones\":[{\"zone\":\"a..b\"}]}", "empty label"},
                    Row{"BehavioursNoObject", "{\"behaviours\":[]}", "must be an object"}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(
    Zone, ScenarioErrorTest,
    testing::Values(
        InZone("UnknownMember", R"("server":2)", "zone a.test: no member is called \"server\""),
        InZone("BadRecord", R"("records":["@ A x"])", "zone a.test: record \"@ A x\""),
        InZone("RecordsNoText", R"("records":[1])", "\"records\" must be"),
        InZone("TooManyServers", R"("servers":14)", "0 to 13"),
        InZone("ServersNoList", R"("servers":"two")", "\"servers\" must be"),
        InZone("BadAddress", R"("servers":[{"addresses":["127.1"]}])", "\"127.1\" is no address"),
        InZone("BadListed", R"("servers":[{"listed":"nobody"}])", "server 1: \"listed\""),
        InZone("BadGlue", R"("glue":"some")", "\"glue\" must be"),
        InZone("BadDelegated", R"("delegated":"no")", "true or false"),
        InZone("UnknownReason", R"("expect":[{"reason":"because"}])", "\"because\" is no reason"),
        InZone("OutcomeMismatch", R"("expect":[{"reason":"no_caa","outcome":"deny"}])",
               "the outcome of no_caa is permit, not deny")),
    kRowName);

INSTANTIATE_TEST_SUITE_P(
    Fault, ScenarioErrorTest,
    testing::Values(
        InFault("Unknown", R"("fault":"explode")", "\"explode\" is no fault"),
        InFault("Missing", R"("types":["CAA"])", "is no fault"),
        InFault("UnknownType", R"("fault":"drop","types":["CAB"])", "\"CAB\" is no record type"),
        InFault("TypesBothWays", R"("fault":"drop","types":["A"],"except_types":["A"])",
                "exclude each other"),
        InFault("NoRcode", R"("fault":"rcode")", "\"rcode\" must be"),
        InFault("BadRcode", R"("fault":"rcode","rcode":"4096")", "\"rcode\" must be"),
        InFault("RcodeElsewhere", R"("fault":"drop","rcode":"REFUSED")", "called \"rcode\""),
        InFault("NoDelay", R"("fault":"delay")", "\"ms\""),
        InFault("BadTransport", R"("fault":"drop","transport":"sctp")", "udp, tcp or any"),
        InFault("BadEdns", R"("fault":"drop","edns":"yes")", "with, without, option or any"),
        InFault("BadPercent", R"("fault":"drop","percent":101)", "0 to 100"),
        InFault("BadFirst", R"("fault":"drop","first":-1)", "\"first\" must be"),
        InFault("NoRate", R"("fault":"rate-limit")", "\"per_second\""),
        InFault("BadOver", R"("fault":"rate-limit","per_second":1,"over":"x")", "drop or refused"),
        InFault("NoSoa", R"("fault":"foreign-soa")", "\"soa\", a domain name"),
        InZone("UnknownBehaviour", R"("faults":["nonesuch"])", "called \"nonesuch\"")),
    kRowName);

constexpr char kFamilyRest[] =
    R"("operators":[{"name":"o","addresses":10}],"kinds":[{"kind":"k","expect":[{"reason":"no_caa"}]}])";

INSTANTIATE_TEST_SUITE_P(
    Family, ScenarioErrorTest,
    testing::Values(
        InFamily("Empty", "", "\"tlds\" must be an object"),
        InFamily("NoOperators", R"("tlds":{"com":1})", "operators and kinds"),
        InFamily("BadTld", absl::StrCat(R"("tlds":{"a..b":1},)", kFamilyRest), "tld \"a..b\""),
        InFamily("BadWeight", absl::StrCat(R"("tlds":{"com":-1},)", kFamilyRest), "tld \"com\""),
        InFamily("NoOperatorName", R"("tlds":{"com":1},"operators":[{"addresses":9}])", "\"name\""),
        InFamily("FewAddresses",
                 R"("tlds":{"com":1},"operators":[{"name":"o","addresses":1,"hosts":2}])",
                 "\"hosts\" or more"),
        InFamily("OperatorDomain",
                 R"("tlds":{"com":1},"operators":[{"name":"o","addresses":2,"domain":"."}],)"
                 R"("kinds":[{"kind":"k","servers":1}])",
                 "kind k: a kind says what to expect"),
        InFamily(
            "KindWithAddress",
            R"("tlds":{"com":1},"kinds":[{"kind":"k","servers":[{"addresses":["127.0.0.1"]}]}])",
            "takes its address from an operator"),
        InFamily("KindWithHost",
                 R"("tlds":{"com":1},"kinds":[{"kind":"k","servers":[{"host":"a.b."}]}])",
                 "exactly where it has no address"),
        InFamily("KindWithoutServers", R"("tlds":{"com":1},"kinds":[{"kind":"k","servers":0}])",
                 "at least one server"),
        InFamily(
            "KindExpectsOthersFirst",
            R"("tlds":{"com":1},"kinds":[{"kind":"k","expect":[{"name":"www","reason":"no_caa"}]}])",
            "\"@\"")),
    kRowName);

TEST(ScenarioTest, ReadsAZone) {
  const auto scenario = ParseScenario(R"({
    "description": "for people",
    "behaviours": {"bad": [{"fault": "rcode", "rcode": "NOTIMP", "types": ["CAA"]}],
                   "worse": ["bad", {"fault": "delay", "ms": 5}]},
    "zones": [{"zone": "A.Test", "comment": "for people", "glue": "none", "delegated": false,
      "servers": [{"host": "x", "addresses": ["127.0.0.9", "::1"], "glue": ["127.0.0.8"],
                   "listed": "child", "faults": ["worse"]}, {}],
      "records": ["@ CAA 0 issue \"ca\"", "$GENERATE 1-3 n$ A 127.0.0.$"],
      "faults": [{"fault": "drop", "transport": "tcp", "edns": "without", "first": 2,
                  "percent": 12.5, "except_types": ["A", "TYPE65280"]}],
      "expect": [{"reason": "notimp", "outcome": "servfail", "findings": ["notimp_on_caa"]},
                 {"name": "*.a.test", "input": "*.A.test", "reason": "no_caa"}]}]})",
                                      "test");
  ASSERT_TRUE(scenario.ok()) << scenario.status().message();
  const ZoneDescription& zone = scenario->zones.at(0);
  EXPECT_TRUE(zone.apex.view().IdenticalTo(NameOf("a.test")));
  EXPECT_EQ(zone.glue, GluePolicy::kNone);
  EXPECT_FALSE(zone.delegated);
  ASSERT_EQ(zone.servers.size(), 2u);
  EXPECT_EQ(zone.servers[0].host, "x");
  EXPECT_EQ(zone.servers[0].addresses->size(), 2u);
  EXPECT_EQ(zone.servers[0].glue->at(0), AddressOfText("127.0.0.8"));
  EXPECT_FALSE(zone.servers[0].at_parent);
  EXPECT_TRUE(zone.servers[0].at_child);
  ASSERT_EQ(zone.servers[0].faults.size(), 2u);
  EXPECT_EQ(zone.servers[0].faults[0].rcode, dns::RCode::kNotImp);
  EXPECT_EQ(zone.servers[0].faults[1].delay_ms, 5u);
  EXPECT_EQ(zone.servers[1].host, "ns2");
  EXPECT_FALSE(zone.servers[1].addresses.has_value());
  EXPECT_EQ(zone.records.size(), 4u);
  ASSERT_EQ(zone.faults.size(), 1u);
  EXPECT_TRUE(zone.faults[0].except_types);
  EXPECT_EQ(zone.faults[0].types.at(1), dns::RRType::kUnassigned);
  EXPECT_EQ(zone.faults[0].transport, Transport::kTcp);
  EXPECT_EQ(zone.faults[0].first, 2u);
  EXPECT_DOUBLE_EQ(zone.faults[0].percent, 12.5);
  ASSERT_EQ(zone.expect.size(), 2u);
  EXPECT_EQ(zone.expect[0].name, "a.test");
  EXPECT_EQ(zone.expect[0].findings, std::vector<std::string>{"notimp_on_caa"});
  EXPECT_EQ(zone.expect[1].input, "*.A.test");
}

TEST(ScenarioTest, EveryShippedDescriptionLoads) {
  for (const char* path :
       {"datasets/lab/basic.json", "datasets/lab/dnssec.json", "datasets/lab/honest.json",
        "datasets/lab/faults.json", "datasets/lab/culprits.json", "datasets/lab/mix-healthy.json",
        "datasets/lab/mix-internet.json", "datasets/lab/mix-persist.json",
        "datasets/lab/mix-broken.json"}) {
    const auto scenario = LoadScenario(path);
    EXPECT_TRUE(scenario.ok()) << scenario.status().message();
  }
}

TEST(ScenarioTest, AMissingFileIsNamed) {
  const auto scenario = LoadScenario("no-such-file.json");
  EXPECT_EQ(std::string(scenario.status().message()),
            "no-such-file.json: No such file or directory");
}

}  // namespace
}  // namespace caascan::lab
