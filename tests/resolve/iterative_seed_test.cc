// Delegations known from elsewhere (Resolver::Seed): hints that never mislead for long.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/resolve/iterative.h"
#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

using testing::IsEmpty;

class IterativeSeedTest : public IterativeFixture {};

/// Servers "host" or "host address".
dns::Delegation Known(const std::vector<std::pair<std::string, std::string>>& servers) {
  dns::Delegation delegation;
  delegation.ttl_s = 3600;
  for (size_t i = 0; i < servers.size(); ++i) {
    const auto& [host, address] = servers[i];
    dns::Name name;
    EXPECT_EQ(dns::Name::FromText(host, &name), dns::NameError::kNone);
    delegation.hosts.append(name.view().bytes());
    if (address.empty()) continue;
    delegation.AddGlue(i, async::Address::FromText(address, 0)->octets());
  }
  return delegation;
}

void Seed(IterativeResolver* resolver, std::string_view zone, const dns::Delegation& delegation) {
  dns::Name name;
  ASSERT_EQ(dns::Name::FromText(zone, &name), dns::NameError::kNone);
  resolver->Seed(name, delegation);
}

TEST_F(IterativeSeedTest, ASeededDelegationSparesTheParent) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  tree_.Add("example.test", "example.test CAA 0 issue ca.example");
  Start();
  Seed(resolver_.get(), "example.test", Known({{"ns1.example.test", "127.53.1.1"}}));
  EXPECT_EQ(Summary(Lookup("example.test").answer), "issue ca.example");
  EXPECT_EQ(Seen(kRoot) + Seen(kTld), 0u);
  EXPECT_EQ(query::NameText(Lookup("www.example.test").answer.zone), "example.test");
  EXPECT_EQ(Seen(kRoot) + Seen(kTld), 0u);
}

TEST_F(IterativeSeedTest, TheParentsOwnWordGoesFirst) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  Start();
  EXPECT_EQ(Summary(Lookup("example.test").answer), "empty");
  Seed(resolver_.get(), "example.test", Known({{"ns1.example.test", "127.53.1.9"}}));
  EXPECT_EQ(Summary(Lookup("www.example.test").answer), "empty");
  EXPECT_EQ(Seen("127.53.1.9"), 0u);
}

TEST_F(IterativeSeedTest, AnOldSeedAccusesNobody) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  tree_.Delegate("test", "old.test", {{"ns1.old.test", "127.53.1.2"}});
  tree_.Add("example.test", "example.test CAA 0 issue ca.example");
  Start();
  Seed(resolver_.get(), "example.test", Known({{"ns1.old.test", "127.53.1.2"}}));
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(Summary(looked.answer), "issue ca.example");
  EXPECT_GE(Seen("127.53.1.2"), 1u) << "it refused";
  EXPECT_THAT(looked.account.attempts, IsEmpty());
}

TEST_F(IterativeSeedTest, SeedsWithoutGlueLeadBackToTheParent) {
  // Each zone's server is in the other one: without the parent's glue nobody can be reached.
  tree_.Delegate("test", "a.test", {{"ns.b.test", "127.53.1.1"}});
  tree_.Delegate("test", "b.test", {{"ns.a.test", "127.53.1.2"}});
  tree_.Add("a.test", "a.test CAA 0 issue ca.example");
  tree_.Add("a.test", "ns.a.test A 127.53.1.2");
  tree_.Add("b.test", "ns.b.test A 127.53.1.1");
  Start();
  Seed(resolver_.get(), "a.test", Known({{"ns.b.test", ""}}));
  Seed(resolver_.get(), "b.test", Known({{"ns.a.test", ""}}));
  EXPECT_EQ(Summary(Lookup("a.test").answer), "issue ca.example");
  EXPECT_EQ(Summary(Lookup("b.test").answer), "empty");
}

TEST_F(IterativeSeedTest, ASilentSeedIsAskedOfTheParentTheNextTime) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  tree_.SetOverride("127.53.1.9", Silent);
  options_.retries = 0;
  options_.ask.timeout = kShort;
  Start();
  Seed(resolver_.get(), "example.test", Known({{"ns1.example.test", "127.53.1.9"}}));
  EXPECT_EQ(Lookup("example.test").answer.failure, Reason::kNoResponse);
  EXPECT_EQ(Summary(Lookup("example.test").answer), "empty");
}

}  // namespace
}  // namespace caascan::resolve
