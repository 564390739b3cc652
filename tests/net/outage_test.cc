// Whose fault a silence is: servers that fall silent, all of them or some, and a network that comes
// back.
#include "scanner/net/outage.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scanner/net/socket_drops.h"
#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShort(100);
constexpr char kRoot[] = "127.0.0.9";

/// A network of servers, of which some are silent.
class OutageTest : public testing::TestWithParam<pacing::LimitOptions> {
 protected:
  OutageTest()
      : server_([this](const Arrival& query, Outbox* out) {
          if (all_silent_) return;
          if (query.server.ToText() == "127.0.0.1") return;  // The dead one.
          out->Send(Reply(query.bytes).bytes());
        }) {}

  void SetCanary(Client* client) {
    client->network()->SetCanaries({client->network()->PeerFor(server_.At(kRoot))});
  }

  Got Ask(Client* client, const char* host, Protocol transport = Protocol::kUdp) {
    return client->Ask(server_.At(host), transport, kShort);
  }

  std::atomic<bool> all_silent_{false};
  FakeServer server_;
};

INSTANTIATE_TEST_SUITE_P(Limits, OutageTest,
                         testing::Values(pacing::LimitOptions{},
                                         pacing::LimitOptions{.rate_qps = 500,
                                                              .server_rate_qps = 100,
                                                              .server_inflight = 8}),
                         [](const auto& row) { return row.param.rate_qps == 0 ? "None" : "All"; });

TEST_P(OutageTest, ADeadServerIsSilentItself) {
  Client client(GetParam(), {.outage_patience = milliseconds(500)});
  SetCanary(&client);
  for (const Protocol transport : {Protocol::kUdp, Protocol::kTcp}) {
    EXPECT_EQ(Ask(&client, "127.0.0.1", transport).result.status, ExchangeStatus::kTimeout);
  }
  EXPECT_EQ(server_.CountSeen(kRoot, "."), 2u) << "nobody else had answered meanwhile";
  EXPECT_EQ(client.network()->stats().outages, 0u);
}

// What a name sets off is counted, and little: one canary does, unless it is silent as well.
TEST_P(OutageTest, ASilenceCostsOneCanary) {
  Client client(GetParam(), {.outage_patience = milliseconds(500)});
  const std::vector<std::string> hosts = {kRoot, "127.0.0.10", "127.0.0.11"};
  std::vector<PeerRef> canaries;
  for (const std::string& host : hosts) {
    canaries.push_back(client.network()->PeerFor(server_.At(host)));
  }
  client.network()->SetCanaries(canaries);
  for (int silences = 1; silences <= 3; ++silences) {
    const Got got = Ask(&client, "127.0.0.1");
    EXPECT_EQ(got.result.status, ExchangeStatus::kTimeout);
    EXPECT_EQ(got.result.canaries, 1u);
  }
  for (const std::string& host : hosts) {
    EXPECT_EQ(server_.CountSeen(host, "."), 1u) << host << ": they take turns";
  }
}

TEST_P(OutageTest, WhoeverElseAnswersSparesTheCanary) {
  Client client(GetParam(), {.outage_patience = milliseconds(500)});
  SetCanary(&client);
  std::deque<Got> got(20);
  async::Task<> several = [](Client* asker, async::Address busy,
                             std::deque<Got>* out) -> async::Task<> {
    for (Got& each : *out) {
      co_await asker->AskTask(busy, Protocol::kUdp, kShort, "www.example.com", &each);
      Pause pause(asker->network(), milliseconds(10));
      co_await pause;
    }
  }(&client, server_.At("127.0.0.2"), &got);
  client.Start(std::move(several));
  EXPECT_EQ(Ask(&client, "127.0.0.1").result.status, ExchangeStatus::kTimeout);
  client.Wait();
  EXPECT_EQ(server_.CountSeen(kRoot), 0u);
}

// The first one that answers settles it; the others' silence then means nothing.
TEST_P(OutageTest, ADeadCanaryAmongOthersIsNoOutage) {
  Client client(GetParam(), {.outage_patience = milliseconds(500)});
  client.network()->SetCanaries({client.network()->PeerFor(server_.At("127.0.0.1")),
                                 client.network()->PeerFor(server_.At(kRoot))});
  const Got got = Ask(&client, "127.0.0.1");
  EXPECT_EQ(got.result.status, ExchangeStatus::kTimeout);
  EXPECT_EQ(got.result.canaries, 3u) << "the dead one alone, and then both";
  async::Task<> wait = [](Network* network) -> async::Task<> {
    Pause pause(network, milliseconds(1500));  // Long enough for what must not happen.
    co_await pause;
  }(client.network());
  client.Run(std::move(wait));
  EXPECT_EQ(server_.CountSeen(kRoot, "."), 1u) << "and it is not asked again and again";
  EXPECT_EQ(client.network()->stats().outages, 0u);
}

