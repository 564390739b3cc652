#include "scanner/guide/operators.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/caa/table_text.h"
#include "scanner/guide/embedded.h"

namespace caascan::guide {
namespace {

dns::Name NameOf(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

std::string OperatorText(std::string_view host) {
  const Operator* found = OperatorTable::BuiltIn().Find(NameOf(host));
  return found == nullptr ? "" : std::string(found->name);
}

TEST(OperatorsTest, EveryRowIsSound) {
  std::set<std::string_view> operators;
  std::set<std::string_view> patterns;
  size_t dynamic = 0;
  for (const caa::TableRow& row : caa::ReadTable(OperatorsText())) {
    ASSERT_EQ(row.size(), 6u) << row[0];
    const std::string pattern(row[0]);
    SCOPED_TRACE(pattern);
    EXPECT_TRUE(patterns.insert(row[0]).second) << "twice";
    // A server below the pattern is found by it.
    const size_t star = pattern.find('*');
    const std::string host =
        "ns1." +
        (star == std::string::npos ? pattern : std::string(pattern).replace(star, 1, "07"));
    EXPECT_EQ(OperatorText(host), row[1]);
    EXPECT_FALSE(row[3].empty());
    EXPECT_THAT(std::string(row[4]), testing::MatchesRegex("20[0-9][0-9]-[01][0-9]"));
    EXPECT_THAT(row[5], testing::AnyOf("MIT", "MPL-2.0", "Apache-2.0"));
    operators.insert(row[1]);
    if (row[2] == "dynamic") ++dynamic;
  }
  EXPECT_GE(operators.size(), 60u);
  EXPECT_GE(dynamic, 8u);
}

struct Row {
  const char* host;
  const char* name;  // Empty: nobody that is known.
};

class FindOperatorTest : public testing::TestWithParam<Row> {};

TEST_P(FindOperatorTest, IsOfTheLongestPattern) {
  EXPECT_EQ(OperatorText(GetParam().host), GetParam().name) << GetParam().host;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, FindOperatorTest,
    testing::Values(Row{"ada.ns.cloudflare.com", "Cloudflare"}, Row{"cloudflare.com", "Cloudflare"},
                    Row{"notcloudflare.com", ""}, Row{"cloudflare.com.example", ""},
                    Row{"ns-1234.awsdns-56.co.uk", "Amazon Route 53"},
                    Row{"ns-1.awsdns-.com", "Amazon Route 53"}, Row{"ns-1.awsdns.com", ""},
                    Row{"ns-1.awsdns-56.info", ""}, Row{"ns-1.awsdns-56.com.example", ""},
                    Row{"dns1.p01.nsone.net", "NS1"},
                    Row{"ns1.dns.oraclecloud.net", "Oracle Cloud"},
                    Row{"ns1.duckdns.org", "DuckDNS"}, Row{"com", ""}, Row{".", ""},
                    Row{"a.nic.example", ""}));

TEST(FindOperatorTest, TellsWhatItIs) {
  const auto kind = [](std::string_view host) {
    return OperatorTable::BuiltIn().Find(NameOf(host))->kind;
  };
  EXPECT_EQ(kind("ns1.desec.io"), OperatorKind::kDynamic);
  EXPECT_EQ(kind("ns01.domaincontrol.com"), OperatorKind::kRegistrar);
  EXPECT_EQ(kind("ns1.sedoparking.com"), OperatorKind::kParking);
}

TEST(OwnOperatorsTest, WinOverBuiltInOnesAndLeaveTheOthers) {
  const auto table = OperatorTable::WithRows(
      "# ours\nNS.Example\tOurs\tregistrar\r\n\ncloudflare.com\tAnother\ndns-*.example\tA glob");
  ASSERT_TRUE(table.ok()) << table.status();
  const auto name = [&table](std::string_view host) {
    const Operator* const found = (*table)->Find(NameOf(host));
    return found == nullptr ? "" : std::string(found->name);
  };
  EXPECT_EQ(name("a.ns.example"), "Ours");
  EXPECT_EQ((*table)->Find(NameOf("ns.example"))->kind, OperatorKind::kRegistrar);
  EXPECT_EQ(name("ada.ns.cloudflare.com"), "Another");
  EXPECT_EQ(name("ns1.dns-7.example"), "A glob");
  EXPECT_EQ(name("ns1.dns.example"), "");
  EXPECT_EQ(name("ns-1234.awsdns-56.co.uk"), "Amazon Route 53");
}

TEST(OwnOperatorsTest, RowsThatAreNotSoundAreNamed) {
  const auto error = [](std::string text) {
    return std::string(OperatorTable::WithRows(std::move(text)).status().message());
  };
  EXPECT_EQ(error(""), "");
  EXPECT_EQ(error("ns.example"), "line 1: has no operator behind a tab");
  EXPECT_EQ(error("a.example\tA\n\nns.example\t"), "line 3: has no operator behind a tab");
  EXPECT_EQ(error("ns.example\tA\tshop"), "line 1: knows no kind of operator \"shop\"");
  for (const char* pattern : {"a..example", "ns.*.example", "*", "NS.example"}) {
    EXPECT_EQ(
        error(std::string("ns.example\tA\n") + pattern + "\tB"),
        std::string("line 2: is no pattern of names, or one that is there already: ") + pattern);
  }
}

TEST(RegistrableDomainTest, FollowsThePublicSuffixList) {
  const auto domain = [](std::string_view host) {
    const dns::Name name = NameOf(host);
    return RegistrableDomain(name).ToText();
  };
  EXPECT_EQ(domain("ns1.example.com"), "example.com");
  EXPECT_EQ(domain("a.b.example.co.uk"), "example.co.uk");
  EXPECT_EQ(domain("ns1.www.ck"), "www.ck");                    // An exception.
  EXPECT_EQ(domain("ns1.a.b.kawasaki.jp"), "a.b.kawasaki.jp");  // A wildcard.
  EXPECT_EQ(domain("a.nic.example"), "nic.example");            // An unknown top-level domain.
  EXPECT_EQ(domain("example.com"), "example.com");
  EXPECT_EQ(domain("co.uk"), "co.uk");
  EXPECT_EQ(domain("ns"), "ns");
  // The private section says where customers end, and not where the operator does.
  EXPECT_EQ(domain("ns1.blogspot.com"), "blogspot.com");
}

}  // namespace
}  // namespace caascan::guide
