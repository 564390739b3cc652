// Which addresses of a zone's servers are asked, and which cannot be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>

#include "tests/net/reply.h"
#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

using net::Arrival;
using net::Outbox;
using testing::ElementsAre;

using Kind = query::Observation::Kind;

class AddressesTest : public TwoServersFixture {};

TEST_F(AddressesTest, SpecialPurposeAddressesAreNotAskedUnlessAllowed) {
  options_.allow_special = false;
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(looked.answer.failure, Reason::kUnresolvableServers);
  EXPECT_THAT(Results(looked.answer.attempts), ElementsAre("127.53.0.1 blocked"));
  EXPECT_THAT(Kinds(looked.account), ElementsAre(Kind::kSpecialAddress));
  EXPECT_EQ(looked.account.budget.queries, 0u);
  EXPECT_EQ(server_->seen_count(), 0u);
}

TEST_F(AddressesTest, AFamilyThatIsOffIsNotUsed) {
  options_.addresses.ipv4 = false;
  options_.addresses.ipv6 = true;
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(looked.answer.failure, Reason::kUnresolvableServers);
  EXPECT_EQ(server_->seen_count(), 0u);
}

TEST_F(AddressesTest, AServerWithAnIpv6AddressOnly) {
  options_.addresses.ipv6 = true;
  tree_.Add("test", "six.test NS ns1.example.test");
  tree_.Add("test", "six.test NS six.example.test");
  tree_.Add("example.test", "six.example.test AAAA ::1");
  tree_.Serve("six.test", "::1");
  tree_.Add("six.test", "six.test CAA 0 issue ca.example");
  Start();
  if (!server_->has_ipv6() || !client_->network()->has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Summary(Lookup("six.test").answer), "issue ca.example");
}

// 255.255.255.255 cannot be sent to: the scanner's own network, as far as it can tell.

TEST_F(AddressesTest, WhatWeCannotSendIsALocalFault) {
  tree_.Add("test", "local.test NS ns.local.test");
  tree_.Add("test", "ns.local.test A 255.255.255.255");
  Start();
  const Looked looked = Lookup("local.test");
  EXPECT_EQ(looked.answer.failure, Reason::kLocalFault);
  EXPECT_EQ(looked.account.retries, 0u) << "nothing has left, so nothing was tried again";
}

TEST_F(AddressesTest, AServerNameLostToALocalFaultIsHeldAgainstNobody) {
  tree_.Add("test", "local.test NS ns.local.test");
  tree_.Add("test", "ns.local.test A 255.255.255.255");
  tree_.Add("test", "hangs.test NS dns.local.test");
  Start();
  for (int i = 0; i < 2; ++i) {
    const Looked looked = Lookup("hangs.test");
    EXPECT_EQ(looked.answer.failure, Reason::kLocalFault);
    for (const query::Attempt& attempt : looked.account.attempts) EXPECT_TRUE(attempt.local_fault);
  }
}

// An address that cannot be sent to uses up none of the tries that the others deserve.
TEST_F(AddressesTest, HopelessAddressesLeaveTheRetriesToTheOthers) {
  std::atomic<int> asked{0};
  for (const char* host : {"a", "b", "c", "d"}) {
    tree_.Add("test", "mixed.test NS " + std::string(host) + ".mixed.test");
  }
  tree_.Add("test", "a.mixed.test A 255.255.255.255");
  tree_.Add("test", "b.mixed.test A 255.255.255.255");
  tree_.Add("test", "c.mixed.test A 255.255.255.255");
  tree_.Add("test", "d.mixed.test A 127.53.1.9");
  tree_.Serve("mixed.test", "127.53.1.9");
  tree_.SetOverride("127.53.1.9",
                    [&asked](const Arrival&, Outbox*) { return asked.fetch_add(1) < 2; });
  options_.ask.timeout = kShort;
  Start();
  const Looked looked = Lookup("mixed.test");
  EXPECT_EQ(Summary(looked.answer), "empty");
  EXPECT_EQ(Seen("127.53.1.9"), 4u) << "at the end in small letters";
}

// NXNSAttack, NRDelegation: who serves a zone decides which other zone's servers are asked.
TEST_F(AddressesTest, AStrangersZoneIsNotAskedForAllServersThatADelegationNames) {
  constexpr const char* kPrey = "127.53.1.7";
  tree_.Delegate("test", "prey.test", {{"ns.prey.test", kPrey}});
  for (int i = 0; i < 30; ++i) {
    tree_.Add("test", "evil.test NS n" + std::to_string(i) + ".prey.test");
  }
  tree_.Add("test", "good.test NS n15.prey.test");
  tree_.Add("prey.test", "n15.prey.test A 127.53.1.8");
  tree_.Serve("good.test", "127.53.1.8");
  std::atomic<bool> refuses{true};
  tree_.SetOverride(kPrey, [&refuses](const Arrival& query, Outbox* out) {
    if (!refuses) return false;
    out->Send(net::Reply(query.bytes, 0, dns::RCode::kRefused).bytes());
    return true;
  });
  options_.ask.timeout = kShort;
  Start();
  EXPECT_EQ(Lookup("www.evil.test").answer.failure, Reason::kUnresolvableServers);
  EXPECT_LE(Seen(kPrey), query::Account().budget.max_host_queries + 1)
      << "the last one may go on over TCP";
  refuses = false;
  EXPECT_EQ(Summary(Lookup("www.good.test").answer), "empty")
      << "a server that was not asked counts as unknown, not as failed";
}

// RFC 7505's way to say that there is none; no server is asked for the root's addresses.
TEST_F(AddressesTest, TheRootAsAServersNameIsNoServer) {
  tree_.Add("test", "nil.test NS .");
  Start();
  for (const query::Look look : {query::Look::kFirst, query::Look::kOnly}) {
    const Looked looked = Lookup("www.nil.test", {.look = look});
    EXPECT_EQ(looked.answer.failure, Reason::kUnresolvableServers);
  }
  for (const net::SeenQuery& query : server_->seen()) EXPECT_NE(query.name, ".");
}

}  // namespace
}  // namespace caascan::resolve
