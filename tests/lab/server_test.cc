// The lab on real sockets: a client on loopback asks over UDP and TCP.
#include "tools/caalab/serve/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <thread>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

constexpr int kWaitSeconds = 20;
constexpr uint16_t kBurst = 150;  // More than two batches, less than a socket buffer holds.
constexpr int kShortWaitMs = 200;

constexpr char kZones[] = R"({"zones":[
  {"zone":"good.test","servers":[{"addresses":["127.1.2.3","::1"]}],"records":["@ CAA 0 issue \"ca\""]},
  {"zone":"late.test","servers":[{"addresses":["127.1.2.4"]}],"faults":[{"fault":"delay","ms":60}]},
  {"zone":"dead.test","servers":[{"addresses":["127.1.2.5"]}],"faults":[{"fault":"drop"}]},
  {"zone":"twice.test","servers":[{"addresses":["127.1.2.6"]}],"faults":[{"fault":"duplicate"}]},
  {"zone":"elsewhere.test","servers":[{"addresses":["127.1.2.8"]}],"faults":[{"fault":"wrong-source"}]},
  {"zone":"closed.test","servers":[{"addresses":["127.1.2.10"]}],"faults":[{"fault":"unreachable"}]}]})";

std::vector<uint8_t> QueryFor(std::string_view name, uint16_t id) {
  dns::QuerySpec spec;
  const dns::Name wire = NameOf(name);
  spec.name = wire;
  std::vector<uint8_t> out(dns::kMaxQuerySize);
  out.resize(dns::WriteQuery(spec, id, 0, out));
  return out;
}

sockaddr_storage Endpoint(std::string_view address, uint16_t port, socklen_t* size) {
  sockaddr_storage out{};
  const Address parsed = AddressOfText(address);
  if (parsed.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, parsed.bytes().data(), 4);
    *size = sizeof v4;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, parsed.bytes().data(), 16);
    *size = sizeof v6;
  }
  return out;
}

/// A lab that runs beside the test.
class ServerTest : public testing::Test {
 protected:
  ServerTest() : server_(*world_, [this](const std::string& line) { report_ = line; }) {
    const absl::Status status = server_.Listen(0);
    EXPECT_TRUE(status.ok()) << status.message();
    thread_ = std::thread([this] { server_.Run(); });
  }
  ~ServerTest() override { StopServer(); }

  void StopServer() {
    if (!thread_.joinable()) return;
    server_.Stop();
    thread_.join();
  }

