// What a referral leaves in a Zone. The network is there for its Peers only; nothing is sent.
#include "scanner/zones/zone.h"

#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/dns/query.h"
#include "tests/net/reply.h"
#include "tests/query/offline_fixture.h"

namespace caascan::zones {
namespace {

using dns::RRType;
using net::AddressBytes;
using net::NameBytes;
using net::Reply;
using query::N;
using testing::ElementsAre;
using testing::IsEmpty;

class ReadReferralTest : public query::OfflineFixture {
 protected:
  ReadReferralTest() : reply_(Query(), dns::kFlagQR) {}

  static std::vector<uint8_t> Query() {
    const dns::Name name = N("www.example.com");
    std::array<uint8_t, dns::kMaxQuerySize> query{};
    const size_t size = dns::WriteQuery({.name = name}, 1, 0, query);
    return {query.begin(), query.begin() + static_cast<std::ptrdiff_t>(size)};
  }

  void Ns(std::string_view host, std::string_view cut = "example.com") {
    reply_.Authority(cut, RRType::kNS, NameBytes(host));
  }
  void Glue(std::string_view host, std::string_view address) {
    const bool v6 = address.find(':') != std::string_view::npos;
    reply_.Additional(host, v6 ? RRType::kAAAA : RRType::kA, AddressBytes(address));
  }
  /// As a server of com would have referred us to example.com.
  void Read(std::string_view asked = "com") {
    dns::Message message;
    ASSERT_EQ(dns::Message::Parse(reply_.bytes(), &message).error, dns::ParseError::kNone);
    ReadReferral(message, N("example.com"), N(asked), policy_, &network_, &zone_);
  }

  std::vector<std::string> Servers() const {
    std::vector<std::string> hosts;
    for (const Zone::Server& server : zone_.servers) hosts.push_back(zone_.host(server).ToText());
    return hosts;
  }
  /// "host address" each.
  std::vector<std::string> Addresses() const {
    std::vector<std::string> texts;
    for (const Zone::ServerAddress& address : zone_.addresses) {
      texts.push_back(zone_.host(zone_.servers[address.server]).ToText() + " " +
                      address.peer->address().ToTextWithPort());
    }
    return texts;
  }
  bool Resolved(size_t server) const { return zone_.servers[server].resolved; }

