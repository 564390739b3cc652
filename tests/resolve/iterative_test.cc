// Look-ups from the root down: walks, server names, aliases, what is shared and what is limited.
// What single servers do wrong is in iterative_servers_test.cc.
#include "scanner/resolve/iterative.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/net/reply.h"
#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class IterativeTest : public IterativeFixture {
 protected:
  /// A reason, or kNoCaa where the look-up did not fail.
  static Reason FailureOf(const Looked& looked) {
    return looked.answer.status == query::LookupStatus::kFailed ? looked.answer.failure
                                                                : Reason::kNoCaa;
  }
};

TEST_F(IterativeTest, WalksFromTheRootToTheZone) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  tree_.Add("example.test", "www.example.test CAA 0 issue ca.example");
  tree_.Add("example.test", "www.example.test CAA 128 iodef mailto:x");
  Start();
  const Looked looked = Lookup("WWW.example.test");
  ASSERT_EQ(looked.answer.status, query::LookupStatus::kRecords);
  EXPECT_EQ(looked.answer.rrset.records,
            (std::vector<CaaRecord>{{0, "issue", "ca.example"}, {128, "iodef", "mailto:x"}}));
  EXPECT_EQ(looked.answer.rrset.owner, "www.example.test");
  EXPECT_EQ(looked.answer.rrset.ttl_s, 300u);
  EXPECT_EQ(query::NameText(looked.answer.zone), "example.test");
  EXPECT_EQ(looked.account.budget.queries, 3u);
  EXPECT_EQ(looked.account.retries, 0u);
  EXPECT_THAT(looked.account.attempts, IsEmpty());
  EXPECT_THAT(looked.account.observations, IsEmpty());
  const std::vector<net::SeenQuery> seen = server_->seen();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].server, kRoot);
  EXPECT_EQ(seen[1].server, kTld);
  EXPECT_EQ(seen[2].server, "127.53.1.1");
  for (const net::SeenQuery& query : seen) {
    EXPECT_EQ(query.name, "www.example.test");
    EXPECT_EQ(query.type, dns::RRType::kCAA);
    EXPECT_FALSE(query.recursion_desired);
  }
}

TEST_F(IterativeTest, RemembersDelegations) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  tree_.Delegate("test", "other.test", {{"ns1.other.test", "127.53.1.2"}});
  Start();
  EXPECT_EQ(Summary(Lookup("example.test").answer), "empty");
  EXPECT_EQ(Lookup("nowhere.example.test").account.budget.queries, 1u)
      << "in small letters from then on";
  EXPECT_EQ(Lookup("www.other.test").account.budget.queries, 3u)
      << "from the TLD on, and a denial that is compared with one in small letters";
  EXPECT_EQ(Lookup("test").account.budget.queries, 1u) << "a zone's own servers know its apex";
  EXPECT_EQ(Seen(kRoot), 1u);
}

TEST_F(IterativeTest, NodataAndNxdomainAreEmpty) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  Start();
  const Looked apex = Lookup("example.test");
  EXPECT_EQ(apex.answer.status, query::LookupStatus::kEmpty);
  EXPECT_EQ(apex.answer.ttl_s, 60u);
  EXPECT_EQ(query::NameText(apex.answer.zone), "example.test");
  EXPECT_EQ(Lookup("nowhere.example.test").answer.status, query::LookupStatus::kEmpty);
}

TEST_F(IterativeTest, KeepsWhatEveryServerDidWhereAsked) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  Start();
  const Looked looked = Lookup("example.test", {.keep_all_attempts = true});
  std::vector<std::string> lines;
  for (const query::Attempt& attempt : looked.account.attempts) {
    lines.push_back(query::NameText(attempt.host) + " " + attempt.peer->address().ToText() + " " +
                    std::string(ServerResultCode(attempt.result)));
    EXPECT_TRUE(attempt.answered);
    EXPECT_GT(attempt.rtt.count(), 0);
  }
  EXPECT_THAT(lines,
              ElementsAre("a.root-servers.test 127.53.0.1 referral",
                          "ns.nic.test 127.53.0.2 referral", "ns1.example.test 127.53.1.1 answer"));
}

