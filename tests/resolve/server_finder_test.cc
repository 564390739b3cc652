// Which server names are looked up, and what the last resort finds. The network is there for its
// Peers only; nothing is sent.
#include "scanner/resolve/server_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/dns/delegation.h"
#include "tests/query/offline_fixture.h"

namespace caascan::resolve {
namespace {

using query::N;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::chrono::hours kNow(1);

zones::RootServer TheRoot() {
  return {N("a.root-servers.test"), {*async::Address::FromText("192.0.2.1", 53)}};
}

class ServerFinderTest : public query::OfflineFixture, private HostFinder::Source {
 protected:
  ServerFinderTest() { account_.budget.max_queries = 100; }

  /// Delegates `zone`, which is asked from now on, to these, in order: host and glue, which may be
  /// empty.
  void Delegate(std::string_view zone,
                const std::vector<std::pair<std::string, std::string>>& servers) {
    dns::Delegation delegation;
    delegation.ttl_s = 3600;
    for (size_t i = 0; i < servers.size(); ++i) {
      const auto& [host, glue] = servers[i];
      delegation.hosts.append(N(host).view().bytes());
      if (!glue.empty()) delegation.AddGlue(i, async::Address::FromText(glue, 53)->octets());
    }
    delegations_.Seed(N(zone), delegation, kNow);
    zone_ = delegations_.Find(N(zone));
  }
  net::PeerRef Peer(const std::string& address) {
    return network_.PeerFor(*async::Address::FromText(address, 53));
  }

  bool FindNext() {
    bool found = false;
    async::Spawn([](ServerFinderTest* test, bool* out) -> async::Task<> {
      *out = co_await test->finder_.FindNext(test->zone_, &test->visit_, &test->account_, nullptr);
    }(this, &found));
    return found;
  }
  bool FindOthers() {
    bool found = false;
    async::Spawn([](ServerFinderTest* test, bool* out) -> async::Task<> {
      *out =
          co_await test->finder_.FindOthers(test->zone_, &test->visit_, &test->account_, nullptr);
    }(this, &found));
    return found;
  }
  /// "host address" each; a '*' where it is a last resort.
  std::vector<std::string> Addresses() const {
    std::vector<std::string> texts;
    for (const zones::Zone::ServerAddress& address : zone_->addresses) {
      texts.push_back(zone_->host(zone_->servers[address.server]).ToText() + " " +
                      address.peer->address().ToText() + (address.last_resort ? "*" : ""));
    }
    return texts;
  }

  zones::Delegations delegations_{&network_, {.ipv6 = false}, {}, {TheRoot()}};
  HostFinder hosts_{this, {.ipv6 = false}, 100, 1 << 20};
  ServerFinder finder_{&delegations_, &hosts_};
  zones::Delegations::Handle zone_;
  Visit visit_;
  query::Account account_;
  std::map<std::string, std::string> own_;  // Addresses as the hosts' own zones have them.
  std::vector<std::string> asked_;
  query::HostEnd end_ = query::HostEnd::kKnown;  // Of each host's look-up.

