// The ports that queries leave from: that they change, and lose nothing by it.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <set>

#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLong = std::chrono::seconds(20);

/// Answers everything, and notes the ports that the queries came from.
class PortsTest : public testing::Test {
 protected:
  size_t CountPorts() {
    const std::lock_guard lock(mutex_);
    return ports_.size();
  }

  FakeServer server_{[this](const Arrival& query, Outbox* out) {
    {
      const std::lock_guard lock(mutex_);
      ports_.insert(query.port);
    }
    out->Send(Reply(query.bytes).bytes());
  }};
  std::mutex mutex_;
  std::set<uint16_t> ports_;
};

/// Asks until `enough`, or for very long.
template <typename Enough>
void AskUntil(Client* client, const async::Address& server, Enough enough) {
  for (int i = 0; i < 100'000 && !enough(); ++i) {
    ASSERT_EQ(client->Ask(server, Protocol::kUdp, kLong).result.status, ExchangeStatus::kReply);
  }
}

TEST_F(PortsTest, WithoutIdleSocketsTheyStay) {
  Client client({}, {.udp_sockets = 2, .udp_change_every = milliseconds(0)});
  for (int i = 0; i < 200; ++i) (void)client.Ask(server_.At("127.0.0.1"), Protocol::kUdp, kLong);
  EXPECT_EQ(CountPorts(), 2u);
}

TEST_F(PortsTest, IdleSocketsTakeTurnsAndAreReplaced) {
  constexpr unsigned kSockets = 2;
  constexpr unsigned kIdle = 4;
  Client client(
      {},
      {.udp_sockets = kSockets, .udp_idle_sockets = kIdle, .udp_change_every = milliseconds(1)});
  // More ports than there are sockets: some are new.
  AskUntil(&client, server_.At("127.0.0.1"),
           [this] { return CountPorts() > size_t{2} * (kSockets + kIdle); });
  EXPECT_GT(CountPorts(), 2 * (kSockets + kIdle));
  EXPECT_EQ(client.network()->stats().timeouts, 0u);
}

TEST_F(PortsTest, ManyQueriesChangeThemWithoutWaiting) {
  Client client(
      {}, {.udp_sockets = 1, .udp_idle_sockets = 2, .udp_change_every = std::chrono::hours(1)});
  std::deque<Got> got;
  for (int i = 0; i < 40'000; ++i) {
    client.Start(client.AskTask(server_.At("127.0.0.1"), Protocol::kUdp, kLong, "www.example.com",
                                &got.emplace_back()));
    if (i % 256 == 255) client.Wait();
  }
  client.Wait();
  for (const Got& each : got) ASSERT_EQ(each.result.status, ExchangeStatus::kReply);
  EXPECT_EQ(CountPorts(), 3u);
}

// A socket from which something is under way is not closed, however long ago it was in use.
TEST(UdpPortsTest, AnAnswerThatTakesItsTimeFindsItsSocket) {
  std::vector<uint8_t> held;
  FakeServer server([&held](const Arrival& query, Outbox* out) {
    if (QuestionText(query.bytes) == "slow.example") {
      held = Reply(query.bytes).bytes();
      return;
    }
    out->Send(Reply(query.bytes).bytes());
  });
  FakeServer* const at = &server;
  Client client({}, {.udp_sockets = 1, .udp_idle_sockets = 2, .udp_change_every = milliseconds(1)});
  Got slow;
  client.Start(client.AskTask(at->At("127.0.0.1"), Protocol::kUdp, milliseconds(300),
                              "slow.example", &slow));
  while (client.running() > 0) (void)client.Ask(at->At("127.0.0.1"), Protocol::kUdp, kLong);
  EXPECT_EQ(slow.result.status, ExchangeStatus::kTimeout);
  EXPECT_EQ(client.network()->stats().timeouts, 1u) << "the others had their answers";
}

TEST_F(PortsTest, WhereDescriptorsAreShortThereAreFewer) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  {
    Client client({}, {.udp_sockets = 4, .udp_idle_sockets = 500});
    EXPECT_EQ(client.Ask(server_.At("127.0.0.1"), Protocol::kUdp, kLong).result.status,
              ExchangeStatus::kReply);
  }
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace caascan::net
