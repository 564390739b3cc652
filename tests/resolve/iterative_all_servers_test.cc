// What the resolver knows of a zone's servers, for whoever asks all of them.
#include <gtest/gtest.h>

#include <string>

#include "scanner/resolve/iterative.h"
#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

using dns::RCode;

constexpr const char* kFirst = "127.53.1.1";
constexpr const char* kSecond = "127.53.1.2";

class AllServersTest : public IterativeFixture {
 protected:
  AllServersTest() {
    tree_.Delegate("test", "example.test",
                   {{"ns1.example.test", kFirst}, {"ns2.example.test", kSecond}});
  }

  zones::HostAddresses Addresses(const std::string& text, uint32_t max_queries = 50) {
    zones::HostAddresses addresses;
    dns::Name host;
    EXPECT_EQ(dns::Name::FromText(text, &host), dns::NameError::kNone);
    query::Account account;
    account.budget.max_queries = max_queries;
    client_->Start(resolver_->LookupAddresses(host, &account, &addresses));
    client_->Wait();
    return addresses;
  }
};

TEST_F(AllServersTest, AreKnownAsTheParentNamesThem) {
  Start();
  dns::Name zone;
  ASSERT_EQ(dns::Name::FromText("example.test", &zone), dns::NameError::kNone);
  zones::ZoneServers before;
  EXPECT_FALSE(resolver_->FindServers(zone, &before));
  Lookup("example.test");
  zones::ZoneServers servers;
  ASSERT_TRUE(resolver_->FindServers(zone, &servers));
  EXPECT_TRUE(servers.complete);
  ASSERT_EQ(servers.servers.size(), 2u);
  EXPECT_EQ(servers.servers[1].host.view().ToText(), "ns2.example.test");
  ASSERT_EQ(servers.servers[1].peers.size(), 1u);
  EXPECT_EQ(servers.servers[1].peers[0]->address().ToText(), kSecond);
}

TEST_F(AllServersTest, HaveTheAddressesThatTheirOwnZoneSays) {
  tree_.Add("example.test", "host.example.test A 127.53.1.9");
  tree_.Add("example.test", "host.example.test AAAA ::1");
  Start();
  const zones::HostAddresses known = Addresses("host.example.test");
  EXPECT_TRUE(known.complete);
  EXPECT_EQ(known.addresses.size(), 2u);
  EXPECT_EQ(known.peers.size(), 1u) << "IPv6 is not used";
  EXPECT_TRUE(Addresses("absent.example.test").no_such_host);
}

TEST_F(AllServersTest, HaveAddressesThatNobodyTold) {
  tree_.SetOverride(kFirst, Always(RCode::kServFail));
  tree_.SetOverride(kSecond, Always(RCode::kServFail));
  Start();
  const zones::HostAddresses unknown = Addresses("host.example.test");
  EXPECT_FALSE(unknown.complete);
  EXPECT_FALSE(unknown.no_such_host);
  EXPECT_FALSE(unknown.cut_short) << "the servers failed";
}

TEST_F(AllServersTest, HaveAddressesThatOurOwnLimitsHide) {
  options_.blocked = [](dns::NameView name) { return name.ToText() == "blocked.example.test"; };
  Start();
  EXPECT_TRUE(Addresses("host.example.test", /*max_queries=*/1).cut_short);
  const zones::HostAddresses blocked = Addresses("blocked.example.test");
  EXPECT_TRUE(blocked.cut_short);
  EXPECT_FALSE(blocked.complete);
  EXPECT_FALSE(Addresses("ns1.example.test").cut_short);
}

}  // namespace
}  // namespace caascan::resolve