TEST_P(OutageTest, WhatWasAskedDuringAnOutageIsAskedAgainAfterIt) {
  Client client(GetParam(), {.outage_patience = milliseconds(500)});
  SetCanary(&client);
  ASSERT_EQ(Ask(&client, "127.0.0.2").result.status, ExchangeStatus::kReply);
  all_silent_ = true;
  std::deque<Got> got(10);
  for (Got& each : got) {
    client.Start(
        client.AskTask(server_.At("127.0.0.3"), Protocol::kUdp, kShort, "www.example.com", &each));
  }
  async::Task<> end = [](Network* network, std::atomic<bool>* silent) -> async::Task<> {
    while (network->stats().outages == 0) {
      Pause pause(network, milliseconds(10));
      co_await pause;
    }
    *silent = false;
  }(client.network(), &all_silent_);
  client.Start(std::move(end));
  client.Wait();
  for (const Got& each : got) EXPECT_EQ(each.result.status, ExchangeStatus::kReply);
  EXPECT_EQ(client.network()->stats().outages, 1u);
}

TEST_P(OutageTest, AnOutageThatLastsIsOurOwnFault) {
  Client client(GetParam(), {.outage_patience = milliseconds(500)});
  SetCanary(&client);
  all_silent_ = true;
  std::deque<Got> got(10);
  for (size_t i = 0; i < got.size(); ++i) {
    client.Start(client.AskTask(server_.At(i % 2 == 0 ? "127.0.0.1" : "127.0.0.3"),
                                i % 3 == 0 ? Protocol::kTcp : Protocol::kUdp, kShort,
                                "www.example.com", &got[i]));
  }
  client.Wait();
  for (const Got& each : got) EXPECT_EQ(each.result.status, ExchangeStatus::kSendFailed);
  // Nothing waits any more, until somebody answers.
  const size_t asked = server_.CountSeen("127.0.0.3");
  EXPECT_EQ(Ask(&client, "127.0.0.3").result.status, ExchangeStatus::kSendFailed);
  EXPECT_EQ(server_.CountSeen("127.0.0.3"), asked);
  all_silent_ = false;
  async::Task<> again = [](Client* asker, async::Address address) -> async::Task<> {
    Got each;
    do {
      Pause pause(asker->network(), milliseconds(50));
      co_await pause;
      co_await asker->AskTask(address, Protocol::kUdp, kShort, "www.example.com", &each);
    } while (each.result.status != ExchangeStatus::kReply);
  }(&client, server_.At("127.0.0.3"));
  client.Run(std::move(again));
}

TEST_P(OutageTest, CancellingEndsWhatIsHeld) {
  Client client(GetParam(), {.outage_patience = milliseconds(500)});
  SetCanary(&client);
  all_silent_ = true;
  std::deque<Got> got(5);
  for (Got& each : got) {
    client.Start(
        client.AskTask(server_.At("127.0.0.3"), Protocol::kUdp, kShort, "www.example.com", &each));
  }
  async::Task<> cancel = [](Client* asker) -> async::Task<> {
    while (asker->network()->stats().outages == 0) {
      Pause pause(asker->network(), milliseconds(10));
      co_await pause;
    }
    asker->AtNextTurn([asker] { asker->network()->CancelAll(); });
  }(&client);
  client.Start(std::move(cancel));
  client.Wait();
  for (const Got& each : got) EXPECT_EQ(each.result.status, ExchangeStatus::kCancelled);
}

TEST_P(OutageTest, WithoutCanariesEverySilenceIsTheServers) {
  Client client(GetParam(), {.outage_patience = milliseconds(500)});
  all_silent_ = true;
  EXPECT_EQ(Ask(&client, "127.0.0.3").result.status, ExchangeStatus::kTimeout);
}

TEST(SocketDropsTest, CountsWhatFoundNoRoom) {
  const int fds[2] = {socket(AF_INET, SOCK_DGRAM, 0), socket(AF_INET, SOCK_DGRAM, 0)};
  const int small = 1;
  setsockopt(fds[0], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  sockaddr_storage address{};
  socklen_t size = async::Address::FromText("127.0.0.1", 0)->ToSockaddr(&address);
  ASSERT_EQ(bind(fds[0], reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(getsockname(fds[0], reinterpret_cast<sockaddr*>(&address), &size), 0);
  EXPECT_EQ(SocketDrops(fds[0]), 0u);
  const std::vector<uint8_t> datagram(1000);
  for (int i = 0; i < 100; ++i) {
    sendto(fds[1], datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&address),
           size);
  }
  EXPECT_GT(SocketDrops(fds[0]), 0u);
  for (const int fd : fds) close(fd);
}

}  // namespace
}  // namespace caascan::net
