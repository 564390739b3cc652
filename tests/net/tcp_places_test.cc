// What happens where more TCP connections are wanted than there are places, or descriptors.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kShort(40);
constexpr milliseconds kLong = std::chrono::seconds(20);
constexpr const char* kSilent = "127.0.0.1";

std::string HostOf(size_t i) { return "127.0.0." + std::to_string(i + 1); }

/// Answers at every address but the first.
void SilentAtTheFirst(const Arrival& query, Outbox* out) {
  if (query.server.ToText() != kSilent) out->Send(Reply(query.bytes).bytes());
}

unsigned ConnectionsUsed(const FakeServer& server) {
  unsigned used = 0;
  for (const SeenQuery& query : server.seen()) used = std::max(used, query.connection + 1);
  return used;
}

TEST(TcpPlacesTest, SilentServersWaitForEachOther) {
  constexpr size_t kServers = 6;
  FakeServer server([](const Arrival&, Outbox*) {});
  Client client({}, {.tcp_connections = 2});
  std::deque<Got> got(kServers);
  const auto begun = steady_clock::now();
  for (size_t i = 0; i < kServers; ++i) {
    client.Start(client.AskTask(server.At(HostOf(i)), Protocol::kTcp, kShort, "n", &got[i]));
  }
  client.Wait();
  EXPECT_GE(steady_clock::now() - begun, kShort * 3) << "two at a time";
  for (const Got& each : got) {
    EXPECT_EQ(each.result.status, ExchangeStatus::kTimeout);
    EXPECT_LT(each.result.spent, kShort * 2) << "waiting for a place is not the server's silence";
  }
  EXPECT_EQ(server.seen_count(), kServers) << "each was asked";
}

TEST(TcpPlacesTest, AServerBehindASilentOneIsHeard) {
  FakeServer server(SilentAtTheFirst);
  Client client({}, {.tcp_connections = 1});
  std::deque<Got> got(3);
  for (size_t i = 0; i < got.size(); ++i) {
    client.Start(client.AskTask(server.At(HostOf(i)), Protocol::kTcp, i == 0 ? kShort : kLong, "n",
                                &got[i]));
  }
  client.Wait();
  EXPECT_EQ(got[0].result.status, ExchangeStatus::kTimeout);
  EXPECT_EQ(got[1].result.status, ExchangeStatus::kReply);
  EXPECT_EQ(got[2].result.status, ExchangeStatus::kReply);
}

TEST(TcpPlacesTest, TheConnectionThatIsIdleLongestGivesItsPlace) {
  FakeServer server(
      [](const Arrival& query, Outbox* out) { out->Send(Reply(query.bytes).bytes()); });
  Client client({}, {.tcp_connections = 2});
  const auto ask = [&](size_t i) {
    return client.Ask(server.At(HostOf(i)), Protocol::kTcp).result.status;
  };
  EXPECT_EQ(ask(0), ExchangeStatus::kReply);
  EXPECT_EQ(ask(1), ExchangeStatus::kReply);
  EXPECT_EQ(ask(0), ExchangeStatus::kReply);
  EXPECT_EQ(ConnectionsUsed(server), 2u);
  EXPECT_EQ(ask(2), ExchangeStatus::kReply);
  EXPECT_EQ(ask(0), ExchangeStatus::kReply);
  EXPECT_EQ(ConnectionsUsed(server), 3u) << "the first one's was used last, and stays";
  EXPECT_EQ(ask(1), ExchangeStatus::kReply);
  EXPECT_EQ(ConnectionsUsed(server), 4u);
}

TEST(TcpPlacesTest, WhoWaitsForAPlaceCanBeCancelled) {
  FakeServer server([](const Arrival&, Outbox*) {});
  Client client({}, {.tcp_connections = 1});
  std::deque<Got> got(3);
  for (size_t i = 0; i < got.size(); ++i) {
    client.Start(client.AskTask(server.At(HostOf(i)), Protocol::kTcp, kLong, "n", &got[i]));
  }
  client.AtNextTurn([&client] { client.network()->CancelAll(); });
  client.Wait();
  for (const Got& each : got) EXPECT_EQ(each.result.status, ExchangeStatus::kCancelled);
}

async::Task<> AskAlone(Client* client, async::Address server, ExchangeStatus* status) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText("alone.example", &name), dns::NameError::kNone);
  dns::QuerySpec query;
  query.name = name;
  Exchange exchange(client->network()->PeerFor(server), query, Protocol::kTcp, kLong);
  exchange.UseOwnConnection();
  *status = (co_await exchange).status;
}

// A server may close a connection for what another query on it asks.
TEST(TcpPlacesTest, WhoWantsAConnectionOfItsOwnSharesNone) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    const std::string name = QuestionText(query.bytes);
    if (name == "closes.example") out->Close();
    if (name != "waits.example") out->Send(Reply(query.bytes).bytes());
  });
  Client client;
  const async::Address at = server.At("127.0.0.1");
  ExchangeStatus alone = ExchangeStatus::kCancelled;
  std::deque<Got> got(3);
  client.Start(client.AskTask(at, Protocol::kTcp, kLong, "waits.example", &got[0]));
  client.Start(AskAlone(&client, at, &alone));
  client.Start(client.AskTask(at, Protocol::kTcp, kLong, "closes.example", &got[1]));
  client.Wait();
  EXPECT_EQ(got[0].result.status, ExchangeStatus::kClosed);
  EXPECT_EQ(alone, ExchangeStatus::kReply);
  client.Start(client.AskTask(at, Protocol::kTcp, kLong, "later.example", &got[2]));
  client.Wait();
  EXPECT_EQ(got[2].result.status, ExchangeStatus::kReply);
  EXPECT_EQ(ConnectionsUsed(server), 3u) << "that of its own is closed behind it";
}

/// All below it are open.
rlim_t LowestFreeDescriptor() {
  const int lowest = dup(STDIN_FILENO);
  close(lowest);
  return static_cast<rlim_t>(lowest);
}

async::Task<> AskWithoutDescriptors(Client* client, async::Address server, Got* out) {
  Pause pause(client->network(), milliseconds(60));
  co_await pause;
  rlimit limit{};
  (void)getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t before = std::exchange(limit.rlim_cur, LowestFreeDescriptor());
  (void)setrlimit(RLIMIT_NOFILE, &limit);
  co_await client->AskTask(server, Protocol::kTcp, kLong, "n", out);
  limit.rlim_cur = before;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

// Others may have taken what was counted on.
TEST(TcpPlacesTest, WithoutDescriptorsItWaitsForAnothersEnd) {
  FakeServer server(SilentAtTheFirst);
  Client client;
  std::deque<Got> got(2);
  client.Start(client.AskTask(server.At(kSilent), Protocol::kTcp, milliseconds(200), "n", &got[0]));
  client.Start(AskWithoutDescriptors(&client, server.At(HostOf(1)), &got[1]));
  client.Wait();
  EXPECT_EQ(got[0].result.status, ExchangeStatus::kTimeout);
  EXPECT_EQ(got[1].result.status, ExchangeStatus::kReply);
}

TEST(TcpPlacesTest, WithoutDescriptorsAndNothingToWaitForItIsOurOwnFault) {
  FakeServer server(SilentAtTheFirst);
  Client client;
  Got got;
  client.Start(AskWithoutDescriptors(&client, server.At(HostOf(1)), &got));
  client.Wait();
  EXPECT_EQ(got.result.status, ExchangeStatus::kSendFailed);
}

}  // namespace
}  // namespace caascan::net
