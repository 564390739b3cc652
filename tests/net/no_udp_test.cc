// A network without UDP.
#include "scanner/net/no_udp.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;

void AnswerAll(const Arrival& query, Outbox* out) { out->Send(Reply(query.bytes).bytes()); }

/// Of this process.
size_t UdpSockets() {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    int type = 0;
    socklen_t size = sizeof type;
    const int fd = std::stoi(entry.path().filename());
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM) ++count;
  }
  return count;
}

TEST(NoUdpTest, EveryQueryGoesOverAStreamWhateverItAsksFor) {
  FakeServer server(AnswerAll);
  const size_t before = UdpSockets();
  Client client({}, {.udp = false});
  EXPECT_EQ(UdpSockets(), before);
  std::deque<Got> got(20);
  for (size_t i = 0; i < got.size(); ++i) {
    client.Start(client.AskTask(server.At("127.0.0.1"), Protocol::kUdp, std::chrono::seconds(10),
                                "n" + std::to_string(i) + ".example", &got[i]));
  }
  client.Wait();
  for (const Got& each : got) EXPECT_EQ(each.result.status, ExchangeStatus::kReply);
  for (const SeenQuery& query : server.seen()) {
    EXPECT_EQ(query.transport, Protocol::kTcp);
    EXPECT_EQ(query.connection, 0u) << "they share one";
  }
  EXPECT_EQ(client.network()->stats().udp_queries, 0u);
  EXPECT_EQ(client.network()->stats().tcp_queries, got.size());
  EXPECT_EQ(UdpSockets(), before);
}

TEST(NoUdpTest, AClosedPortIsUnreachableAndASilentServerTimesOut) {
  FakeServer silent([](const Arrival&, Outbox*) {});
  Client client({}, {.udp = false});
  const async::Address closed = async::Address::FromText("127.0.0.1", ClosedPort()).value();
  EXPECT_EQ(client.Ask(closed).result.status, ExchangeStatus::kUnreachable);
  EXPECT_EQ(client.Ask(silent.At("127.0.0.1"), Protocol::kUdp, milliseconds(50)).result.status,
            ExchangeStatus::kTimeout);
}

// The neighbour: with UDP it is as it was.
TEST(NoUdpTest, WithUdpItIsAskedFirst) {
  FakeServer server(AnswerAll);
  Client client;
  EXPECT_EQ(client.Ask(server.At("127.0.0.1")).result.status, ExchangeStatus::kReply);
  EXPECT_EQ(client.network()->stats().udp_queries, 1u);
}

struct FamilyRow {
  const char* name;
  bool ipv4;
  bool ipv6;
};

class NoUdpFamilyTest : public testing::TestWithParam<FamilyRow> {};

TEST_P(NoUdpFamilyTest, HasThoseThatAreWantedAndThere) {
  const FamilyRow& row = GetParam();
  NoUdpTransport transport({.ipv4 = row.ipv4, .ipv6 = row.ipv6});
  const bool machine_has_ipv6 = std::filesystem::exists("/proc/net/if_inet6");
  const bool any = row.ipv4 || (row.ipv6 && machine_has_ipv6);
  EXPECT_EQ(transport.Open().ok(), any);
  EXPECT_EQ(transport.has_family(/*v6=*/false), row.ipv4);
  EXPECT_EQ(transport.has_family(/*v6=*/true), row.ipv6 && machine_has_ipv6);
}

INSTANTIATE_TEST_SUITE_P(Rows, NoUdpFamilyTest,
                         testing::Values(FamilyRow{"Both", true, true},
                                         FamilyRow{"Ipv4", true, false},
                                         FamilyRow{"Ipv6", false, true},
                                         FamilyRow{"None", false, false}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace caascan::net
