// What all exchanges share, whatever their transport: limits, cancelling, pauses.
#include "scanner/net/network.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kShort(20);
constexpr milliseconds kLong = seconds(20);

void AnswerAll(const Arrival& query, Outbox* out) { out->Send(Reply(query.bytes).bytes()); }
void Ignore(const Arrival&, Outbox*) {}

/// Asks `count` times at once, by turns at `hosts`.
std::deque<Got> AskMany(Client* client, const FakeServer& server,
                        const std::vector<std::string>& hosts, size_t count,
                        milliseconds timeout = kLong, Protocol transport = Protocol::kUdp) {
  std::deque<Got> got(count);
  for (size_t i = 0; i < count; ++i) {
    client->Start(client->AskTask(server.At(hosts[i % hosts.size()]), transport, timeout,
                                  "www.example.com", &got[i]));
  }
  client->Wait();
  return got;
}

size_t CountStatus(const std::deque<Got>& got, ExchangeStatus status) {
  return static_cast<size_t>(std::count_if(
      got.begin(), got.end(), [status](const Got& each) { return each.result.status == status; }));
}

async::Task<> Note(async::Task<> task, std::string what, std::vector<std::string>* ended) {
  co_await std::move(task);
  ended->push_back(what);
}

TEST(NetworkTest, OnePeerAnAddress) {
  Client client;
  const async::Address address = async::Address::FromText("127.0.0.1", 53).value();
  const PeerRef peer = client.network()->PeerFor(address);
  EXPECT_EQ(peer->address(), address);
  for (uint16_t port = 1000; port < 2000; ++port) {
    EXPECT_NE(client.network()->PeerFor(async::Address::FromText("127.0.0.1", port).value()), peer);
  }
  EXPECT_EQ(client.network()->PeerFor(address), peer) << "at a fixed place";
}

TEST(NetworkTest, ConnectionsGoOverTheStreamsOfTheOptions) {
  FakeServer server(AnswerAll);
  size_t made = 0;
  NetworkOptions options;
  options.make_stream = [&made](async::Loop* loop, async::ByteStream::User* user) {
    ++made;
    return async::MakeTcpStream(loop, user);
  };
  Client client({}, options);
  const std::deque<Got> got =
      AskMany(&client, server, {"127.0.0.1", "127.0.0.2"}, 4, kLong, Protocol::kTcp);
  EXPECT_EQ(CountStatus(got, ExchangeStatus::kReply), 4u);
  EXPECT_EQ(made, 2u) << "one a server";
}

void WaitFor(const std::atomic<bool>& flag) {
  while (!flag) std::this_thread::sleep_for(milliseconds(1));
}

// Where the machine had no time for us (or somebody stopped us for a while), what arrived meanwhile
// is read before a deadline passes.
TEST(NetworkTest, AnAnswerThatWaitsToBeReadIsNoTimeout) {
  static constexpr milliseconds kTimeout(200);
  std::atomic<bool> held{false};
  std::atomic<bool> answered{false};
  FakeServer server([&](const Arrival& query, Outbox* out) {
    const bool first = query.server.ToText() == "127.0.0.1";
    if (!first) WaitFor(held);
    AnswerAll(query, out);
    if (!first) answered = true;
  });
  Client client;
  Got first;
  Got second;
  client.Start([](async::Task<> exchange, std::atomic<bool>* hold,
                  std::atomic<bool>* done) -> async::Task<> {
    co_await std::move(exchange);
    // The whole loop stands still here, in the midst of reading its sockets.
    *hold = true;
    std::this_thread::sleep_for(2 * kTimeout);
    WaitFor(*done);
  }(client.AskTask(server.At("127.0.0.1"), Protocol::kUdp, kLong, "one.example", &first), &held,
                                           &answered));
  client.Start(
      client.AskTask(server.At("127.0.0.2"), Protocol::kUdp, kTimeout, "two.example", &second));
  client.Wait();
  EXPECT_EQ(second.result.status, ExchangeStatus::kReply);
}

