// How likely a flood of forged answers succeeds, counted in a space that is small enough for that,
// and compared with the calculation of docs/hostile.md.
#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "scanner/net/match.h"
#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

/// The UDP ports of IPv4 that this process has open.
std::set<uint16_t> OpenPorts() {
  std::set<uint16_t> ports;
  DIR* folder = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(folder)) {
    const int fd = static_cast<int>(std::strtol(entry->d_name, nullptr, 10));
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_DGRAM) continue;
    sockaddr_storage local{};
    size = sizeof local;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size) != 0) continue;
    if (local.ss_family == AF_INET) ports.insert(async::Address::FromSockaddr(local).port());
  }
  closedir(folder);
  return ports;
}

struct Row {
  const char* name;
  const char* asked;  // Behind a number.
  unsigned sockets;   // In use,
  unsigned idle;      // and beside those.
  bool knows_port;
  int flood;  // Forged answers a query.
  int queries;
  bool late = false;  // Nothing is read before all answers to a query are there.
};

// Of the ID the forger knows all but so many bits; of the letters, all but one.
constexpr int kOpenIdBits = 4;

/// The chance of a query's forgery, as docs/hostile.md has it, of which a part is known here.
double Chance(const Row& row) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText("1" + std::string(row.asked), &name), dns::NameError::kNone);
  const double ports = row.knows_port ? 1 : row.sockets + row.idle;
  const double one = std::ldexp(1, -kOpenIdBits) / 2 / ports;
  return 1 - std::pow(1 - one, MostGuesses({.name = name}));
}

class ForgeryTest : public testing::TestWithParam<Row> {};

TEST_P(ForgeryTest, SucceedsNoMoreOftenThanCalculatedHoweverMuchIsSent) {
  const Row& row = GetParam();
  std::mt19937 random(1);       // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  std::vector<uint16_t> ports;  // Of the client; set before there is anything to be forged.
  std::atomic<bool> flooded = false;
  FakeServer server([&](const Arrival& query, Outbox* out) {
    for (int i = 0; i < row.flood && !ports.empty(); ++i) {
      std::vector<uint8_t> guess =
          Reply(query.bytes, Reply::kAuthoritative, dns::RCode::kNXDomain).bytes();
      guess[1] ^= static_cast<uint8_t>(random() % (1u << kOpenIdBits));
      const size_t tld = dns::kHeaderSize + 1 + guess[dns::kHeaderSize] + 1;
      if (random() % 2 == 0) guess[tld] ^= 0x20;
      out->SendTo(row.knows_port ? query.port : ports[random() % ports.size()], guess);
    }
    out->Send(Reply(query.bytes).bytes());
    flooded = true;
  });
  const std::set<uint16_t> others = OpenPorts();
  Client client({}, {.udp_sockets = row.sockets, .udp_idle_sockets = row.idle});
  const async::Address address = server.At("127.0.0.1");
  ASSERT_EQ(client.Ask(address).result.status, ExchangeStatus::kReply);
  for (const uint16_t port : OpenPorts()) {
    if (!others.contains(port)) ports.push_back(port);
  }
  ASSERT_EQ(ports.size(), row.sockets + row.idle);
  int believed = 0;
  for (int i = 0; i < row.queries; ++i) {
    // Another name each, lest guesses at one count against the next one.
    const std::string name = std::to_string(i) + row.asked;
    flooded = false;
    if (row.late) {
      client.AtNextTurn([&] {
        client.network()->Flush();
        while (!flooded) std::this_thread::yield();
      });
    }
    const Got got = client.Ask(address, Protocol::kUdp, std::chrono::seconds(10), name);
    const bool forged = got.result.status == ExchangeStatus::kReply &&
                        dns::HeaderRCode(got.message) == dns::RCode::kNXDomain;
    believed += forged ? 1 : 0;
  }
  const double expected = Chance(row) * row.queries;
  const double deviation = std::sqrt(expected * (1 - Chance(row)));
  EXPECT_LE(believed, expected + 5 * deviation);
  // Idle sockets are read first: the later they are read, the less remains for those in use.
  if (row.knows_port) {
    EXPECT_GE(believed, expected - 5 * deviation);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ForgeryTest,
    testing::Values(Row{"ShortPortKnown", ".com", 2, 2, true, 6, 1500},
                    Row{"ShortPortUnknown", ".com", 2, 2, false, 6, 4000},
                    Row{"ShortPortUnknownLargerFlood", ".com", 2, 2, false, 40, 4000},
                    Row{"LongPortKnown", "abc.com", 2, 2, true, 6, 1500},
                    Row{"LongPortUnknown", "abc.com", 2, 2, false, 6, 4000},
                    Row{"LongPortUnknownMoreSockets", "abc.com", 2, 6, false, 12, 4000},
                    Row{"LongPortKnownReadLate", "abc.com", 2, 2, true, 6, 1500, true},
                    Row{"ShortPortUnknownReadLate", ".com", 2, 2, false, 40, 4000, true},
                    Row{"LongPortUnknownMoreSocketsReadLate", "abc.com", 2, 30, false, 80, 4000,
                        true}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace caascan::net
