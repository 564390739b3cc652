// A network whose sockets leave from sources that were chosen.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "scanner/async/local_end.h"
#include "scanner/async/tcp_stream.h"
#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

constexpr const char* kSources[] = {"127.0.0.5", "127.0.0.6", "127.0.0.7"};

void AnswerAll(const Arrival& query, Outbox* out) { out->Send(Reply(query.bytes).bytes()); }

NetworkOptions FromSources() {
  std::vector<async::Address> sources;
  for (const char* text : kSources) sources.push_back(async::Address::FromText(text, 0).value());
  NetworkOptions options;
  options.local_end = std::make_shared<async::LocalEnd>(sources, "");
  options.make_stream = async::TcpStreamsFrom(options.local_end);
  options.ipv6 = false;
  return options;
}

/// Ports of this process's sockets of a type, by the address that they are bound to.
std::map<std::string, std::set<uint16_t>> Bound(int type) {
  std::map<std::string, std::set<uint16_t>> bound;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int fd = std::stoi(entry.path().filename());
    int its = 0;
    socklen_t size = sizeof its;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &its, &size) != 0 || its != type) continue;
    sockaddr_storage name{};
    size = sizeof name;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0) continue;
    if (name.ss_family != AF_INET) continue;
    const async::Address address = async::Address::FromSockaddr(name);
    bound[address.ToText()].insert(address.port());
  }
  return bound;
}

TEST(SourcesTest, UdpSocketsAreSharedOutAmongThem) {
  FakeServer server(AnswerAll);
  NetworkOptions options = FromSources();
  options.udp_sockets = 9;
  options.udp_idle_sockets = 30;
  Client client({}, options);
  // The first query opens those that only hear.
  EXPECT_EQ(client.Ask(server.At("127.0.0.1")).result.status, ExchangeStatus::kReply);
  const auto bound = Bound(SOCK_DGRAM);
  for (const char* source : kSources) {
    ASSERT_TRUE(bound.contains(source)) << source;
    EXPECT_EQ(bound.at(source).size(), 13u) << "a third of those in use and of those that hear";
  }
}

TEST(SourcesTest, ConnectionsLeaveFromThemByTurns) {
  FakeServer server(AnswerAll);
  Client client({}, FromSources());
  for (int i = 1; i <= 6; ++i) {
    const Got got = client.Ask(server.At("127.0.0." + std::to_string(100 + i)), Protocol::kTcp);
    EXPECT_EQ(got.result.status, ExchangeStatus::kReply);
  }
  const auto bound = Bound(SOCK_STREAM);
  for (const char* source : kSources) {
    ASSERT_TRUE(bound.contains(source)) << source;
    EXPECT_EQ(bound.at(source).size(), 2u);
  }
}

TEST(SourcesTest, AConnectionThatCannotLeaveFromThereIsASendFailure) {
  FakeServer server(AnswerAll);
  NetworkOptions options;
  const auto lost = std::make_shared<async::LocalEnd>(
      std::vector{async::Address::FromText("192.0.2.77", 0).value()}, "");
  options.make_stream = async::TcpStreamsFrom(lost);
  Client client({}, options);
  const Got got = client.Ask(server.At("127.0.0.1"), Protocol::kTcp);
  EXPECT_EQ(got.result.status, ExchangeStatus::kSendFailed);
  EXPECT_EQ(got.result.error, EADDRNOTAVAIL);
  EXPECT_EQ(server.seen_count(), 0u);
}

TEST(SourcesTest, NoSocketCanBeOpenedWhereNoneIsOurs) {
  async::Loop loop;
  pacing::SharedLimits limits{pacing::LimitOptions()};
  NetworkOptions options;
  options.local_end = std::make_shared<async::LocalEnd>(
      std::vector{async::Address::FromText("192.0.2.77", 0).value()}, "");
  options.ipv6 = false;
  Network network(&loop, &limits, options);
  const absl::Status opened = network.Open();
  EXPECT_FALSE(opened.ok());
  EXPECT_NE(opened.message().find("Cannot assign requested address"), std::string::npos) << opened;
  network.Close();
  loop.Drain();
}

}  // namespace
}  // namespace caascan::net