// Server names without glue (RFC 1034 §5.3.3).

TEST_F(IterativeTest, ResolvesServerNamesOfOtherZones) {
  tree_.Delegate("test", "hoster.test", {{"ns1.hoster.test", "127.53.1.1"}});
  tree_.Add("hoster.test", "dns.hoster.test A 127.53.1.2");
  tree_.Add("test", "example.test NS dns.hoster.test");
  tree_.Serve("example.test", "127.53.1.2");
  tree_.Add("example.test", "example.test CAA 0 issue ca.example");
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(Summary(looked.answer), "issue ca.example");
  EXPECT_EQ(Seen({}, "dns.hoster.test"), 2u) << "the TLD, then the hoster";
  EXPECT_EQ(looked.account.budget.queries, 5u);
  EXPECT_EQ(Lookup("www.example.test").account.budget.queries, 1u);
}

TEST_F(IterativeTest, ResolvesServerNamesThroughServerNames) {
  for (int i = 0; i < 4; ++i) {
    const std::string zone = "z" + std::to_string(i) + ".test";
    tree_.Add("test", zone + " NS ns.z" + std::to_string(i + 1) + ".test");
    tree_.Serve(zone, "127.53.2." + std::to_string(i));
    if (i > 0) tree_.Add(zone, "ns." + zone + " A 127.53.2." + std::to_string(i - 1));
  }
  tree_.Delegate("test", "z4.test", {{"glued.z4.test", "127.53.2.4"}});
  tree_.Add("z4.test", "ns.z4.test A 127.53.2.3");
  tree_.Add("z0.test", "z0.test CAA 0 issue ca.example");
  Start();
  EXPECT_EQ(Summary(Lookup("z0.test").answer), "issue ca.example");
}

TEST_F(IterativeTest, AServerNameMayBeAnAlias) {
  tree_.Delegate("test", "hoster.test", {{"ns1.hoster.test", "127.53.1.1"}});
  tree_.Add("hoster.test", "dns.hoster.test CNAME real.hoster.test");
  tree_.Add("hoster.test", "real.hoster.test A 127.53.1.2");
  tree_.Add("test", "example.test NS dns.hoster.test");
  tree_.Serve("example.test", "127.53.1.2");
  tree_.Add("example.test", "example.test CAA 0 issue ca.example");
  Start();
  EXPECT_EQ(Summary(Lookup("example.test").answer), "issue ca.example")
      << "RFC 2181 §10.3 forbids it, resolvers follow it";
}

TEST_F(IterativeTest, AServerNameIsResolvedOnceHoweverManyWait) {
  tree_.Delegate("test", "hoster.test", {{"ns1.hoster.test", "127.53.1.1"}});
  tree_.Add("hoster.test", "dns.hoster.test A 127.53.1.2");
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) {
    names.push_back("d" + std::to_string(i) + ".test");
    tree_.Add("test", names.back() + " NS dns.hoster.test");
    tree_.Serve(names.back(), "127.53.1.2");
  }
  Start();
  for (const Looked& looked : LookupAll(names)) EXPECT_EQ(Summary(looked.answer), "empty");
  EXPECT_EQ(Seen("127.53.1.1", "dns.hoster.test"), 1u);
  EXPECT_EQ(Seen(kTld, "dns.hoster.test"), 1u);
}

TEST_F(IterativeTest, ServerNamesThatDoNotExistMakeAZoneUnresolvable) {
  tree_.Add("test", "example.test NS nowhere.test");
  tree_.Add("test", "example.test NS nowhere.invalid");
  Start();
  const Looked looked = Lookup("www.example.test");
  EXPECT_EQ(FailureOf(looked), Reason::kUnresolvableServers);
  EXPECT_EQ(query::NameText(looked.answer.zone), "example.test");
  ASSERT_EQ(looked.answer.attempts.size(), 2u);
  for (const query::Attempt& attempt : looked.answer.attempts) {
    EXPECT_EQ(attempt.result, ServerResult::kUnresolved);
    EXPECT_EQ(attempt.peer, nullptr);
  }
  EXPECT_EQ(Lookup("other.example.test").account.budget.queries, 0u) << "known meanwhile";
}

