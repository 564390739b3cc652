// Sockets that are bound to sources of this machine's loopback.
#include "scanner/async/local_end.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace caascan::async {
namespace {

Address At(const char* text) { return Address::FromText(text, 0).value(); }

class TestSocket {
 public:
  explicit TestSocket(int type = SOCK_DGRAM) : fd_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {}
  TestSocket(const TestSocket&) = delete;
  TestSocket& operator=(const TestSocket&) = delete;
  ~TestSocket() { close(fd_); }

  int fd() const { return fd_; }
  Address name() const {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size), 0);
    return Address::FromSockaddr(name);
  }

 private:
  const int fd_;
};

TEST(LocalEndTest, SourcesTakeTurnsAndPortsAreTheKernels) {
  LocalEnd end({At("127.0.0.5"), Address::FromText("127.0.0.6:5353", 0).value()}, "");
  std::map<std::string, std::set<uint16_t>> ports;
  for (int i = 0; i < 20; ++i) {
    const TestSocket socket;
    ASSERT_EQ(end.Bind(socket.fd(), /*v6=*/false), 0);
    ports[socket.name().ToText()].insert(socket.name().port());
  }
  ASSERT_EQ(ports.size(), 2u);
  for (const auto& [source, used] : ports) {
    EXPECT_GT(used.size(), 5u) << source;
    EXPECT_FALSE(used.contains(0) || used.contains(5353));
  }
}

TEST(LocalEndTest, WithoutASourceOfTheFamilyTheSystemChooses) {
  LocalEnd end({At("::1")}, "");
  const TestSocket socket;
  ASSERT_EQ(end.Bind(socket.fd(), /*v6=*/false), 0);
  EXPECT_EQ(socket.name().ToText(), "0.0.0.0");
  EXPECT_EQ(end.Next(/*v6=*/false), nullptr);
  ASSERT_NE(end.Next(/*v6=*/true), nullptr);
  EXPECT_EQ(end.Next(/*v6=*/true)->ToText(), "::1");
}

struct RefusedRow {
  const char* name;
  std::vector<Address> sources;
  const char* interface;
  int error;
};

class LocalEndRefusedTest : public testing::TestWithParam<RefusedRow> {};

TEST_P(LocalEndRefusedTest, SaysWhatTheSystemSays) {
  LocalEnd end(GetParam().sources, GetParam().interface);
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    const TestSocket socket(type);
    EXPECT_EQ(end.Bind(socket.fd(), /*v6=*/false), GetParam().error);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LocalEndRefusedTest,
    testing::Values(RefusedRow{"NotOurs", {At("192.0.2.77")}, "", EADDRNOTAVAIL},
                    RefusedRow{"NoInterface", {}, "nosuch0", ENODEV},
                    RefusedRow{"TooLongForAnInterface", {}, "lo34567890123456", ENODEV},
                    RefusedRow{"Loopback", {At("127.0.0.5")}, "lo", 0}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace caascan::async