  AddressPolicy policy_{.ipv4 = true, .ipv6 = true, .port = 5300};
  Reply reply_;
  Zone zone_;
};

TEST_F(ReadReferralTest, TakesServersAndTheirGlue) {
  Ns("NS1.Example.com");
  Ns("ns2.example.net");
  Glue("ns1.example.com", "192.0.2.1");
  Glue("NS1.EXAMPLE.COM", "2001:db8::1");
  Read();
  EXPECT_THAT(Servers(), ElementsAre("ns1.example.com", "ns2.example.net"));
  EXPECT_THAT(Addresses(),
              ElementsAre("ns1.example.com 192.0.2.1:5300", "ns1.example.com [2001:db8::1]:5300"));
  EXPECT_TRUE(Resolved(0));
  EXPECT_FALSE(Resolved(1));
}

// RFC 5452 §6, RFC 9471 §2: what the asked zone holds may be believed of it, and no more.
TEST_F(ReadReferralTest, BelievesNoGlueFromOutsideTheAskedZone) {
  Ns("ns1.example.com");
  Ns("ns2.example.net");
  Glue("ns1.example.com", "192.0.2.1");
  Glue("ns2.example.net", "192.0.2.2");
  Read("com");
  EXPECT_THAT(Addresses(), ElementsAre("ns1.example.com 192.0.2.1:5300"));
}

TEST_F(ReadReferralTest, BelievesTheGlueOfASiblingZone) {
  Ns("ns1.sibling.com");
  Glue("ns1.sibling.com", "192.0.2.1");
  Read("com");
  EXPECT_THAT(Addresses(), ElementsAre("ns1.sibling.com 192.0.2.1:5300")) << "RFC 9471 §2.2";
}

TEST_F(ReadReferralTest, TheRootMayGiveAnyGlue) {
  Ns("ns2.example.net");
  Glue("ns2.example.net", "192.0.2.2");
  Read(".");
  EXPECT_THAT(Addresses(), ElementsAre("ns2.example.net 192.0.2.2:5300"));
}

TEST_F(ReadReferralTest, TakesOnlyTheCutsServers) {
  Ns("ns1.example.com");
  Ns("ns.other.com", "other.com");
  Ns("a.gtld-servers.net", "com");
  Glue("ns.other.com", "192.0.2.9");
  Read();
  EXPECT_THAT(Servers(), ElementsAre("ns1.example.com"));
  EXPECT_THAT(Addresses(), IsEmpty());
}

TEST_F(ReadReferralTest, TakesNoAddressThatBelongsToNoServer) {
  Ns("ns1.example.com");
  Glue("www.example.com", "192.0.2.80");
  Read();
  EXPECT_THAT(Addresses(), IsEmpty());
  EXPECT_FALSE(Resolved(0));
}

TEST_F(ReadReferralTest, DuplicatesCountOnce) {
  for (int i = 0; i < 3; ++i) Ns(i == 1 ? "NS1.example.com" : "ns1.example.com");
  for (int i = 0; i < 3; ++i) Glue("ns1.example.com", "192.0.2.1");
  Read();
  EXPECT_THAT(Servers(), ElementsAre("ns1.example.com"));
  EXPECT_THAT(Addresses(), ElementsAre("ns1.example.com 192.0.2.1:5300"));
}

TEST_F(ReadReferralTest, TwoServersAtOneAddressAreBothResolved) {
  Ns("ns1.example.com");
  Ns("ns2.example.com");
  Glue("ns1.example.com", "192.0.2.1");
  Glue("ns2.example.com", "192.0.2.1");
  Read();
  EXPECT_EQ(Addresses().size(), 1u) << "asked once";
  EXPECT_TRUE(Resolved(0));
  EXPECT_TRUE(Resolved(1));
  EXPECT_TRUE(zone_.servers[0].has_address);
  EXPECT_TRUE(zone_.servers[1].has_address);
}

TEST_F(ReadReferralTest, GlueOfAFamilyThatIsNotUsedIsNone) {
  policy_.ipv4 = false;
  Ns("ns1.example.com");
  Ns("ns2.example.com");
  Glue("ns1.example.com", "192.0.2.1");
  Glue("ns2.example.com", "2001:db8::2");
  Read();
  EXPECT_THAT(Addresses(), ElementsAre("ns2.example.com [2001:db8::2]:5300"));
  EXPECT_FALSE(Resolved(0)) << "its own zone may know an address of the other family";
}

// Attacks come as delegations to hundreds of names (NXNSAttack).
TEST_F(ReadReferralTest, ServersAreLimited) {
  for (int i = 0; i < 100; ++i) Ns("ns" + std::to_string(i) + ".example.com");
  Glue("ns99.example.com", "192.0.2.99");
  Glue("ns3.example.com", "192.0.2.3");
  Read();
  EXPECT_EQ(Servers().size(), Zone::kMaxServers);
  EXPECT_THAT(Addresses(), ElementsAre("ns3.example.com 192.0.2.3:5300"));
}

TEST_F(ReadReferralTest, AddressesAreLimited) {
  Ns("ns1.example.com");
  for (int i = 1; i <= 200; ++i) Glue("ns1.example.com", "192.0.2." + std::to_string(i));
  Read();
  EXPECT_EQ(Addresses().size(), Zone::kMaxAddresses);
  EXPECT_EQ(network_.peer_count(), Zone::kMaxAddresses);
}

TEST_F(ReadReferralTest, LongNamesOfSixteenServersFit) {
  const std::string label(62, 'x');
  for (char c = 'a'; c < 'a' + static_cast<char>(Zone::kMaxServers); ++c) {
    Ns(std::string(1, c) + "." + label + "." + label + "." + label + ".com");
  }
  Read();
  EXPECT_EQ(Servers().size(), Zone::kMaxServers);
  EXPECT_EQ(Servers().back()[0], 'p');
}

// What the cache of delegations counts.
TEST_F(ReadReferralTest, AZoneWeighsItsShareOfItsPeers) {
  Ns("ns1.example.com");
  EXPECT_EQ(zone_.HeapBytes(), 0u);
  for (size_t i = 1; i <= Zone::kMaxAddresses; ++i) {
    Glue("ns1.example.com", "192.0.2." + std::to_string(i));
  }
  Read();
  const size_t alone = zone_.HeapBytes();
  EXPECT_GE(alone, Zone::kMaxAddresses * (sizeof(net::Peer) + sizeof(Zone::ServerAddress)));
  Zone other;
  other.servers = zone_.servers;
  other.addresses = zone_.addresses;
  other.hosts = zone_.hosts;
  EXPECT_LT(zone_.HeapBytes(), alone * 2 / 3);
  EXPECT_GE(zone_.HeapBytes() + other.HeapBytes(), alone);
}

TEST_F(ReadReferralTest, AHostWeighsItsShareOfItsPeers) {
  Host host;
  EXPECT_EQ(host.HeapBytes(), 0u);
  for (uint8_t i = 1; i <= 10; ++i) {
    const std::array<uint8_t, 4> octets = {192, 0, 2, i};
    host.peers.push_back(network_.PeerFor(async::Address::V4(octets, 53)));
  }
  EXPECT_GE(host.HeapBytes(), 10 * (sizeof(net::Peer) + sizeof(net::PeerRef)));
}

TEST(ZoneTest, AddServerKnowsWhatItHas) {
  Zone zone;
  EXPECT_EQ(zone.AddServer(N("b.example")), 0);
  EXPECT_EQ(zone.AddServer(N("a.example")), 1);
  EXPECT_EQ(zone.AddServer(N("B.EXAMPLE")), 0);
  for (size_t i = 2; i < Zone::kMaxServers; ++i) {
    EXPECT_EQ(zone.AddServer(N("n" + std::to_string(i) + ".example")), static_cast<int>(i));
  }
  EXPECT_EQ(zone.AddServer(N("one.too.many")), -1);
  EXPECT_EQ(zone.AddServer(N("a.example")), 1) << "a known one is no new one";
}

}  // namespace
}  // namespace caascan::zones