class NetworkTransportTest : public testing::TestWithParam<Protocol> {};

INSTANTIATE_TEST_SUITE_P(Transports, NetworkTransportTest,
                         testing::Values(Protocol::kUdp, Protocol::kTcp), [](const auto& row) {
                           return row.param == Protocol::kUdp ? "Udp" : "Tcp";
                         });

// With one place at a silent server the second query leaves when the first has timed out. Its own
// wait for that place is no part of its timeout.
TEST_P(NetworkTransportTest, OnePlaceAtAnAddressMeansOneAfterTheOther) {
  FakeServer server(Ignore);
  Client client({.server_inflight = 1});
  const auto begun = steady_clock::now();
  const std::deque<Got> got = AskMany(&client, server, {"127.0.0.1"}, 5, kShort, GetParam());
  EXPECT_GE(steady_clock::now() - begun, 5 * kShort);
  EXPECT_EQ(CountStatus(got, ExchangeStatus::kTimeout), 5u);
}

TEST_P(NetworkTransportTest, PlacesComeBackHoweverAnExchangeEnds) {
  FakeServer server(AnswerAll);
  Client client({.server_inflight = 2});
  EXPECT_EQ(
      CountStatus(AskMany(&client, server, {"127.0.0.1", "127.0.0.2"}, 200, kLong, GetParam()),
                  ExchangeStatus::kReply),
      200u);
  const async::Address closed = async::Address::FromText("127.0.0.3", ClosedPort()).value();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(client.Ask(closed, GetParam()).result.status, ExchangeStatus::kUnreachable);
  }
}

// Twelve milliseconds a turn and 24 turns: the last one waits longer than its timeout.
constexpr milliseconds kTurn(12);
constexpr uint32_t kTurnsASecond = 83;
constexpr size_t kTurns = 24;
constexpr milliseconds kShorterThanTheWait(200);

TEST_P(NetworkTransportTest, TheServerSeesNoMoreThanItsRate) {
  FakeServer server(AnswerAll);
  Client client({.server_rate_qps = kTurnsASecond});
  const auto begun = steady_clock::now();
  const std::deque<Got> got = AskMany(&client, server, {"127.0.0.1", "127.0.0.2"}, 2 * kTurns,
                                      kShorterThanTheWait, GetParam());
  EXPECT_GE(steady_clock::now() - begun, (kTurns - 1) * kTurn - pacing::kServerBurst);
  EXPECT_EQ(CountStatus(got, ExchangeStatus::kReply), 2 * kTurns);
  EXPECT_EQ(server.CountSeen("127.0.0.1"), kTurns);
}

TEST_P(NetworkTransportTest, AllServersTogetherSeeNoMoreThanTheRate) {
  FakeServer server(AnswerAll);
  Client client({.rate_qps = kTurnsASecond});
  const auto begun = steady_clock::now();
  const std::deque<Got> got = AskMany(&client, server, {"127.0.0.1", "127.0.0.2", "127.0.0.3"},
                                      kTurns, kShorterThanTheWait, GetParam());
  EXPECT_GE(steady_clock::now() - begun, (kTurns - 1) * kTurn - pacing::RateBurst(kTurnsASecond));
  EXPECT_EQ(CountStatus(got, ExchangeStatus::kReply), kTurns);
}

// One server's queue must not use up the turns of the global rate: the servers have them by turns.
TEST(NetworkTest, ServersShareTheRateByTurns) {
  FakeServer server(AnswerAll);
  Client client({.rate_qps = 500});
  std::vector<std::string> ended;
  std::deque<Got> got(101);
  for (size_t i = 0; i < got.size(); ++i) {
    const char* host = i < 100 ? "127.0.0.1" : "127.0.0.2";
    client.Start(
        Note(client.AskTask(server.At(host), Protocol::kUdp, kLong, "www.example.com", &got[i]),
             host, &ended));
  }
  client.Wait();
  const auto other = std::find(ended.begin(), ended.end(), "127.0.0.2");
  EXPECT_LT(other - ended.begin(), 64) << "it came last and left among the first";
}