  /// A client's socket, connected to a server.
  Socket Connect(std::string_view address, int type, int wait_ms = kWaitSeconds * 1000) {
    socklen_t size = 0;
    const sockaddr_storage to = Endpoint(address, server_.port(), &size);
    Socket socket(::socket(to.ss_family, type, 0));
    const timeval wait{wait_ms / 1000, wait_ms % 1000 * 1000L};
    setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    EXPECT_EQ(connect(socket.fd(), reinterpret_cast<const sockaddr*>(&to), size), 0);
    return socket;
  }
  static std::vector<uint8_t> Receive(const Socket& socket) {
    std::vector<uint8_t> out(65536);
    const ssize_t got = recv(socket.fd(), out.data(), out.size(), 0);
    out.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return out;
  }
  static void Send(const Socket& socket, const std::vector<uint8_t>& bytes) {
    EXPECT_EQ(send(socket.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// Reads one framed message.
  static std::vector<uint8_t> ReceiveFramed(const Socket& socket) {
    uint8_t length[2];
    if (recv(socket.fd(), length, 2, MSG_WAITALL) != 2) return {};
    std::vector<uint8_t> out(static_cast<size_t>(length[0] << 8 | length[1]));
    const ssize_t got = recv(socket.fd(), out.data(), out.size(), MSG_WAITALL);
    out.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return out;
  }
  static void AppendFramed(const std::vector<uint8_t>& message, std::vector<uint8_t>* out) {
    out->push_back(static_cast<uint8_t>(message.size() >> 8));
    out->push_back(static_cast<uint8_t>(message.size() & 0xff));
    out->insert(out->end(), message.begin(), message.end());
  }
  static uint16_t IdOf(const std::vector<uint8_t>& bytes) {
    return bytes.size() < 2 ? uint16_t{0} : static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
  }

  const std::unique_ptr<World> world_ = WorldOf(kZones);
  std::string report_;
  LabServer server_;
  std::thread thread_;
};

TEST_F(ServerTest, AnswersUdpFromTheAddressAsked) {
  // A connected socket only takes what comes from that address.
  const Socket client = Connect("127.1.2.3", SOCK_DGRAM);
  for (uint16_t id = 1; id <= kBurst; ++id) Send(client, QueryFor("good.test", id));
  for (uint16_t id = 1; id <= kBurst; ++id) {
    const auto answer = Receive(client);
    ASSERT_EQ(IdOf(answer), id);
    dns::Message message;
    ASSERT_EQ(dns::Message::Parse(answer, &message).error, dns::ParseError::kNone);
    EXPECT_EQ(message.count(dns::Section::kAnswer), 1);
  }
}

TEST_F(ServerTest, AnswersIpv6) {
  if (!HasV6()) GTEST_SKIP() << "no IPv6 here";
  const Socket udp = Connect("::1", SOCK_DGRAM);
  Send(udp, QueryFor("good.test", 5));
  EXPECT_EQ(IdOf(Receive(udp)), 5);
  const Socket tcp = Connect("::1", SOCK_STREAM);
  std::vector<uint8_t> bytes;
  AppendFramed(QueryFor("good.test", 6), &bytes);
  Send(tcp, bytes);
  EXPECT_EQ(IdOf(ReceiveFramed(tcp)), 6);
}

TEST_F(ServerTest, AnswersManyPipelinedTcpQueriesInOrder) {
  const Socket client = Connect("127.1.2.3", SOCK_STREAM);
  std::vector<uint8_t> bytes;
  for (uint16_t id = 1; id <= 500; ++id) AppendFramed(QueryFor("good.test", id), &bytes);
  // In pieces that cut messages and lengths anywhere.
  for (size_t at = 0; at < bytes.size(); at += 77) {
    const size_t size = std::min<size_t>(77, bytes.size() - at);
    Send(client,
         {bytes.begin() + static_cast<long>(at), bytes.begin() + static_cast<long>(at + size)});
  }
  for (uint16_t id = 1; id <= 500; ++id) ASSERT_EQ(IdOf(ReceiveFramed(client)), id);
}

TEST_F(ServerTest, LateAnswersComeOverBoth) {
  const auto start = std::chrono::steady_clock::now();
  const Socket udp = Connect("127.1.2.4", SOCK_DGRAM);
  Send(udp, QueryFor("late.test", 9));
  EXPECT_EQ(IdOf(Receive(udp)), 9);
  const Socket tcp = Connect("127.1.2.4", SOCK_STREAM);
  std::vector<uint8_t> bytes;
  AppendFramed(QueryFor("late.test", 10), &bytes);
  Send(tcp, bytes);
  EXPECT_EQ(IdOf(ReceiveFramed(tcp)), 10);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(110));
}

TEST_F(ServerTest, DuplicatesArrive) {
  const Socket client = Connect("127.1.2.6", SOCK_DGRAM);
  Send(client, QueryFor("twice.test", 11));
  EXPECT_EQ(IdOf(Receive(client)), 11);
  EXPECT_EQ(IdOf(Receive(client)), 11);
}

TEST_F(ServerTest, WrongSourcesAreSeenByOthers) {
  const Socket asked = Connect("127.1.2.8", SOCK_DGRAM, kShortWaitMs);
  Send(asked, QueryFor("elsewhere.test", 12));
  EXPECT_TRUE(Receive(asked).empty()) << "the answer comes from 127.1.2.9";
}

TEST_F(ServerTest, DropsAreSilent) {
  const Socket client = Connect("127.1.2.5", SOCK_DGRAM, kShortWaitMs);
  Send(client, QueryFor("dead.test", 13));
  EXPECT_TRUE(Receive(client).empty());
  EXPECT_TRUE(errno == EAGAIN || errno == EWOULDBLOCK);
}

TEST_F(ServerTest, ClosedPortsAreRefusedWhereTheSystemLets) {
  if (!server_.plays_unreachable()) GTEST_SKIP() << "ICMP wants CAP_NET_RAW";
  for (const char* address : {"127.1.2.10", "127.9.9.9"}) {
    const Socket client = Connect(address, SOCK_DGRAM);
    Send(client, QueryFor("closed.test", 14));
    EXPECT_TRUE(Receive(client).empty());
    EXPECT_EQ(errno, ECONNREFUSED) << address;
  }
}

TEST_F(ServerTest, ClosedPortsResetTcp) {
  const Socket client = Connect("127.1.2.10", SOCK_STREAM);
  std::vector<uint8_t> bytes;
  AppendFramed(QueryFor("closed.test", 15), &bytes);
  Send(client, bytes);
  EXPECT_TRUE(ReceiveFramed(client).empty());
  EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(ServerTest, ReportsWhatItCountedAtTheEnd) {
  const Socket client = Connect("127.1.2.3", SOCK_DGRAM);
  Send(client, QueryFor("good.test", 1));
  EXPECT_EQ(IdOf(Receive(client)), 1);
  StopServer();
  EXPECT_NE(report_.find(R"("queries":1,)"), std::string::npos) << report_;
  EXPECT_NE(report_.find(R"("127.1.2.3":{"CAA":1})"), std::string::npos) << report_;
}

TEST_F(ServerTest, StopsWithOpenConnectionsAndLateAnswers) {
  const Socket tcp = Connect("127.1.2.4", SOCK_STREAM);
  std::vector<uint8_t> bytes;
  AppendFramed(QueryFor("late.test", 16), &bytes);
  Send(tcp, bytes);
  const Socket udp = Connect("127.1.2.3", SOCK_DGRAM);
  Send(udp, QueryFor("good.test", 17));
  EXPECT_EQ(IdOf(Receive(udp)), 17);
  StopServer();
  EXPECT_FALSE(report_.empty());
}

TEST(LabServerTest, APortInUseIsToldOnce) {
  const auto world = WorldOf(kZones);
  LabServer first(*world, [](const std::string&) {});
  ASSERT_TRUE(first.Listen(0).ok());
  LabServer second(*world, [](const std::string&) {});
  const absl::Status status = second.Listen(first.port());
  EXPECT_FALSE(status.ok());
  EXPECT_NE(std::string(status.message()).find("Address already in use"), std::string::npos);
}

}  // namespace
}  // namespace caascan::lab
