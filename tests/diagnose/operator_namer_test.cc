#include "scanner/diagnose/operator_namer.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/net/network.h"

namespace caascan::diagnose {
namespace {

dns::Name NameOf(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

class OperatorNamerTest : public testing::Test {
 protected:
  ~OperatorNamerTest() override { network_.Close(); }

  /// Each "host" or "host address".
  std::string NamedBy(const std::vector<std::string>& servers,
                      std::string_view apex = "zone.test") {
    zones::Zone zone;
    for (const std::string& server : servers) {
      const size_t blank = server.find(' ');
      const int index = zone.AddServer(NameOf(server.substr(0, blank)));
      EXPECT_GE(index, 0);
      if (blank == std::string::npos) continue;
      zone.AddAddress(
          static_cast<size_t>(index),
          network_.PeerFor(async::Address::FromText(server.substr(blank + 1), 53).value()));
    }
    std::string out = "left from before";
    const dns::Name name = NameOf(apex);
    namer_.Name(name, zone, &out);
    return out;
  }

  async::Loop loop_;
  pacing::SharedLimits limits_{pacing::LimitOptions()};
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