TEST(NetworkTest, EveryLimitAtOnceStillLetsAllThrough) {
  FakeServer server(AnswerAll);
  Client client({.rate_qps = 2000, .server_rate_qps = 500, .server_inflight = 3});
  const std::deque<Got> got =
      AskMany(&client, server, {"127.0.0.1", "127.0.0.2", "127.0.0.3"}, 150);
  EXPECT_EQ(CountStatus(got, ExchangeStatus::kReply), 150u);
}

TEST(NetworkTest, QueriesOfOneAddressLeaveInTheirOrder) {
  FakeServer server(AnswerAll);
  Client client({.server_inflight = 1});
  std::deque<Got> got(50);
  for (size_t i = 0; i < got.size(); ++i) {
    client.Start(client.AskTask(server.At("127.0.0.1"), Protocol::kUdp, kLong,
                                "n" + std::to_string(i) + ".example", &got[i]));
  }
  client.Wait();
  const std::vector<SeenQuery> seen = server.seen();
  ASSERT_EQ(seen.size(), got.size());
  for (size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].name, "n" + std::to_string(i) + ".example");
  }
}

// A busy server must not hold up the queries to others.
TEST(NetworkTest, ALimitHoldsUpNobodyElse) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    if (query.server.ToText() != "127.0.0.1") AnswerAll(query, out);
  });
  Client client({.server_inflight = 1});
  std::vector<std::string> ended;
  std::deque<Got> got(3);
  for (size_t i = 0; i < got.size(); ++i) {
    const char* host = i < 2 ? "127.0.0.1" : "127.0.0.2";
    client.Start(Note(client.AskTask(server.At(host), Protocol::kUdp, milliseconds(250),
                                     "www.example.com", &got[i]),
                      host, &ended));
  }
  client.Wait();
  EXPECT_EQ(ended, (std::vector<std::string>{"127.0.0.2", "127.0.0.1", "127.0.0.1"}));
  EXPECT_EQ(got[2].result.status, ExchangeStatus::kReply);
}

