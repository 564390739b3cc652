// A patient look: what a recheck does beyond the first one, so that lost datagrams accuse nobody.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

using net::Arrival;
using net::Outbox;

constexpr const char* kFirst = "127.53.1.1";
constexpr const char* kSecond = "127.53.1.2";

class PatienceTest : public IterativeFixture {
 protected:
  PatienceTest() {
    tree_.Delegate("test", "example.test",
                   {{"ns1.example.test", kFirst}, {"ns2.example.test", kSecond}});
    options_.ask.timeout = kShort;
  }

  Looked LookPatiently(std::string_view name) {
    return Lookup(name, {.look = query::Look::kPatient});
  }

  /// As two examinations leave it.
  net::PeerRef KnownSilent(std::string_view address) {
    net::PeerRef peer = client_->network()->PeerFor(server_->At(address));
    peer->NoteProvenSilence();
    EXPECT_FALSE(peer->is_known_silent()) << "one name shows little";
    peer->NoteProvenSilence();
    EXPECT_TRUE(peer->is_known_silent());
    return peer;
  }
};

TEST_F(PatienceTest, EachSilentServerHasTwiceTheTriesOfAll) {
  tree_.SetOverride(kFirst, Silent);
  tree_.SetOverride(kSecond, Silent);
  Start();
  EXPECT_EQ(LookPatiently("example.test").answer.failure, Reason::kNoResponse);
  EXPECT_EQ(Seen(kFirst) + Seen(kSecond), 12u) << "2 times 3 tries, for 2 servers";
  EXPECT_EQ(Seen(kFirst), 6u);
}

// RFC 9520: what a server's failure has cost other names is not spent again for each.
TEST_F(PatienceTest, OneThatIsKnownToBeSilentIsTriedOnce) {
  tree_.SetOverride(kFirst, Silent);
  tree_.SetOverride(kSecond, Silent);
  Start();
  const net::PeerRef first = KnownSilent(kFirst);
  EXPECT_EQ(LookPatiently("example.test").answer.failure, Reason::kNoResponse);
  EXPECT_EQ(Seen(kFirst), 1u);
  EXPECT_EQ(Seen(kSecond), 11u) << "of 12 tries, the one that was left over";
}

TEST_F(PatienceTest, WhereNoOtherLookFollowsEvenThatOneHasItsTries) {
  tree_.SetOverride(kFirst, Silent);
  tree_.SetOverride(kSecond, Silent);
  Start();
  const net::PeerRef first = KnownSilent(kFirst);
  const net::PeerRef second = KnownSilent(kSecond);
  EXPECT_EQ(Lookup("example.test", {.look = query::Look::kOnly}).answer.failure,
            Reason::kNoResponse);
  EXPECT_EQ(Seen(kFirst) + Seen(kSecond), 3u);
}

TEST_F(PatienceTest, OneThatWasSilentAndAnswersIsBelievedAtOnce) {
  Start();
  const net::PeerRef first = KnownSilent(kFirst);
  const net::PeerRef second = KnownSilent(kSecond);
  EXPECT_EQ(Summary(Lookup("example.test").answer), "empty");
  EXPECT_NE(first->is_known_silent(), second->is_known_silent());
}

TEST_F(PatienceTest, ADeadServerLeavesTriesToOneWhoseAnswersGetLost) {
  std::atomic<int> asked{0};
  tree_.SetOverride(kFirst, Silent);
  tree_.SetOverride(kSecond, [&asked](const Arrival&, Outbox*) { return asked.fetch_add(1) < 3; });
  Start();
  EXPECT_EQ(Summary(LookPatiently("example.test").answer), "empty");
}

TEST_F(PatienceTest, ABadServersWordDoesNotEndTheTriesOfASilentOne) {
  std::atomic<int> asked{0};
  tree_.SetOverride(kFirst, Always(dns::RCode::kRefused));
  tree_.SetOverride(kSecond, [&asked](const Arrival&, Outbox*) { return asked.fetch_add(1) < 6; });
  Start();
  EXPECT_EQ(Summary(LookPatiently("example.test").answer), "empty");
}

// Its name's look-up met nothing but silence: that proves nothing, and a later look finds out.
TEST_F(PatienceTest, AServerNameThatNobodyDeniedIsLookedUpAgain) {
  std::atomic<bool> silent{true};
  for (const char* server : {kFirst, kSecond}) {
    tree_.SetOverride(server, [&silent](const Arrival&, Outbox*) { return silent.load(); });
  }
  tree_.Add("example.test", "dns.example.test A 127.53.1.3");
  tree_.Add("test", "hangs.test NS dns.example.test");
  tree_.Serve("hangs.test", "127.53.1.3");
  Start();
  EXPECT_EQ(Lookup("hangs.test").answer.failure, Reason::kUnresolvableServers);
  silent = false;
  client_->Run([](net::Network* network) -> async::Task<> {
    net::Pause pause(network, std::chrono::milliseconds(1100));
    co_await pause;
  }(client_->network()));
  EXPECT_EQ(Lookup("hangs.test").answer.failure, Reason::kUnresolvableServers) << "kept for others";
  EXPECT_EQ(Summary(LookPatiently("hangs.test").answer), "empty");
}

}  // namespace
}  // namespace caascan::resolve