 private:
  async::Task<query::HostEnd> CollectAddresses(HostFinder::Handle host, dns::RRType type,
                                               query::Account* /*account*/) override {
    if (type != dns::RRType::kA) co_return query::HostEnd::kKnown;
    const std::string name = host.name().ToText();
    asked_.push_back(name);
    if (const auto own = own_.find(name); own != own_.end()) {
      host->peers.push_back(Peer(own->second));
    }
    co_return end_;
  }
  std::chrono::nanoseconds now() const override { return kNow; }
};

TEST_F(ServerFinderTest, NamesWithoutGlueAreLookedUpInTurn) {
  Delegate("example.com",
           {{"ns1.example.net", ""}, {"ns.example.com", "192.0.2.7"}, {"ns2.example.net", ""}});
  own_ = {{"ns1.example.net", "192.0.2.8"}};
  EXPECT_TRUE(FindNext());
  EXPECT_THAT(Addresses(), ElementsAre("ns.example.com 192.0.2.7", "ns1.example.net 192.0.2.8"));
  EXPECT_TRUE(FindNext());
  EXPECT_FALSE(FindNext()) << "each once a visit";
  EXPECT_THAT(asked_, ElementsAre("ns1.example.net", "ns2.example.net"));
  EXPECT_TRUE(zone_->servers[2].resolved) << "its own zone says that it has none";
}

TEST_F(ServerFinderTest, AFailedLookUpIsLeftToOtherNames) {
  Delegate("example.com", {{"ns1.example.net", ""}});
  end_ = query::HostEnd::kCutShort;
  EXPECT_TRUE(FindNext());
  EXPECT_FALSE(zone_->servers[0].resolved);
  EXPECT_TRUE(visit_.names.any_cut_short());
}

TEST_F(ServerFinderTest, TheLastResortOfGlueIsWhatTheHostsOwnZoneSays) {
  Delegate("example.com", {{"ns1.example.net", "192.0.2.7"}, {"ns.example.com", "192.0.2.9"}});
  own_ = {{"ns1.example.net", "192.0.2.8"}, {"ns.example.com", "192.0.2.10"}};
  EXPECT_TRUE(FindOthers());
  EXPECT_THAT(asked_, ElementsAre("ns1.example.net")) << "the failed servers are not asked";
  EXPECT_THAT(Addresses(), ElementsAre("ns1.example.net 192.0.2.7", "ns.example.com 192.0.2.9",
                                       "ns1.example.net 192.0.2.8*"));
  finder_.NoteLastResort(*zone_, zone_->addresses[2], &account_);
  ASSERT_EQ(account_.observations.size(), 1u);
  EXPECT_EQ(account_.observations[0].kind, query::Observation::Kind::kGlueMismatch);
  EXPECT_EQ(query::NameText(account_.observations[0].host), "ns1.example.net");
  EXPECT_EQ(account_.observations[0].evidence,
            "the parent's glue is 192.0.2.7, where it fails; it answers at 192.0.2.8, as its own "
            "zone says");
}

TEST_F(ServerFinderTest, TheLastResortOfAHostWithoutGlueIsAnotherDelegationsGlue) {
  Delegate("example.net", {{"ns.example.net", "192.0.2.8"}});
  Delegate("example.com", {{"ns.example.net", ""}});
  own_ = {{"ns.example.net", "192.0.2.7"}};
  EXPECT_TRUE(FindNext());
  asked_.clear();
  EXPECT_TRUE(FindOthers());
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_THAT(Addresses(), ElementsAre("ns.example.net 192.0.2.7", "ns.example.net 192.0.2.8*"));
  finder_.NoteLastResort(*zone_, zone_->addresses[1], &account_);
  ASSERT_EQ(account_.observations.size(), 1u);
  EXPECT_EQ(account_.observations[0].evidence,
            "the server's own zone says 192.0.2.7, where it fails; it answers at 192.0.2.8, the "
            "parent's glue");
}

TEST_F(ServerFinderTest, NothingIsWrongWithOneOfSeveralOwnAddresses) {
  Delegate("example.com", {{"ns1.example.net", "192.0.2.8"}});
  own_ = {{"ns1.example.net", "192.0.2.8"}};
  EXPECT_FALSE(FindOthers()) << "they are the same";
  finder_.NoteLastResort(*zone_, zone_->addresses[0], &account_);
  EXPECT_THAT(account_.observations, IsEmpty());
}

TEST_F(ServerFinderTest, ASpentBudgetLooksForNoOthers) {
  Delegate("example.com", {{"ns1.example.net", "192.0.2.7"}});
  account_.budget.max_queries = 0;
  EXPECT_FALSE(FindOthers());
  EXPECT_THAT(asked_, IsEmpty());
}

}  // namespace
}  // namespace caascan::resolve
