// Each host is looked up once, circles end, and what says nothing of a host is not kept. The
// network is there for its Peers only; nothing is sent.
#include "scanner/resolve/host_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/async/wait_list.h"
#include "tests/query/offline_fixture.h"

namespace caascan::resolve {
namespace {

using query::N;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::ElementsAre;

class HostFinderTest : public query::OfflineFixture, private HostFinder::Source {
 protected:
  /// What a host's servers say.
  struct Script {
    query::HostEnd end = query::HostEnd::kKnown;
    std::string ipv4 = {};  // Empty: it has no such address.
    std::string ipv6 = {};
    std::vector<std::string> needs = {};  // Hosts that must be found first.
    bool no_such_host = false;
  };

  void Start(std::string_view host, query::HostEnd* end) {
    async::Spawn(Find(std::string(host), end));
  }
  query::HostEnd Resolve(std::string_view host) {
    query::HostEnd end{};
    Start(host, &end);
    return end;
  }
  std::vector<std::string> Addresses(std::string_view host) {
    std::vector<std::string> texts;
    const HostFinder::Handle found = finder_.Find(N(host));
    if (!found) return {"none"};
    for (const net::PeerRef& peer : found->peers) texts.push_back(peer->address().ToText());
    return texts;
  }

  zones::AddressPolicy policy_{.ipv4 = true, .ipv6 = true};
  nanoseconds now_ = seconds(1000);
  HostFinder finder_{this, policy_, 1000, 1 << 20};
  query::Account account_ = NewAccount();
  std::map<std::string, Script> scripts_;
  std::vector<std::string> asked_;
  bool servers_wait_ = false;  // Until server_ is notified.
  async::WaitList server_;

  static query::Account NewAccount() {
    query::Account account;
    account.budget.max_queries = 100;
    return account;
  }

