// What the servers of a zone say, side by side: a row a case, with the findings that follow.
#include "scanner/diagnose/zone_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/query/names.h"

namespace caascan::diagnose {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

async::Address At(const char* text) { return *async::Address::FromText(text, 53); }

HostView Host(const char* name, std::vector<const char*> glue, std::vector<const char*> own) {
  HostView host;
  host.host = query::N(name);
  host.own.complete = true;
  for (const char* text : glue) host.glue.push_back(At(text));
  for (const char* text : own) host.own.addresses.push_back(At(text));
  return host;
}

ServerView Says(const char* host, const char* caa, std::vector<std::string> ns = {"a", "b"}) {
  return {host, "192.0.2.1", true, caa, std::nullopt, std::move(ns)};
}

/// Two servers in two networks, a and b, who agree in everything.
ZoneView Sound() {
  ZoneView view;
  view.zone = "example.test";
  view.complete = true;
  view.hosts = {Host("a", {"192.0.2.1"}, {"192.0.2.1"}), Host("b", {}, {"198.51.100.1"})};
  view.servers = {Says("a", "0 issue ca"), Says("b", "0 issue ca")};
  return view;
}

struct Row {
  const char* name;
  void (*change)(ZoneView*);
  std::vector<std::string> codes;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

class ZoneViewTest : public testing::TestWithParam<Row> {};

/// Of the parent's server at `host`.
ServerView Delegates(const char* host, std::optional<std::vector<std::string>> ns) {
  return {host, "192.0.2.9", true, std::nullopt, std::nullopt, std::move(ns)};
}

TEST_P(ZoneViewTest, HasTheFindingsThatFollow) {
  ZoneView view = Sound();
  GetParam().change(&view);
  std::vector<Finding> findings;
  AddZoneFindings(view, &findings);
  std::vector<std::string> codes;
  for (const Finding& finding : findings) codes.emplace_back(FindingCodeText(finding.code));
  EXPECT_THAT(codes, ElementsAreArray(GetParam().codes));
}

INSTANTIATE_TEST_SUITE_P(Nobody, ZoneViewTest,
                         testing::Values(Row{"Sound", [](ZoneView*) {}, {}},
                                         Row{"NobodyAnswered",
                                             [](ZoneView* view) {
                                               for (ServerView& server : view->servers)
                                                 server.caa = std::nullopt, server.ns.reset();
                                             },
                                             {}},
                                         Row{"MoreServersThanAreKnown",
                                             [](ZoneView* view) {
                                               view->complete = false;
                                               view->servers[0].ns = {"a", "b", "c"};
                                             },
                                             {}},
                                         Row{"AddressesThatNobodyTold",
                                             [](ZoneView* view) {
                                               view->hosts.pop_back();
                                               view->servers[0].ns = view->servers[1].ns = {"a"};
                                               view->hosts[0].own = {};
                                             },
                                             {}},
                                         Row{"GlueOfAFamilyThatTheNameHasNot",
                                             [](ZoneView* view) {
                                               view->hosts[0].glue.push_back(At("2001:db8::1"));
                                             },
                                             {}}),
                         [](const auto& test) { return test.param.name; });

// RFC 1034 §4.2.2: the NS records at the cut are those of the zone's top; glue is the address.
INSTANTIATE_TEST_SUITE_P(
    Delegation, ZoneViewTest,
    testing::Values(Row{"OneServerHasOneMore",
                        [](ZoneView* view) {
                          view->servers[1].ns = {"a", "b", "c"};
                        },
                        {"delegation_mismatch"}},
                    Row{"TheParentHasOneMore",
                        [](ZoneView* view) { view->servers[0].ns = view->servers[1].ns = {"a"}; },
                        {"delegation_mismatch"}},
                    Row{"AServersNameIsAnAlias",
                        [](ZoneView* view) { view->hosts[1].own.is_alias = true; },
                        {"server_is_alias"}},
                    // That is said of it as of a server without address.
                    Row{"AnAliasLeadsNowhere",
                        [](ZoneView* view) {
                          view->hosts[1].own.is_alias = true;
                          view->hosts[1].own.addresses.clear();
                        },
                        {}},
                    Row{"GlueIsNoneOfTheAddresses",
                        [](ZoneView* view) { view->hosts[0].glue = {At("203.0.113.9")}; },
                        {"glue_mismatch"}}),
    [](const auto& test) { return test.param.name; });

// RFC 2182 §3.1 and §5.
INSTANTIATE_TEST_SUITE_P(
    Places, ZoneViewTest,
    testing::Values(
        Row{"OneServer",
            [](ZoneView* view) {
              view->hosts.pop_back();
              view->servers[0].ns = view->servers[1].ns = {"a"};
            },
            {"single_server", "single_network"}},
        Row{"TwoNamesOfOneHost",
            [](ZoneView* view) { view->hosts[1].own.addresses = {At("192.0.2.1")}; },
            {"single_server", "single_network"}},
        Row{"OneNetwork",
            [](ZoneView* view) { view->hosts[1].own.addresses = {At("192.0.2.99")}; },
            {"single_network"}},
        Row{"OneNetworkOfEachFamily",
            [](ZoneView* view) {
              view->hosts[0].own.addresses.push_back(At("2001:db8:1::1"));
              view->hosts[1].own.addresses = {At("192.0.2.99"), At("2001:db8:1:2::1")};
            },
            {"single_network"}},
        Row{"TwoNetworksOfTheOtherFamily",
            [](ZoneView* view) {
              view->hosts[0].own.addresses.push_back(At("2001:db8:1::1"));
              view->hosts[1].own.addresses = {At("192.0.2.99"), At("2001:db8:2::1")};
            },
            {}},
        Row{"OneHasNoAddress", [](ZoneView* view) { view->hosts[1].own.addresses.clear(); }, {}}),
    [](const auto& test) { return test.param.name; });

// RFC 1034 §4.3.5: all servers of a zone have the same data.
INSTANTIATE_TEST_SUITE_P(
    Answers, ZoneViewTest,
    testing::Values(
        Row{"OtherRecords",
            [](ZoneView* view) { view->servers[1].caa = "0 issue other"; },
            {"answers_differ"}},
        Row{"NoRecords", [](ZoneView* view) { view->servers[1].caa = ""; }, {"answers_differ"}},
        Row{"NoAnswer", [](ZoneView* view) { view->servers[1].caa = std::nullopt; }, {}}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    KeySets, ZoneViewTest,
    testing::Values(Row{"Alike",
                        [](ZoneView* view) {
                          for (ServerView& server : view->servers)
                            server.keys = {"1 (algorithm 13)"};
                        },
                        {}},
                    Row{"OneHasAnotherKey",
                        [](ZoneView* view) {
                          view->servers[0].keys = {"1 (algorithm 13)"};
                          view->servers[1].keys = {"1 (algorithm 13)", "2 (algorithm 13)"};
                        },
                        {"dnskey_sets_differ"}},
                    Row{"OneGaveNone",
                        [](ZoneView* view) { view->servers[0].keys = {"1 (algorithm 13)"}; },
                        {}}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Parents, ZoneViewTest,
    testing::Values(
        Row{"Alike",
            [](ZoneView* view) {
              view->parents = {Delegates("p", {{"a", "b"}}), Delegates("q", {{"a", "b"}})};
            },
            {}},
        Row{"OneNamesOthers",
            [](ZoneView* view) {
              view->parents = {Delegates("p", {{"a", "b"}}), Delegates("q", {{"a"}})};
            },
            {"parents_differ"}},
        Row{"OneDeniesTheZone",
            [](ZoneView* view) {
              view->parents = {Delegates("p", std::vector<std::string>()), Delegates("q", {{"a"}})};
            },
            {"parents_differ"}},
        Row{"OneTellsNothing",
            [](ZoneView* view) {
              view->parents = {Delegates("p", std::nullopt), Delegates("q", {{"a"}})};
            },
            {}}),
    [](const auto& test) { return test.param.name; });

struct SerialRow {
  const char* name;
  uint32_t at_parents;
  uint32_t hosted;
  bool older;
};
class OldCopyTest : public testing::TestWithParam<SerialRow> {};

// A domain bought at a registrar, whose servers go on with the copy that they have.
TEST_P(OldCopyTest, IsToldByItsSerial) {
  ZoneView view = Sound();
  for (ServerView& server : view.servers) {
    server.ns = {"c"};
    server.serial = GetParam().at_parents;
  }
  view.servers.push_back(Says("c", "0 issue ca", {"c"}));
  view.servers.back().at_parent = false;
  view.servers.back().serial = GetParam().hosted;
  std::vector<Finding> findings;
  AddZoneFindings(view, &findings);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].evidence, HasSubstr("the parent names a, b; the zone itself"));
  const bool told = findings[0].evidence.find("older copy") != std::string::npos;
  EXPECT_EQ(told, GetParam().older) << findings[0].evidence;
}

// RFC 1982 §3.2.
INSTANTIATE_TEST_SUITE_P(Serials, OldCopyTest,
                         testing::Values(SerialRow{"Older", 1, 2, true},
                                         SerialRow{"Same", 2, 2, false},
                                         SerialRow{"Newer", 3, 2, false},
                                         SerialRow{"OlderOverTheEnd", 4294967295u, 1, true}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace caascan::diagnose
