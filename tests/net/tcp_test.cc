// Exchanges over TCP with a server on loopback (RFC 7766).
#include "scanner/net/tcp.h"

#include <atomic>
#include <cerrno>
#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kShort(40);
constexpr milliseconds kLong = seconds(20);

void AnswerAll(const Arrival& query, Outbox* out) { out->Send(Reply(query.bytes).bytes()); }
void Ignore(const Arrival&, Outbox*) {}

std::string NameOf(size_t i) { return "n" + std::to_string(i) + ".example"; }

/// Asks `count` names at once.
std::deque<Got> AskMany(Client* client, const async::Address& server, size_t count,
                        milliseconds timeout = kLong) {
  std::deque<Got> got(count);
  for (size_t i = 0; i < count; ++i) {
    client->Start(client->AskTask(server, Protocol::kTcp, timeout, NameOf(i), &got[i]));
  }
  client->Wait();
  return got;
}

void ExpectOwnAnswers(const std::deque<Got>& got) {
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].result.status, ExchangeStatus::kReply) << NameOf(i);
    EXPECT_EQ(QuestionText(got[i].message), NameOf(i));
  }
}

/// The highest number of a connection that a query came over, and one.
unsigned ConnectionsUsed(const FakeServer& server) {
  unsigned used = 0;
  for (const SeenQuery& query : server.seen()) used = std::max(used, query.connection + 1);
  return used;
}

TEST(TcpTest, GivesTheAnswer) {
  FakeServer server(AnswerAll);
  Client client;
  const Got got = client.Ask(server.At("127.0.0.1"), Protocol::kTcp);
  ASSERT_EQ(got.result.status, ExchangeStatus::kReply);
  EXPECT_GT(got.result.rtt.count(), 0);
  EXPECT_EQ(QuestionText(got.message), "www.example.com");
  EXPECT_EQ(server.seen()[0].transport, Protocol::kTcp);
  EXPECT_EQ(client.network()->stats().tcp_queries, 1u);
  EXPECT_EQ(client.network()->stats().udp_queries, 0u);
}

// RFC 7766 §6.2.1: one connection, reused, its queries not waiting for each other's answers.
TEST(TcpTest, PipelinesOnOneConnection) {
  FakeServer server(AnswerAll);
  Client client;
  ExpectOwnAnswers(AskMany(&client, server.At("127.0.0.1"), 1000));
  ExpectOwnAnswers(AskMany(&client, server.At("127.0.0.1"), 10));
  EXPECT_EQ(ConnectionsUsed(server), 1u);
}

TEST(TcpTest, OpensOneConnectionAnAddress) {
  FakeServer server(AnswerAll);
  Client client;
  for (const char* host : {"127.0.0.1", "127.0.0.2", "127.0.0.1"}) {
    EXPECT_EQ(client.Ask(server.At(host), Protocol::kTcp).result.status, ExchangeStatus::kReply);
  }
  EXPECT_EQ(ConnectionsUsed(server), 2u);
}

// RFC 7766 §7: answers may come in any order, and are matched by ID and question.
TEST(TcpTest, TakesAnswersOutOfOrder) {
  constexpr size_t kCount = 20;
  std::vector<std::vector<uint8_t>> held;
  FakeServer server([&held](const Arrival& query, Outbox* out) {
    held.push_back(Reply(query.bytes).bytes());
    if (held.size() < kCount) return;
    for (; !held.empty(); held.pop_back()) out->Send(held.back());
  });
  Client client;
  ExpectOwnAnswers(AskMany(&client, server.At("127.0.0.1"), kCount));
}

TEST(TcpTest, PutsAnswersTogetherFromSmallPieces) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    const std::vector<uint8_t> answer = Reply(query.bytes).bytes();
    std::vector<uint8_t> framed = {0, static_cast<uint8_t>(answer.size())};
    framed.insert(framed.end(), answer.begin(), answer.end());
    for (const uint8_t octet : framed) out->SendRaw({&octet, 1});
  });
  Client client;
  ExpectOwnAnswers(AskMany(&client, server.At("127.0.0.1"), 3));
}

TEST(TcpTest, TakesTheLargestAnswerThereIs) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    Reply reply(query.bytes);
    const std::string padding(50'000, 'x');
    reply.Answer("x.example", dns::RRType::kTXT, padding);
    std::vector<uint8_t> whole = reply.bytes();
    whole.resize(dns::kMaxMessageSize);
    out->Send(whole);
  });
  Client client;
  const std::deque<Got> got = AskMany(&client, server.At("127.0.0.1"), 3);
  for (const Got& each : got) {
    EXPECT_EQ(each.result.status, ExchangeStatus::kReply);
    EXPECT_EQ(each.message.size(), dns::kMaxMessageSize);
  }
}

TEST(TcpTest, ARefusedConnectionIsUnreachable) {
  Client client;
  const Got got = client.Ask(async::Address::FromText("127.0.0.1", ClosedPort()).value(),
                             Protocol::kTcp, kLong);
  EXPECT_EQ(got.result.status, ExchangeStatus::kUnreachable);
  EXPECT_EQ(got.result.error, ECONNREFUSED);
}

