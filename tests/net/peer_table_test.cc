// Which peers a network keeps, and which it forgets.
#include "scanner/net/peer_table.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kShort(20);

void AnswerAll(const Arrival& query, Outbox* out) { out->Send(Reply(query.bytes).bytes()); }
void Ignore(const Arrival&, Outbox*) {}

async::Address A(int number) {
  return async::Address::FromText("192.0.2." + std::to_string(number), 53).value();
}

/// A network that remembers four peers.
class PeerTableTest : public testing::Test {
 protected:
  explicit PeerTableTest(size_t capacity = 4) : client_(limits_, {.peer_capacity = capacity}) {}

  Network* network() { return client_.network(); }
  /// The peer's turn to be told of us is over: only a new one has another.
  void Mark(const async::Address& address) {
    EXPECT_TRUE(network()->PeerFor(address)->TakeContactTurn()) << address.ToText();
  }
  /// Is it the one that was marked?
  bool IsRemembered(const async::Address& address) {
    return !network()->PeerFor(address)->TakeContactTurn();
  }
  /// The network keeps the four that answered last: see Outage. These take their places.
  void AskFourOthers(const FakeServer& server) {
    for (const char* host : {"127.9.0.1", "127.9.0.2", "127.9.0.3", "127.9.0.4"}) {
      EXPECT_EQ(client_.Ask(server.At(host)).result.status, ExchangeStatus::kReply);
    }
  }
  /// Makes so many others that everything plain that is not in use is forgotten.
  void Flood() {
    for (int i = 100; i < 110; ++i) (void)network()->PeerFor(A(i));
    network()->Flush();
  }

  pacing::SharedLimits limits_{pacing::LimitOptions{.server_rate_qps = 100}};
  Client client_;
};

TEST_F(PeerTableTest, TheLeastRecentlyUsedIsForgottenFirst) {
  for (int i = 1; i <= 4; ++i) Mark(A(i));
  network()->Flush();
  EXPECT_EQ(network()->peer_count(), 4u);
  (void)network()->PeerFor(A(1));  // And so the second one is the least recently used.
  Mark(A(5));
  EXPECT_EQ(network()->peer_count(), 5u) << "nothing is forgotten before the turn's end";
  network()->Flush();
  EXPECT_EQ(network()->peer_count(), 4u);
  for (const int i : {1, 3, 4, 5}) EXPECT_TRUE(IsRemembered(A(i))) << i;
  EXPECT_FALSE(IsRemembered(A(2)));
}

TEST_F(PeerTableTest, WhatIsReferredToStays) {
  std::vector<PeerRef> kept;
  for (int i = 1; i <= 20; ++i) kept.push_back(network()->PeerFor(A(i)));
  Flood();
  EXPECT_EQ(network()->peer_count(), 24u) << "those do not count";
  for (int i = 1; i <= 20; ++i) {
    EXPECT_EQ(network()->PeerFor(A(i)).get(), kept[static_cast<size_t>(i) - 1].get());
  }
  const Peer* last = kept.back();
  PeerRef copy = kept.back();
  kept.clear();
  Flood();
  EXPECT_EQ(network()->PeerFor(A(20)).get(), last);
  PeerRef moved = std::move(copy);
  Flood();
  EXPECT_EQ(moved->address(), A(20));
  EXPECT_EQ(moved->references(), 1u);
  moved = nullptr;
  Flood();
  EXPECT_EQ(network()->peer_count(), 4u);
}

TEST_F(PeerTableTest, AForgottenOneIsMadeAnew) {
  FakeServer server(AnswerAll);
  const async::Address address = server.At("127.0.0.1");
  EXPECT_EQ(client_.Ask(address).result.status, ExchangeStatus::kReply);
  AskFourOthers(server);
  EXPECT_GT(network()->PeerFor(address)->srtt().count(), 0);
  Flood();
  EXPECT_EQ(network()->PeerFor(address)->srtt().count(), 0);
  EXPECT_EQ(client_.Ask(address).result.status, ExchangeStatus::kReply) << "and asked as ever";
}