TEST_F(IterativeTest, AServerInItsOwnZoneWithoutGlueIsUnresolvable) {
  tree_.Add("test", "example.test NS ns1.example.test");
  Start();
  EXPECT_EQ(FailureOf(Lookup("example.test")), Reason::kUnresolvableServers);
}

TEST_F(IterativeTest, ZonesThatHangOnEachOtherAreUnresolvableAndNobodyHangs) {
  tree_.Add("test", "a.test NS ns.b.test");
  tree_.Add("test", "b.test NS ns.a.test");
  Start();
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) {
    names.push_back("n" + std::to_string(i) + (i % 2 == 0 ? ".a.test" : ".b.test"));
  }
  for (const Looked& looked : LookupAll(names)) {
    EXPECT_EQ(FailureOf(looked), Reason::kUnresolvableServers);
  }
  EXPECT_LE(server_->seen_count(), 50u);
}

TEST_F(IterativeTest, ACircleOfManyZonesEnds) {
  std::vector<std::string> names;
  for (int i = 0; i < 12; ++i) {
    const std::string zone = "c" + std::to_string(i) + ".test";
    tree_.Add("test", zone + " NS ns.c" + std::to_string((i + 1) % 12) + ".test");
    names.push_back("www." + zone);
  }
  Start();
  for (const Looked& looked : LookupAll(names)) {
    EXPECT_EQ(FailureOf(looked), Reason::kUnresolvableServers);
  }
}

// Within the circle ns.a cannot be reached by way of b, since b is being reached by way of it. Seen
// from elsewhere it can: what a circle kept from us is nothing to remember.
TEST_F(IterativeTest, ACircleThatHasAnExitIsNoFailureForOthers) {
  tree_.Add("test", "a.test NS ns.b.test");
  tree_.Add("test", "b.test NS ns.a.test");
  tree_.Add("test", "b.test NS ns.c.test");
  tree_.Delegate("test", "c.test", {{"ns0.c.test", "127.53.3.3"}});
  tree_.Add("c.test", "ns.c.test A 127.53.3.2");
  tree_.Serve("b.test", "127.53.3.2");
  tree_.Add("b.test", "ns.b.test A 127.53.3.1");
  tree_.Serve("a.test", "127.53.3.1");
  tree_.Add("a.test", "ns.a.test A 127.53.3.4");
  tree_.Add("test", "d.test NS ns.a.test");
  tree_.Serve("d.test", "127.53.3.4");
  tree_.Add("d.test", "d.test CAA 0 issue ca.example");
  Start();
  EXPECT_EQ(Summary(Lookup("www.a.test").answer), "empty");
  EXPECT_EQ(Summary(Lookup("d.test").answer), "issue ca.example");
}

TEST_F(IterativeTest, AnAttackByManyServerNamesIsBounded) {
  // NXNSAttack: a referral to a hundred names, all in a victim's zone.
  tree_.Delegate("test", "victim.test", {{"ns1.victim.test", "127.53.1.1"}});
  for (int i = 0; i < 100; ++i) {
    tree_.Add("test", "evil.test NS n" + std::to_string(i) + ".victim.test");
  }
  Start();
  const Looked first = Lookup("a.evil.test");
  EXPECT_EQ(FailureOf(first), Reason::kTooManyQueries) << "some of them were not looked for";
  EXPECT_LE(Seen("127.53.1.1"), first.account.budget.max_host_queries + 2)
      << "one is asked in small letters too, and the apex";
  EXPECT_EQ(FailureOf(Lookup("b.evil.test")), Reason::kUnresolvableServers) << "asks for the rest";
  const size_t before = server_->seen_count();
  EXPECT_EQ(FailureOf(Lookup("c.evil.test")), Reason::kUnresolvableServers);
  EXPECT_EQ(server_->seen_count(), before) << "what is known to fail is not asked again at once";
}