// What the system refuses to try is our own side's fault, not the server's.
TEST(TcpTest, AConnectionThatCannotBeTriedIsASendFailure) {
  Client client;
  const Got got =
      client.Ask(async::Address::FromText("255.255.255.255", 53).value(), Protocol::kTcp, kLong);
  EXPECT_EQ(got.result.status, ExchangeStatus::kSendFailed);
  EXPECT_NE(got.result.error, 0);
}

// An ID is 16 bits: what is beyond goes over another connection.
TEST(TcpTest, MoreInFlightThanAConnectionHasIdsAllEnd) {
  Client client;
  const async::Address closed = async::Address::FromText("127.0.0.1", ClosedPort()).value();
  size_t refused = 0;
  for (const Got& got : AskMany(&client, closed, 66'000)) {
    if (got.result.status == ExchangeStatus::kUnreachable) ++refused;
  }
  EXPECT_EQ(refused, 66'000u);
}

TEST(TcpTest, SilenceIsATimeout) {
  FakeServer server(Ignore);
  Client client;
  const auto begun = steady_clock::now();
  const Got got = client.Ask(server.At("127.0.0.1"), Protocol::kTcp, kShort);
  EXPECT_EQ(got.result.status, ExchangeStatus::kTimeout);
  EXPECT_GE(steady_clock::now() - begun, kShort);
}

TEST(TcpTest, AnEndWithoutAnAnswerIsClosed) {
  FakeServer server([](const Arrival&, Outbox* out) { out->Close(); });
  Client client;
  for (const Got& got : AskMany(&client, server.At("127.0.0.1"), 3)) {
    EXPECT_EQ(got.result.status, ExchangeStatus::kClosed);
  }
}

// RFC 7766 §6.2.4: a server may close a connection just as it is used again; the query is then sent
// on a new one.
TEST(TcpTest, AQueryThatMeetsTheEndOfAUsedConnectionIsSentAgain) {
  std::atomic<int> asked{0};
  FakeServer server([&asked](const Arrival& query, Outbox* out) {
    if (asked.fetch_add(1) == 1) {
      out->Close();
    } else {
      AnswerAll(query, out);
    }
  });
  Client client;
  const async::Address address = server.At("127.0.0.1");
  EXPECT_EQ(client.Ask(address, Protocol::kTcp).result.status, ExchangeStatus::kReply);
  EXPECT_EQ(client.Ask(address, Protocol::kTcp).result.status, ExchangeStatus::kReply);
  const std::vector<SeenQuery> seen = server.seen();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].connection, 0u);
  EXPECT_EQ(seen[1].connection, 0u);
  EXPECT_EQ(seen[2].connection, 1u);
}

TEST(TcpTest, AServerThatClosesWheneverAskedTwiceIsNotAskedForEver) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    if (query.connection == 0 && QuestionText(query.bytes) == "first.example") {
      AnswerAll(query, out);
    } else {
      out->Close();
    }
  });
  Client client;
  const async::Address address = server.At("127.0.0.1");
  EXPECT_EQ(client.Ask(address, Protocol::kTcp, kLong, "first.example").result.status,
            ExchangeStatus::kReply);
  EXPECT_EQ(client.Ask(address, Protocol::kTcp, kLong, "second.example").result.status,
            ExchangeStatus::kClosed);
  EXPECT_EQ(server.seen_count(), 3u);
}

// Old servers answer one query a connection, however many were sent.
TEST(TcpTest, EveryQueryIsAnsweredByAServerThatClosesAfterEachAnswer) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    AnswerAll(query, out);
    out->Close();
  });
  Client client;
  ExpectOwnAnswers(AskMany(&client, server.At("127.0.0.1"), 12));
  EXPECT_EQ(ConnectionsUsed(server), 12u);
}

// A firewall that forgot a connection swallows all that is sent over it.
TEST(TcpTest, AConnectionThatLetAQueryTimeOutIsNotUsedAgain) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    if (QuestionText(query.bytes) == "first.example" || query.connection > 0) AnswerAll(query, out);
  });
  Client client;
  const async::Address address = server.At("127.0.0.1");
  EXPECT_EQ(client.Ask(address, Protocol::kTcp, kLong, "first.example").result.status,
            ExchangeStatus::kReply);
  EXPECT_EQ(client.Ask(address, Protocol::kTcp, kShort, "second.example").result.status,
            ExchangeStatus::kTimeout);
  EXPECT_EQ(client.Ask(address, Protocol::kTcp, kLong, "third.example").result.status,
            ExchangeStatus::kReply);
}

TEST(TcpTest, ATimeoutLeavesTheOthersOfItsConnectionAlone) {
  std::vector<std::vector<uint8_t>> held;
  FakeServer server([&held](const Arrival& query, Outbox* out) {
    const std::string name = QuestionText(query.bytes);
    if (name == "never.example") return;
    if (name == "slow.example") {
      held.push_back(Reply(query.bytes).bytes());
      return;
    }
    AnswerAll(query, out);
  });
  Client client;
  const async::Address address = server.At("127.0.0.1");
  Got slow;
  client.Start(client.AskTask(address, Protocol::kTcp, milliseconds(400), "slow.example", &slow));
  const Got never = client.Ask(address, Protocol::kTcp, kShort, "never.example");
  EXPECT_EQ(never.result.status, ExchangeStatus::kTimeout);
  EXPECT_EQ(slow.result.status, ExchangeStatus::kTimeout) << "by its own deadline, and not closed";
}