// Limits hold for all workers together; a place that another worker gives back is found.
TEST(NetworkTest, ThreadsShareTheirLimits) {
  FakeServer server(AnswerAll);
  pacing::SharedLimits limits({.rate_qps = 1000, .server_inflight = 1});
  std::array<size_t, 3> replies{};
  std::vector<std::thread> threads;
  const auto begun = steady_clock::now();
  for (size_t& mine : replies) {
    threads.emplace_back([&server, &limits, &mine] {
      Client client(limits);
      mine = CountStatus(AskMany(&client, server, {"127.0.0.1", "127.0.0.2"}, 40),
                         ExchangeStatus::kReply);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(steady_clock::now() - begun, 119 * milliseconds(1) - pacing::RateBurst(1000));
  for (const size_t count : replies) EXPECT_EQ(count, 40u);
  EXPECT_EQ(server.seen_count(), 120u);
}

// Wherever an exchange waits, it ends: for its peer's limit, the scan's, the socket, the answer.
struct CancelRow {
  const char* name;
  pacing::LimitOptions limits;
};

class CancelTest : public testing::TestWithParam<CancelRow> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, CancelTest,
    testing::Values(CancelRow{"NoLimits", {}}, CancelRow{"Rate", {.rate_qps = 1}},
                    CancelRow{"ServerRate", {.server_rate_qps = 1}},
                    CancelRow{"ServerInflight", {.server_inflight = 1}},
                    CancelRow{"All", {.rate_qps = 1, .server_rate_qps = 1, .server_inflight = 1}}),
    [](const auto& row) { return row.param.name; });

TEST_P(CancelTest, EndsAllAndAllThatComesLater) {
  FakeServer server(Ignore);
  Client client(GetParam().limits);
  client.AtNextTurn([&client] { client.network()->CancelAll(); });
  std::deque<Got> got = AskMany(&client, server, {"127.0.0.1", "127.0.0.2"}, 50);
  EXPECT_EQ(CountStatus(got, ExchangeStatus::kCancelled), 50u);
  EXPECT_TRUE(client.network()->cancelled());
  EXPECT_EQ(client.Ask(server.At("127.0.0.1")).result.status, ExchangeStatus::kCancelled);
  EXPECT_EQ(client.Ask(server.At("127.0.0.1"), Protocol::kTcp).result.status,
            ExchangeStatus::kCancelled);
  EXPECT_EQ(client.network()->PeerFor(server.At("127.0.0.1"))->silences(), 0u)
      << "a cancelled query accuses nobody";
}

TEST(NetworkTest, CancellingGivesEveryPlaceBack) {
  FakeServer server(AnswerAll);
  pacing::SharedLimits limits({.server_inflight = 2});
  {
    Client cancelled(limits);
    cancelled.AtNextTurn([&cancelled] { cancelled.network()->CancelAll(); });
    AskMany(&cancelled, server, {"127.0.0.1"}, 50);
  }
  Client client(limits);
  EXPECT_EQ(CountStatus(AskMany(&client, server, {"127.0.0.1"}, 10), ExchangeStatus::kReply), 10u);
}

async::Task<> AskAgainAndAgain(Client* client, async::Address server, int* asked) {
  for (Got got; *asked < 5; ++*asked) {
    co_await client->AskTask(server, Protocol::kUdp, kLong, "www.example.com", &got);
    EXPECT_EQ(got.result.status, ExchangeStatus::kCancelled);
  }
}

TEST(NetworkTest, ATaskThatAsksAgainWhenCancelledIsRefusedAtOnce) {
  FakeServer server(Ignore);
  Client client;
  int asked = 0;
  client.AtNextTurn([&client] { client.network()->CancelAll(); });
  client.Run(AskAgainAndAgain(&client, server.At("127.0.0.1"), &asked));
  EXPECT_EQ(asked, 5);
}

async::Task<> PauseFor(Client* client, milliseconds delay, nanoseconds* took) {
  const nanoseconds begun = client->loop()->now();
  Pause pause(client->network(), delay);
  co_await pause;
  client->loop()->RefreshNow();
  *took = client->loop()->now() - begun;
}

TEST(PauseTest, LastsAsLongAsItWasTold) {
  Client client;
  nanoseconds took(0);
  nanoseconds none(-1);
  client.Start(PauseFor(&client, milliseconds(30), &took));
  client.Start(PauseFor(&client, milliseconds(0), &none));
  client.Wait();
  EXPECT_GE(took, milliseconds(30));
  EXPECT_GE(none, nanoseconds(0));
}

TEST(PauseTest, EndsEarlyWhenCancelledAndIsNoneAfterwards) {
  Client client;
  nanoseconds took(0);
  client.AtNextTurn([&client] { client.network()->CancelAll(); });
  client.Run(PauseFor(&client, kLong, &took));
  EXPECT_LT(took, kLong / 2);
  client.Run(PauseFor(&client, kLong, &took));
  EXPECT_LT(took, kLong / 2);
}

TEST(NetworkTest, JitterStaysWithinAQuarter) {
  Client client;
  milliseconds least(10'000);
  milliseconds most(0);
  for (int i = 0; i < 2000; ++i) {
    const milliseconds jittered = client.network()->Jittered(milliseconds(1000));
    least = std::min(least, jittered);
    most = std::max(most, jittered);
  }
  EXPECT_GE(least, milliseconds(750));
  EXPECT_LT(least, milliseconds(800));
  EXPECT_LE(most, milliseconds(1250));
  EXPECT_GT(most, milliseconds(1200));
}

}  // namespace
}  // namespace caascan::net