TEST_F(IterativeTest, ReferralsOneLabelAtATimeEnd) {
  tree_.SetOverride(kTld, [](const net::Arrival& query, net::Outbox* out) {
    // Refers each time one label further down, to itself.
    static thread_local size_t labels = 1;
    dns::Name name = net::ParseQuery(query.bytes).question_name().ToName();
    name.ToLower();
    labels = std::min(labels + 1, name.view().label_count());
    net::Reply reply(query.bytes, dns::kFlagQR);
    reply.Authority(name.view().suffix(labels).ToText(), dns::RRType::kNS,
                    net::NameBytes("ns.nic.test"));
    reply.Additional("ns.nic.test", dns::RRType::kA, net::AddressBytes(kTld));
    out->Send(reply.bytes());
    return true;
  });
  Start();
  const Looked looked = Lookup("a.b.c.d.e.f.g.h.i.j.k.test");
  EXPECT_EQ(FailureOf(looked), Reason::kUnresolvableServers)
      << "glue of the TLD is out of the deeper zones' bailiwick";
  EXPECT_LE(looked.account.budget.queries, 20u);
}

// Aliases (RFC 1034 §5.3.3 step 4c, RFC 6672).

class AliasTest : public IterativeTest {
 protected:
  AliasTest() {
    tree_.Delegate("test", "a.test", {{"ns.a.test", "127.53.1.1"}});
    tree_.Delegate("test", "b.test", {{"ns.b.test", "127.53.1.2"}});
  }
};

TEST_F(AliasTest, AreFollowedAcrossZones) {
  tree_.Add("a.test", "www.a.test CNAME web.b.test");
  tree_.Add("b.test", "web.b.test CNAME cdn.a.test");
  tree_.Add("a.test", "cdn.a.test CAA 0 issue ca.example");
  Start();
  const Looked looked = Lookup("www.a.test");
  EXPECT_EQ(Summary(looked.answer), "issue ca.example");
  EXPECT_THAT(query::NameTexts(looked.answer.cname), ElementsAre("web.b.test", "cdn.a.test"));
  EXPECT_EQ(looked.answer.rrset.owner, "cdn.a.test");
}

TEST_F(AliasTest, ATargetWithoutCaaIsEmpty) {
  tree_.Add("a.test", "www.a.test CNAME web.b.test");
  tree_.Add("a.test", "gone.a.test CNAME nowhere.b.test");
  tree_.Add("b.test", "web.b.test A 127.0.0.1");
  Start();
  EXPECT_EQ(Summary(Lookup("www.a.test").answer), "empty");
  EXPECT_EQ(Summary(Lookup("gone.a.test").answer), "empty");
  EXPECT_EQ(query::NameText(Lookup("gone.a.test").answer.zone), "b.test");
}

TEST_F(AliasTest, TheRootCanBeATarget) {
  tree_.Add("a.test", "www.a.test CNAME .");
  Start();
  EXPECT_EQ(Summary(Lookup("www.a.test").answer), "empty");
}

TEST_F(AliasTest, DnamesAreFollowed) {
  tree_.Add("a.test", "old.a.test DNAME new.b.test");
  tree_.Add("b.test", "www.new.b.test CAA 0 issue ca.example");
  Start();
  const Looked looked = Lookup("www.old.a.test");
  EXPECT_EQ(Summary(looked.answer), "issue ca.example");
  EXPECT_THAT(query::NameTexts(looked.answer.cname), ElementsAre("www.new.b.test"));
  EXPECT_EQ(Summary(Lookup("old.a.test").answer), "empty") << "a DNAME does not redirect itself";
}

