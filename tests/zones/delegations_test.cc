// Which delegations are kept, for how long, and which zone a look-up begins at. The network is
// there for its Peers only; nothing is sent.
#include "scanner/zones/delegations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/dns/query.h"
#include "tests/net/reply.h"
#include "tests/query/offline_fixture.h"

namespace caascan::zones {
namespace {

using dns::RRType;
using query::N;
using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::ElementsAre;

RootServer TheRoot() {
  return {
      N("a.root-servers.test"),
      {*async::Address::FromText("192.0.2.1", 53), *async::Address::FromText("2001:db8::1", 53)}};
}

class DelegationsTest : public query::OfflineFixture {
 protected:
  /// As a server of `parent` refers to `cut`: one server, with glue.
  void Store(std::string_view cut, std::string_view parent, uint32_t ttl_s,
             std::string_view host = "ns.example.com", std::string_view glue = "192.0.2.53") {
    std::array<uint8_t, dns::kMaxQuerySize> query{};
    const dns::Name name = N(cut);
    const size_t size = dns::WriteQuery({.name = name}, 1, 0, query);
    net::Reply reply({query.begin(), query.begin() + static_cast<std::ptrdiff_t>(size)},
                     dns::kFlagQR);
    reply.Authority(cut, RRType::kNS, net::NameBytes(host));
    reply.Additional(host, RRType::kA, net::AddressBytes(glue));
    dns::Message message;
    ASSERT_EQ(dns::Message::Parse(reply.bytes(), &message).error, dns::ParseError::kNone);
    delegations_.Store(message, name, delegations_.Find(N(parent)), ttl_s, now_);
  }
  void Seed(std::string_view zone, std::string_view host) {
    dns::Delegation delegation;
    delegation.ttl_s = 3600;
    delegation.hosts.append(N(host).view().bytes());
    delegations_.Seed(N(zone), delegation, now_);
  }
  std::string Deepest(std::string_view name) {
    const dns::Name from = N(name);
    return delegations_.Deepest(from, now_).name().ToText();
  }
  /// "host addresses" each; nothing where the zone is not known.
  std::vector<std::string> Servers(std::string_view zone) {
    std::vector<std::string> texts;
    ZoneServers servers;
    if (!delegations_.FindServers(N(zone), now_, &servers)) return texts;
    for (const DelegatedServer& server : servers.servers) {
      texts.push_back(server.host.view().ToText());
      for (const net::PeerRef& peer : server.peers) {
        texts.back() += " " + peer->address().ToText();
      }
    }
    return texts;
  }

