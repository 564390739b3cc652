#include "scanner/diagnose/operators.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/caa/table_text.h"
#include "scanner/diagnose/embedded.h"

namespace caascan::diagnose {
namespace {

dns::Name NameOf(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

std::string OperatorText(std::string_view host) {
  const Operator* found = FindOperator(NameOf(host));
  return found == nullptr ? "" : std::string(found->name);
}

TEST(OperatorsTest, EveryRowIsSound) {
  std::set<std::string_view> operators;
  std::set<std::string_view> patterns;
  size_t dynamic = 0;
  for (const caa::TableRow& row : caa::ReadTable(OperatorsText())) {
    ASSERT_EQ(row.size(), 5u) << row[0];
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
  EXPECT_EQ(FindOperator(NameOf("ns1.desec.io"))->kind, OperatorKind::kDynamic);
  EXPECT_EQ(FindOperator(NameOf("ns01.domaincontrol.com"))->kind, OperatorKind::kRegistrar);
  EXPECT_EQ(FindOperator(NameOf("ns1.sedoparking.com"))->kind, OperatorKind::kParking);
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

class OperatorNamerTest : public testing::Test {
 protected:
  ~OperatorNamerTest() override { network_.Close(); }

  /// Each "host" or "host address".
  std::string NamedBy(const std::vector<std::string>& servers,
                      std::string_view apex = "zone.test") {
    resolve::Zone zone;
    for (const std::string& server : servers) {
      const size_t blank = server.find(' ');
      const int index = zone.AddServer(NameOf(server.substr(0, blank)));
      EXPECT_GE(index, 0);
      if (blank == std::string::npos) continue;
      zone.AddAddress(
          static_cast<size_t>(index),
          network_.PeerFor(net::Address::FromText(server.substr(blank + 1), 53).value()));
    }
    std::string out = "left from before";
    const dns::Name name = NameOf(apex);
    namer_.Name(name, zone, &out);
    return out;
  }

  net::Loop loop_;
  net::SharedLimits limits_{net::LimitOptions()};
  net::Network network_{&loop_, &limits_, {}};
  OperatorNamer namer_;
};

TEST_F(OperatorNamerTest, EachStandsOnceInOrder) {
  EXPECT_EQ(NamedBy({}), "");
  EXPECT_EQ(NamedBy({"ns01.domaincontrol.com", "ns02.domaincontrol.com"}), "GoDaddy");
  EXPECT_EQ(NamedBy({"ns1.ui-dns.de", "ns1.ui-dns.biz", "ns1.ui-dns.com"}), "IONOS");
  EXPECT_EQ(NamedBy({"ns-1.awsdns-01.net", "dns1.p01.nsone.net", "ns-2.awsdns-02.org"}),
            "Amazon Route 53, NS1");
  EXPECT_EQ(NamedBy({"dns1.p01.nsone.net", "ns-2.awsdns-02.org"}), "Amazon Route 53, NS1");
}

TEST_F(OperatorNamerTest, TheUnknownAreTheirDomains) {
  EXPECT_EQ(NamedBy({"ns1.example.com", "ns2.example.com"}), "example.com");
  EXPECT_EQ(NamedBy({"ns1.example.com", "ns1.a.example.com"}), "example.com");
  EXPECT_EQ(NamedBy({"ns2.b.example", "ada.ns.cloudflare.com", "ns1.a.example"}),
            "Cloudflare, a.example, b.example");
  // Servers in the domain itself.
  EXPECT_EQ(NamedBy({"ns1.zone.test", "a.ns.zone.test"}), "zone.test");
  EXPECT_EQ(NamedBy({"ns1.zone.example.com"}, "zone.example.com"), "example.com");
  EXPECT_EQ(NamedBy({"zone.test"}), "zone.test");
  // Neighbours below a public suffix are no relatives.
  EXPECT_EQ(NamedBy({"a.co.uk", "b.co.uk"}), "a.co.uk, b.co.uk");
  EXPECT_EQ(NamedBy({"a.example", "b.example"}), "a.example, b.example");
  EXPECT_EQ(NamedBy({"d.d.example", "c.c.example", "b.b.example", "a.a.example"}),
            "a.example, b.example, c.example");
}

TEST_F(OperatorNamerTest, VanityServersGoByASharedAddress) {
  EXPECT_EQ(NamedBy({"ns1.customer.example 8.8.4.1"}), "customer.example");
  EXPECT_EQ(NamedBy({"ns01.domaincontrol.com 8.8.4.1", "ns02.domaincontrol.com 8.8.4.2"}),
            "GoDaddy");
  EXPECT_EQ(NamedBy({"ns1.customer.example 8.8.4.1"}), "GoDaddy");
  EXPECT_EQ(NamedBy({"ns2.customer.example 8.8.4.2", "ns1.customer.example 8.8.4.3"}),
            "GoDaddy, customer.example");
  EXPECT_EQ(NamedBy({"ns1.a.example", "ns1.b.example 8.8.4.2", "ns2.b.example"}),
            "GoDaddy, a.example, b.example");
  // Addresses that no public server has are everybody's.
  EXPECT_EQ(NamedBy({"ns01.domaincontrol.com 127.0.0.1"}), "GoDaddy");
  EXPECT_EQ(NamedBy({"ns1.customer.example 127.0.0.1"}), "customer.example");
}

}  // namespace
}  // namespace caascan::diagnose