TEST_F(PeerTableTest, PlainOnesAreForgottenBeforeThoseThatShowedSomething) {
  FakeServer server(Ignore);
  const async::Address silent = server.At("127.0.0.1");
  EXPECT_EQ(client_.Ask(silent, Protocol::kUdp, kShort).result.status, ExchangeStatus::kTimeout);
  network()->PeerFor(A(1))->NoteLetterCase(Peer::LetterCase::kSensitive);
  const async::Address paced = server.At("127.0.0.2");
  const std::chrono::nanoseconds now = client_.loop()->now();
  pacing::AddressBudget* budget = limits_.BudgetFor(paced);
  budget->Report({50, 50}, now, kShort, now + seconds(3));
  ASSERT_TRUE(budget->has_pace());
  EXPECT_EQ(client_.Ask(paced, Protocol::kTcp, kShort).result.status, ExchangeStatus::kTimeout);
  for (int i = 0; i < 20; ++i) Flood();
  EXPECT_EQ(network()->peer_count(), 4u);
  EXPECT_EQ(network()->PeerFor(silent)->silences(), 1u);
  EXPECT_EQ(network()->PeerFor(A(1))->letter_case(), Peer::LetterCase::kSensitive);
  EXPECT_GT(network()->PeerFor(paced)->silences(), 0u);
}

TEST_F(PeerTableTest, ThoseThatShowedSomethingAreBoundedToo) {
  for (int i = 1; i <= 10; ++i) {
    network()->PeerFor(A(i))->NoteLetterCase(Peer::LetterCase::kSound);
  }
  network()->Flush();
  EXPECT_EQ(network()->peer_count(), 4u);
  Flood();
  for (int i = 7; i <= 10; ++i) {
    EXPECT_EQ(network()->PeerFor(A(i))->letter_case(), Peer::LetterCase::kSound) << i;
  }
}

TEST_F(PeerTableTest, AShareOfItsMemoryIsEachUsers) {
  const PeerRef one = network()->PeerFor(A(1));
  const size_t all = one->memory_share();
  EXPECT_GE(all, sizeof(Peer));
  const std::vector<PeerRef> more(3, one);
  EXPECT_EQ(one->memory_share(), all / 4);
}

/// A network that remembers nothing.
class NoMemoryTest : public PeerTableTest {
 protected:
  NoMemoryTest() : PeerTableTest(0) {}
};

TEST_F(NoMemoryTest, WhatIsAskedStaysUntilItHasAnswered) {
  FakeServer server(AnswerAll);
  for (const Protocol transport : {Protocol::kUdp, Protocol::kTcp}) {
    std::vector<std::unique_ptr<Got>> got;
    for (int i = 1; i <= 40; ++i) {
      got.push_back(std::make_unique<Got>());
      const std::string host = "127.0.0." + std::to_string(1 + i % 8);
      client_.Start(client_.AskTask(server.At(host), transport, seconds(10), "www.example.com",
                                    got.back().get()));
      Flood();
    }
    client_.Wait();
    for (const auto& each : got) EXPECT_EQ(each->result.status, ExchangeStatus::kReply);
  }
  network()->Flush();
  EXPECT_EQ(network()->peer_count(), 8u) << "their connections stand";
}

TEST_F(NoMemoryTest, SilenceAndTheEndOfTheScanLetThemGo) {
  FakeServer server(Ignore);
  for (int i = 1; i <= 8; ++i) {
    EXPECT_EQ(client_.Ask(server.At("127.0.0." + std::to_string(i)), Protocol::kUdp, kShort)
                  .result.status,
              ExchangeStatus::kTimeout);
  }
  network()->Flush();
  EXPECT_EQ(network()->peer_count(), 0u);
  client_.AtNextTurn([this] { network()->CancelAll(); });
  EXPECT_EQ(client_.Ask(server.At("127.0.0.1")).result.status, ExchangeStatus::kCancelled);
  network()->Flush();
  EXPECT_EQ(network()->peer_count(), 0u);
}

// The rate holds though the peer is forgotten between any two queries.
TEST_F(NoMemoryTest, ABudgetOutlivesItsPeer) {
  FakeServer server(AnswerAll);
  pacing::AddressBudget* budget = limits_.BudgetFor(server.At("127.0.0.1"));
  limits_.GiveBack(budget, client_.loop()->now());
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 11; ++i) {
    Mark(server.At("127.0.0.1"));
    EXPECT_EQ(client_.Ask(server.At("127.0.0.1")).result.status, ExchangeStatus::kReply);
    AskFourOthers(server);
    network()->Flush();
    EXPECT_EQ(network()->peer_count(), 4u);
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(90));
  EXPECT_EQ(limits_.BudgetFor(server.At("127.0.0.1")), budget);
}

}  // namespace
}  // namespace caascan::net