 private:
  async::Task<> Find(std::string host, query::HostEnd* end) {
    *end = co_await finder_.Resolve(finder_.FindOrInsert(N(host)), &account_, nullptr);
  }
  async::Task<query::HostEnd> CollectAddresses(HostFinder::Handle host, dns::RRType type,
                                               query::Account* account) override {
    const std::string name = host.name().ToText();
    const bool v6 = type == dns::RRType::kAAAA;
    asked_.push_back(name + (v6 ? " AAAA" : " A"));
    const Script script = scripts_[name];
    for (const std::string& need : script.needs) {
      const HostFinder::Handle other = finder_.FindOrInsert(N(need));
      const query::HostEnd end = co_await finder_.Resolve(other, account, &*host);
      if (end == query::HostEnd::kCircle) co_return end;
    }
    if (servers_wait_) co_await async::WaitList::Waiter(&server_);
    host->no_such_host = script.no_such_host;
    const std::string& text = v6 ? script.ipv6 : script.ipv4;
    if (!text.empty()) host->peers.push_back(network_.PeerFor(*async::Address::FromText(text, 53)));
    co_return script.end;
  }
  nanoseconds now() const override { return now_; }
};

TEST_F(HostFinderTest, AHostIsLookedUpOnceAnHour) {
  scripts_["ns.test"] = {.ipv4 = "192.0.2.1", .ipv6 = "2001:db8::1"};
  EXPECT_EQ(Resolve("ns.test"), query::HostEnd::kKnown);
  EXPECT_EQ(Resolve("ns.test"), query::HostEnd::kKnown);
  EXPECT_THAT(asked_, ElementsAre("ns.test A")) << "one usable address is enough";
  EXPECT_THAT(Addresses("ns.test"), ElementsAre("192.0.2.1"));
  now_ += seconds(3600);
  Resolve("ns.test");
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(HostFinderTest, WhatThisMachineCannotSendToIsNotEnough) {
  finder_.NoteAnswer(*async::Address::FromText("2001:db8::2", 53));
  scripts_["ns.test"] = {.ipv4 = "192.0.2.1", .ipv6 = "2001:db8::1"};
  EXPECT_EQ(Resolve("ns.test"), query::HostEnd::kKnown);
  EXPECT_THAT(Addresses("ns.test"), ElementsAre("192.0.2.1", "2001:db8::1"));
}

TEST_F(HostFinderTest, ANameThatDoesNotExistIsAskedForOnce) {
  scripts_["ns.test"] = {.no_such_host = true};
  EXPECT_EQ(Resolve("ns.test"), query::HostEnd::kKnown);
  EXPECT_THAT(asked_, ElementsAre("ns.test A"));
}

TEST_F(HostFinderTest, TheRootsNameIsNoServer) {
  EXPECT_EQ(Resolve("."), query::HostEnd::kKnown);
  EXPECT_TRUE(asked_.empty());
}

TEST_F(HostFinderTest, NamesThatNeedAHostThatIsBeingLookedUpWait) {
  scripts_["ns.test"] = {.ipv4 = "192.0.2.1"};
  servers_wait_ = true;
  query::HostEnd ends[3] = {query::HostEnd::kCircle, query::HostEnd::kCircle,
                            query::HostEnd::kCircle};
  for (query::HostEnd& end : ends) Start("ns.test", &end);
  EXPECT_EQ(asked_.size(), 1u);
  server_.NotifyAll();
  EXPECT_THAT(ends,
              ElementsAre(query::HostEnd::kKnown, query::HostEnd::kKnown, query::HostEnd::kKnown));
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(HostFinderTest, WhatIsKeptForOthers) {
  const struct {
    const char* name;
    query::HostEnd end;
    bool kept;
  } rows[] = {
      {"its servers failed", query::HostEnd::kUnproven, true},
      {"its servers were silent", query::HostEnd::kUnheard, true},
      {"a circle", query::HostEnd::kCircle, false},
      {"our own limits", query::HostEnd::kCutShort, false},
      {"our own side could not send", query::HostEnd::kLocalFault, false},
      {"it may not be asked", query::HostEnd::kBlocklisted, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const std::string host = "h" + std::to_string(static_cast<int>(row.end)) + ".test";
    scripts_[host] = {.end = row.end};
    asked_.clear();
    EXPECT_EQ(Resolve(host), row.end);
    const size_t once = asked_.size();
    EXPECT_EQ(Resolve(host), row.end);
    EXPECT_EQ(asked_.size(), once) << "a pass asks once, whatever came";
    account_ = NewAccount();
    EXPECT_EQ(Resolve(host), row.end);
    EXPECT_EQ(asked_.size(), row.kept ? once : 2 * once);
  }
}

TEST_F(HostFinderTest, APatientLookAsksAnewForAnOlderFailure) {
  scripts_["ns.test"] = {.end = query::HostEnd::kUnproven};
  Resolve("ns.test");
  const size_t once = asked_.size();
  account_.look = query::Look::kPatient;
  Resolve("ns.test");
  EXPECT_EQ(asked_.size(), once) << "it has just failed";
  now_ += seconds(2);
  Resolve("ns.test");
  EXPECT_EQ(asked_.size(), 2 * once);
  account_.look = query::Look::kFirst;
  now_ += seconds(29);
  Resolve("ns.test");
  EXPECT_EQ(asked_.size(), 2 * once);
  now_ += seconds(1);
  Resolve("ns.test");
  EXPECT_EQ(asked_.size(), 3 * once) << "after thirty seconds all ask anew";
}

TEST_F(HostFinderTest, HostsThatNeedOneAnotherEndInACircle) {
  scripts_["a.test"] = {.needs = {"b.test"}};
  scripts_["b.test"] = {.needs = {"c.test"}};
  scripts_["c.test"] = {.needs = {"a.test"}};
  EXPECT_EQ(Resolve("a.test"), query::HostEnd::kCircle);
}

// Two names come from both sides: neither may wait for the other.
TEST_F(HostFinderTest, ACircleOfTwoThatWaitEnds) {
  scripts_["a.test"] = {.needs = {"x.test", "b.test"}};
  scripts_["b.test"] = {.needs = {"x.test", "a.test"}};
  servers_wait_ = true;
  query::HostEnd ends[2] = {query::HostEnd::kKnown, query::HostEnd::kKnown};
  Start("a.test", &ends[0]);
  Start("b.test", &ends[1]);
  servers_wait_ = false;
  for (int i = 0; i < 10; ++i) server_.NotifyAll();
  EXPECT_EQ(ends[0], query::HostEnd::kCircle);
  EXPECT_EQ(ends[1], query::HostEnd::kCircle);
}

TEST_F(HostFinderTest, AChainOfHostsHasAnEnd) {
  for (int i = 0; i < 20; ++i) {
    scripts_["h" + std::to_string(i) + ".test"] = {
        .needs = {"h" + std::to_string(i + 1) + ".test"}};
  }
  EXPECT_EQ(Resolve("h0.test"), query::HostEnd::kCircle);
  EXPECT_LT(asked_.size(), 20u);
}

TEST_F(HostFinderTest, ASpentBudgetAsksForNothing) {
  account_.budget.queries = account_.budget.max_queries;
  EXPECT_EQ(Resolve("ns.test"), query::HostEnd::kCutShort);
  EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace caascan::resolve