// What comes in frames and is no answer to a query in flight.
struct FrameRow {
  const char* name;
  void (*stray)(const Arrival&, Outbox*);
  uint16_t question_mismatches;
};

class TcpStrayTest : public testing::TestWithParam<FrameRow> {};

TEST_P(TcpStrayTest, IsCountedAndTheAnswerBehindItTaken) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    GetParam().stray(query, out);
    AnswerAll(query, out);
  });
  Client client;
  const Got got = client.Ask(server.At("127.0.0.1"), Protocol::kTcp);
  EXPECT_EQ(got.result.status, ExchangeStatus::kReply);
  EXPECT_EQ(got.result.mismatches.question, GetParam().question_mismatches);
  EXPECT_EQ(client.network()->stats().strays, 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, TcpStrayTest,
    testing::Values(
        FrameRow{"ZeroLength", [](const Arrival&, Outbox* out) { out->Send({}); }, 0},
        FrameRow{"OneOctet",
                 [](const Arrival& query, Outbox* out) { out->Send(query.bytes.first(1)); }, 0},
        FrameRow{"IdOnly",
                 [](const Arrival& query, Outbox* out) { out->Send(query.bytes.first(2)); }, 1},
        FrameRow{"OtherId",
                 [](const Arrival& query, Outbox* out) {
                   out->Send(Reply(query.bytes).FlipId().bytes());
                 },
                 0},
        FrameRow{"OtherType",
                 [](const Arrival& query, Outbox* out) {
                   out->Send(Reply(query.bytes).ChangeType(dns::RRType::kA).bytes());
                 },
                 1},
        FrameRow{"QueryReflected",
                 [](const Arrival& query, Outbox* out) { out->Send(query.bytes); }, 1},
        FrameRow{"Garbage",
                 [](const Arrival& query, Outbox* out) {
                   std::vector<uint8_t> garbage(5000, 0xA5);
                   garbage[0] = static_cast<uint8_t>(query.bytes[0] ^ 0xff);
                   out->Send(garbage);
                 },
                 0}),
    [](const auto& row) { return row.param.name; });

// A server that never stops talking past us must not keep us busy until the time-out.
TEST(TcpTest, AConnectionOfStraysIsClosed) {
  std::atomic<int> count{0};
  FakeServer server([&count](const Arrival& query, Outbox* out) {
    for (int i = 0; i < count; ++i) out->Send(Reply(query.bytes).FlipId().bytes());
    if (count < 100) AnswerAll(query, out);
  });
  Client client;
  for (const int strays : {10, 1000}) {
    count = strays;
    const auto begun = std::chrono::steady_clock::now();
    const Got got = client.Ask(server.At("127.0.0.1"), Protocol::kTcp, kLong);
    EXPECT_EQ(got.result.status, strays == 10 ? ExchangeStatus::kReply : ExchangeStatus::kClosed);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, kLong / 2);
  }
}

TEST(TcpTest, LostLetterCaseIsBelievedOverTcp) {
  FakeServer server(
      [](const Arrival& query, Outbox* out) { out->Send(Reply(query.bytes).LoseCase().bytes()); });
  Client client;
  EXPECT_EQ(client.Ask(server.At("127.0.0.1"), Protocol::kTcp).result.status,
            ExchangeStatus::kReply);
}

TEST(TcpTest, AFrameThatNeverEndsIsATimeout) {
  FakeServer server([](const Arrival&, Outbox* out) {
    constexpr uint8_t kStart[] = {0xff, 0xff, 1, 2, 3};
    out->SendRaw(kStart);
  });
  Client client;
  EXPECT_EQ(client.Ask(server.At("127.0.0.1"), Protocol::kTcp, kShort).result.status,
            ExchangeStatus::kTimeout);
}

TEST(TcpTest, CancelAllEndsWhatConnectsAndWhatWaits) {
  FakeServer server(Ignore);
  Client client;
  std::deque<Got> got(20);
  for (size_t i = 0; i < got.size(); ++i) {
    const async::Address address = server.At(i % 2 == 0 ? "127.0.0.1" : "127.0.0.2");
    client.Start(client.AskTask(address, Protocol::kTcp, kLong, NameOf(i), &got[i]));
  }
  client.AtNextTurn([&client] { client.network()->CancelAll(); });
  client.Wait();
  for (const Got& each : got) EXPECT_EQ(each.result.status, ExchangeStatus::kCancelled);
}

TEST(TcpTest, SpeaksIpv6) {
  FakeServer server(AnswerAll);
  Client client;
  if (!server.has_ipv6() || !client.network()->has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  EXPECT_EQ(client.Ask(server.At("::1"), Protocol::kTcp).result.status, ExchangeStatus::kReply);
}

}  // namespace
}  // namespace caascan::net