  nanoseconds now_ = hours(1);
  Delegations delegations_{&network_, {.ipv6 = false}, {}, {TheRoot()}};
};

TEST_F(DelegationsTest, TheRootIsKnownForEver) {
  EXPECT_THAT(Servers("."), ElementsAre("a.root-servers.test 192.0.2.1")) << "IPv6 is not used";
  now_ += hours(24 * 365);
  EXPECT_EQ(Deepest("www.example.com"), ".");
}

TEST_F(DelegationsTest, ALookUpBeginsAtTheDeepestZoneThatHasNotExpired) {
  Store("com", ".", 86400);
  Store("example.com", "com", 600);
  EXPECT_EQ(Deepest("www.example.com"), "example.com");
  EXPECT_EQ(Deepest("example.com"), "example.com");
  EXPECT_EQ(Deepest("example.net"), ".");
  now_ += seconds(600);
  EXPECT_EQ(Deepest("www.example.com"), "com");
  EXPECT_FALSE(delegations_.Find(N("example.com"))) << "what has expired goes";
}

TEST_F(DelegationsTest, AreKeptForFiveMinutesAtLeastAndADayAtMost) {
  const struct {
    const char* name;
    uint32_t ttl_s;
    seconds kept;
  } rows[] = {
      {"no time at all", 0, seconds(300)},
      {"its own TTL", 4000, seconds(4000)},
      {"a week", 7 * 86400, seconds(86400)},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Store("example.com", ".", row.ttl_s);
    EXPECT_EQ(delegations_.Find(N("example.com"))->expires, now_ + row.kept);
  }
}

TEST_F(DelegationsTest, BelowAnInsecureZoneEachIsInsecure) {
  Store("com", ".", 3600);
  delegations_.Find(N("com"))->trust = Zone::Trust::kInsecure;
  Store("example.com", "com", 3600);
  EXPECT_EQ(delegations_.Find(N("example.com"))->trust, Zone::Trust::kInsecure);
}

TEST_F(DelegationsTest, TheZoneAboveIsTheNearestOneThatIsKnown) {
  Store("com", ".", 3600);
  Store("a.example.com", "com", 3600);
  EXPECT_EQ(delegations_.Above(N("a.example.com")).name().ToText(), "com");
  EXPECT_EQ(delegations_.Above(N("com")).name().ToText(), ".");
  EXPECT_EQ(delegations_.Above(N("net")).name().ToText(), ".");
}

TEST_F(DelegationsTest, ASeedGivesWayToWhatTheParentSaid) {
  Seed("example.com", "old.example.net");
  EXPECT_THAT(Servers("example.com"), ElementsAre("old.example.net"));
  EXPECT_TRUE(delegations_.Find(N("example.com"))->seeded);
  Store("example.com", ".", 600, "ns.example.com");
  Seed("example.com", "old.example.net");
  EXPECT_THAT(Servers("example.com"), ElementsAre("ns.example.com 192.0.2.53"));
  EXPECT_FALSE(delegations_.Find(N("example.com"))->seeded);
  now_ += seconds(600);
  Seed("example.com", "old.example.net");
  EXPECT_THAT(Servers("example.com"), ElementsAre("old.example.net"));
}

TEST_F(DelegationsTest, NoSeedReplacesTheRootOrIsEmpty) {
  Seed(".", "evil.example.net");
  EXPECT_THAT(Servers("."), ElementsAre("a.root-servers.test 192.0.2.1"));
  delegations_.Seed(N("example.com"), dns::Delegation(), now_);
  EXPECT_FALSE(delegations_.Find(N("example.com")));
}

TEST_F(DelegationsTest, AFailedSeedIsForgottenAndAtTimesTheParentIsAskedAtOnce) {
  const struct {
    const char* name;
    Reason failure;
    bool ask_parent;
  } rows[] = {
      {"no server can be found", Reason::kUnresolvableServers, true},
      {"they refuse", Reason::kRefused, true},
      {"they do not serve it", Reason::kNotAuthoritative, true},
      {"they refer upwards", Reason::kUpwardReferral, true},
      {"they are silent, and may be right", Reason::kNoResponse, false},
      {"they fail", Reason::kServfail, false},
      {"our own limit", Reason::kTooSlow, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Seed("example.com", "old.example.net");
    const Delegations::Handle seed = delegations_.Find(N("example.com"));
    EXPECT_EQ(delegations_.DropSeed(seed, row.failure), row.ask_parent);
    EXPECT_FALSE(delegations_.Find(N("example.com")));
  }
}

TEST_F(DelegationsTest, AReplacedSeedLeavesItsSuccessorAlone) {
  Seed("example.com", "old.example.net");
  const Delegations::Handle seed = delegations_.Find(N("example.com"));
  Store("example.com", ".", 600);
  delegations_.DropSeed(seed, Reason::kRefused);
  EXPECT_TRUE(delegations_.Find(N("example.com")));
}

TEST_F(DelegationsTest, GlueFromAboveIsALastResort) {
  Store("example.net", ".", 3600, "ns.example.net", "192.0.2.77");
  Seed("example.com", "ns.example.net");
  const Delegations::Handle zone = delegations_.Find(N("example.com"));
  EXPECT_TRUE(delegations_.AddGlueFromAbove(&*zone, 0));
  ASSERT_EQ(zone->addresses.size(), 1u);
  EXPECT_TRUE(zone->addresses[0].last_resort);
  EXPECT_EQ(zone->addresses[0].peer->address().ToText(), "192.0.2.77");
  EXPECT_FALSE(delegations_.AddGlueFromAbove(&*zone, 0)) << "no more of them now";
}

}  // namespace
}  // namespace caascan::zones