TEST_F(AliasTest, ALoopAcrossZonesFails) {
  tree_.Add("a.test", "www.a.test CNAME web.b.test");
  tree_.Add("b.test", "web.b.test CNAME www.a.test");
  Start();
  const Looked looked = Lookup("www.a.test");
  EXPECT_EQ(FailureOf(looked), Reason::kAliasLoop);
  EXPECT_LE(looked.account.budget.queries, 6u);
}

TEST_F(AliasTest, AChainWithoutEndFails) {
  tree_.Add("a.test", "a.test DNAME b.test");
  tree_.Add("b.test", "b.test DNAME x.a.test");
  Start();
  const Looked looked = Lookup("www.a.test");
  EXPECT_EQ(FailureOf(looked), Reason::kAliasLoop);
  EXPECT_LE(looked.account.budget.queries, 30u);
}

TEST_F(AliasTest, AFailureBehindAnAliasIsTheTargetsZones) {
  tree_.Add("a.test", "www.a.test CNAME web.b.test");
  tree_.SetOverride("127.53.1.2", Always(dns::RCode::kServFail));
  Start();
  const Looked looked = Lookup("www.a.test");
  EXPECT_EQ(FailureOf(looked), Reason::kServfail);
  EXPECT_EQ(query::NameText(looked.answer.zone), "b.test");
  EXPECT_THAT(query::NameTexts(looked.answer.cname), ElementsAre("web.b.test"));
}

// Sharing.

TEST_F(IterativeTest, ManyNamesOfOneTldAskTheRootOnce) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  Start();
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("n" + std::to_string(i) + ".example.test");
  for (const Looked& looked : LookupAll(names)) EXPECT_EQ(Summary(looked.answer), "empty");
  EXPECT_EQ(Seen(kRoot), 1u);
}

TEST_F(IterativeTest, WhoWaitsForAQuestionThatFailsAsksHimself) {
  std::atomic<int> asked{0};
  tree_.SetOverride(kRoot, [&asked](const net::Arrival& query, net::Outbox* out) {
    if (asked.fetch_add(1) > 1) return false;  // The same in small letters.
    return Always(dns::RCode::kServFail)(query, out);
  });
  options_.retries = 0;
  Start();
  const std::deque<Looked> looked = LookupAll({"one.test", "two.test", "three.test"});
  EXPECT_EQ(FailureOf(looked[0]), Reason::kServfail);
  EXPECT_EQ(Summary(looked[1].answer), "empty");
  EXPECT_EQ(Summary(looked[2].answer), "empty");
}

TEST_F(IterativeTest, TinyCachesOnlyCostQueries) {
  options_.zone_capacity = 1;
  options_.host_capacity = 1;
  tree_.Delegate("test", "hoster.test", {{"ns1.hoster.test", "127.53.1.1"}});
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) {
    const std::string zone = "d" + std::to_string(i) + ".test";
    const std::string host = "n" + std::to_string(i % 7) + ".hoster.test";
    tree_.Add("test", zone + " NS " + host);
    if (i < 7) tree_.Add("hoster.test", host + " A 127.53.1.2");
    tree_.Serve(zone, "127.53.1.2");
    names.push_back("www." + zone);
  }
  Start();
  for (int round = 0; round < 2; ++round) {
    for (const Looked& looked : LookupAll(names)) EXPECT_EQ(Summary(looked.answer), "empty");
  }
}

// Limits.

TEST_F(IterativeTest, AUsedUpBudgetIsTooManyQueries) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  Start();
  const Looked looked = Lookup("www.example.test", {.max_queries = 2});
  EXPECT_EQ(FailureOf(looked), Reason::kTooManyQueries);
  EXPECT_EQ(looked.account.budget.queries, 2u);
  EXPECT_EQ(Summary(Lookup("www.example.test").answer), "empty");
}

TEST_F(IterativeTest, WhatABudgetKeptFromUsIsHeldAgainstNobody) {
  tree_.Delegate("test", "hoster.test", {{"ns1.hoster.test", "127.53.1.1"}});
  tree_.Add("hoster.test", "dns.hoster.test A 127.53.1.2");
  tree_.Add("test", "example.test NS dns.hoster.test");
  tree_.Serve("example.test", "127.53.1.2");
  Start();
  const Looked looked = Lookup("example.test", {.max_queries = 3});
  EXPECT_EQ(FailureOf(looked), Reason::kTooManyQueries);
  for (const query::Attempt& attempt : looked.account.attempts) {
    EXPECT_NE(attempt.result, ServerResult::kUnresolved)
        << query::NameText(attempt.host) << " was not asked for";
  }
  EXPECT_EQ(Summary(Lookup("example.test").answer), "empty") << "the next one begins anew";
}

// One query at a time, at a server that lets each of them run out: the others would stand in line.
TEST_F(IterativeTest, WhoWouldStandInLineIsPutOff) {
  tree_.Delegate("test", "busy.test", {{"ns1.busy.test", "127.53.1.1"}});
  tree_.SetOverride("127.53.1.1", Silent);
  options_.ask.timeout = kShort;
  options_.retries = 0;
  Start({.server_inflight = 1});
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("n" + std::to_string(i) + ".busy.test");
  const net::PeerRef busy = client_->network()->PeerFor(server_->At("127.53.1.1"));
  size_t put_off = 0;
  for (const Looked& looked : LookupAll(names, {.when_busy = query::WhenBusy::kPutOff})) {
    if (looked.answer.status != query::LookupStatus::kPutOff) {
      EXPECT_EQ(FailureOf(looked), Reason::kNoResponse);
      continue;
    }
    ++put_off;
    EXPECT_EQ(looked.answer.busy, busy);
    EXPECT_THAT(looked.account.attempts, IsEmpty());
  }
  EXPECT_GE(put_off, 20u);
  EXPECT_EQ(Seen("127.53.1.1"), names.size() - put_off);
}

// RFC 7766 §6.2.4: a busy server may close a connection that it would serve at another time.
TEST_F(IterativeTest, AConnectionClosedOnceIsHeldAgainstNobody) {
  tree_.Delegate("test", "example.test", {{"ns1.example.test", "127.53.1.1"}});
  tree_.Add("example.test", "example.test CAA 0 issue ca.example");
  bool closed = false;
  tree_.SetOverride("127.53.1.1", [&closed](const net::Arrival& query, net::Outbox* out) {
    if (query.transport == net::Protocol::kUdp) {
      out->Send(net::Reply(query.bytes, net::Reply::kAuthoritative | dns::kFlagTC).bytes());
      return true;
    }
    if (closed) return false;
    closed = true;
    out->Close();
    return true;
  });
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(Summary(looked.answer), "issue ca.example");
  EXPECT_TRUE(closed);
  EXPECT_THAT(looked.account.observations, IsEmpty());
}

TEST_F(IterativeTest, CancellingEndsEveryLookupWhereverItWaits) {
  tree_.Delegate("test", "silent.test", {{"ns1.silent.test", "127.53.1.1"}});
  tree_.SetOverride("127.53.1.1", Silent);
  tree_.Add("test", "waits.test NS dns.silent.test");
  Start();
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) {
    names.push_back("n" + std::to_string(i) + ".silent.test");
    names.push_back("n" + std::to_string(i) + ".waits.test");
  }
  // Not at once: when all wait for the silent server, some by way of a server's name.
  class Canceller : public async::Timer {
   public:
    explicit Canceller(net::Network* network) : network_(network) {}

   private:
    void OnTimer() override { network_->CancelAll(); }
    net::Network* const network_;
  } canceller(client_->network());
  client_->loop()->Arm(&canceller, std::chrono::milliseconds(100));
  for (const Looked& looked : LookupAll(names)) EXPECT_EQ(FailureOf(looked), Reason::kStopped);
  EXPECT_EQ(FailureOf(Lookup("later.test")), Reason::kStopped);
}

}  // namespace
}  // namespace caascan::resolve
