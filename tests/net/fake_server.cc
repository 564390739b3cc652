#include "tests/net/fake_server.h"

#include <gtest/gtest.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "tests/net/reply.h"

namespace caascan::net {
namespace {

constexpr int kReceiveBufferBytes = 8 << 20;

int OpenSocket(const async::Address& address, int type) {
  const int fd = socket(address.is_v6() ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  if (address.is_v6()) (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (type == SOCK_DGRAM) {
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBufferBytes, sizeof(int));
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBufferBytes, sizeof(int));
    (void)setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  } else {
    // Connections that the server ended first must not keep the port from the next test.
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  }
  sockaddr_storage storage{};
  const socklen_t size = address.ToSockaddr(&storage);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) != 0 ||
      (type == SOCK_STREAM && listen(fd, SOMAXCONN) != 0)) {
    close(fd);
    return -1;
  }
  return fd;
}

async::Address LocalAddress(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size), 0);
  return async::Address::FromSockaddr(storage);
}

async::Address Any(uint16_t port) {
  constexpr std::array<uint8_t, 4> kAny{};
  return async::Address::V4(kAny, port);
}

/// Answers one datagram, from the address it was sent to.
class UdpOutbox : public Outbox {
 public:
  UdpOutbox(int fd, int elsewhere, msghdr query) : fd_(fd), elsewhere_(elsewhere) {
    std::memcpy(&asker_, query.msg_name, query.msg_namelen);
    asker_size_ = query.msg_namelen;
    for (cmsghdr* c = CMSG_FIRSTHDR(&query); c != nullptr; c = CMSG_NXTHDR(&query, c)) {
      if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO) continue;
      std::memcpy(&source_, CMSG_DATA(c), sizeof source_);
      has_source_ = true;
    }
  }

  /// nullopt-like: the default address, where the query came over IPv6.
  async::Address destination(uint16_t port) const {
    if (!has_source_) return async::Address::FromText("::1", port).value();
    std::array<uint8_t, 4> octets{};
    std::memcpy(octets.data(), &source_.ipi_addr, octets.size());
    return async::Address::V4(octets, port);
  }

  void Send(std::span<const uint8_t> message) override { Send(message, 0); }
  void SendTogether(std::span<const uint8_t> datagrams, uint16_t size) override {
    Send(datagrams, size);
  }
  void SendFromElsewhere(std::span<const uint8_t> message) override {
    EXPECT_EQ(sendto(elsewhere_, message.data(), message.size(), MSG_NOSIGNAL,
                     reinterpret_cast<const sockaddr*>(&asker_), asker_size_),
              static_cast<ssize_t>(message.size()));
  }
  void SendTo(uint16_t port, std::span<const uint8_t> message) override {
    UdpOutbox other(*this);
    reinterpret_cast<sockaddr_in*>(&other.asker_)->sin_port = htons(port);  // As in sockaddr_in6.
    other.Send(message);
  }
  uint16_t asker_port() const {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&asker_)->sin_port);
  }
  void SendRaw(std::span<const uint8_t>) override {}
  void Close() override {}

 private:
  static cmsghdr* AddOption(cmsghdr* option, int level, int type, std::span<const uint8_t> value) {
    option->cmsg_level = level;
    option->cmsg_type = type;
    option->cmsg_len = CMSG_LEN(value.size());
    std::memcpy(CMSG_DATA(option), value.data(), value.size());
    return reinterpret_cast<cmsghdr*>(reinterpret_cast<uint8_t*>(option) +
                                      CMSG_SPACE(value.size()));
  }

  /// `segment`: what to cut the bytes into; 0: nothing.
  void Send(std::span<const uint8_t> bytes, uint16_t segment) {
    iovec vector{const_cast<uint8_t*>(bytes.data()), bytes.size()};
    msghdr header{};
    header.msg_name = &asker_;
    header.msg_namelen = asker_size_;
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    constexpr size_t kRoom = CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof segment);
    alignas(cmsghdr) std::array<uint8_t, kRoom> control{};
    auto* option = reinterpret_cast<cmsghdr*>(control.data());
    if (has_source_) {
      in_pktinfo from{};
      from.ipi_spec_dst = source_.ipi_addr;
      const auto* value = reinterpret_cast<const uint8_t*>(&from);
      option = AddOption(option, IPPROTO_IP, IP_PKTINFO, {value, sizeof from});
    }
    if (segment != 0) {
      const auto* value = reinterpret_cast<const uint8_t*>(&segment);
      option = AddOption(option, SOL_UDP, UDP_SEGMENT, {value, sizeof segment});
    }
    const auto used = static_cast<size_t>(reinterpret_cast<uint8_t*>(option) - control.data());
    header.msg_control = used == 0 ? nullptr : control.data();
    header.msg_controllen = used;
    EXPECT_EQ(sendmsg(fd_, &header, MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }

  const int fd_;
  const int elsewhere_;
  sockaddr_storage asker_{};
  socklen_t asker_size_ = 0;
  in_pktinfo source_{};
  bool has_source_ = false;
};

}  // namespace

struct FakeServer::Connection : Outbox {
  ~Connection() override { close(fd); }

  void Send(std::span<const uint8_t> message) override {
    std::vector<uint8_t> framed = {static_cast<uint8_t>(message.size() >> 8),
                                   static_cast<uint8_t>(message.size() & 0xff)};
    framed.insert(framed.end(), message.begin(), message.end());
    SendRaw(framed);
  }
  void SendTogether(std::span<const uint8_t>, uint16_t) override {}
  void SendTo(uint16_t, std::span<const uint8_t>) override {}
  void SendFromElsewhere(std::span<const uint8_t>) override {}
  void SendRaw(std::span<const uint8_t> octets) override {
    // What the asker no longer wants to hear is no error.
    while (!octets.empty()) {
      const ssize_t sent = send(fd, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      octets = octets.subspan(static_cast<size_t>(sent));
    }
  }
  void Close() override {
    (void)shutdown(fd, SHUT_WR);
    closed = true;
  }

  int fd = -1;
  unsigned number = 0;
  async::Address server;
  bool closed = false;
  std::vector<uint8_t> read;
};

FakeServer::FakeServer(Handler handler) : handler_(std::move(handler)) {
  // The kernel's choice for UDP may be taken for TCP: then another one.
  for (int attempt = 0; attempt < 50 && !Open(); ++attempt) CloseSockets();
  EXPECT_GE(tcp4_, 0) << "a port that is free for UDP and TCP";
  OpenIpv6();
  stop_ = eventfd(0, EFD_CLOEXEC);
  elsewhere_ = OpenSocket(Any(0), SOCK_DGRAM);
  thread_ = std::thread([this] { Run(); });
}

FakeServer::~FakeServer() {
  const uint64_t one = 1;
  EXPECT_EQ(write(stop_, &one, sizeof one), static_cast<ssize_t>(sizeof one));
  thread_.join();
  connections_.clear();
  CloseSockets();
  close(stop_);
  close(elsewhere_);
}

bool FakeServer::Open() {
  udp4_ = OpenSocket(Any(0), SOCK_DGRAM);
  if (udp4_ < 0) return false;
  port_ = LocalAddress(udp4_).port();
  tcp4_ = OpenSocket(Any(port_), SOCK_STREAM);
  return tcp4_ >= 0;
}

void FakeServer::OpenIpv6() {
  const async::Address loopback = async::Address::FromText("::1", port_).value();
  udp6_ = OpenSocket(loopback, SOCK_DGRAM);
  tcp6_ = udp6_ < 0 ? -1 : OpenSocket(loopback, SOCK_STREAM);
}

void FakeServer::CloseSockets() {
  for (int* fd : {&udp4_, &udp6_, &tcp4_, &tcp6_}) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
  }
}

void FakeServer::Run() {
  while (true) {
    std::vector<pollfd> fds;
    for (const int fd : {stop_, udp4_, udp6_, tcp4_, tcp6_}) fds.push_back({fd, POLLIN, 0});
    const size_t first_connection = fds.size();
    for (const auto& connection : connections_) fds.push_back({connection->fd, POLLIN, 0});
    if (poll(fds.data(), fds.size(), -1) < 0) continue;
    if (fds[0].revents != 0) return;
    if (fds[1].revents != 0) ReadUdp(udp4_);
    if (fds[2].revents != 0) ReadUdp(udp6_);
    for (size_t i = fds.size(); i-- > first_connection;) {
      if (fds[i].revents == 0 || ReadTcp(connections_[i - first_connection].get())) continue;
      connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i - first_connection));
    }
    if (fds[3].revents != 0) AcceptTcp(tcp4_);
    if (fds[4].revents != 0) AcceptTcp(tcp6_);
  }
}

void FakeServer::ReadUdp(int fd) {
  while (true) {
    std::array<uint8_t, 2048> datagram{};
    alignas(cmsghdr) std::array<uint8_t, 256> control{};
    sockaddr_storage asker{};
    iovec vector{datagram.data(), datagram.size()};
    msghdr header{};
    header.msg_name = &asker;
    header.msg_namelen = sizeof asker;
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t size = recvmsg(fd, &header, MSG_DONTWAIT);
    if (size < 0) return;
    UdpOutbox outbox(fd, elsewhere_, header);
    Handle({std::span(datagram).first(static_cast<size_t>(size)), outbox.destination(port_),
            Protocol::kUdp, 0, outbox.asker_port()},
           &outbox);
  }
}

void FakeServer::AcceptTcp(int listener) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  auto connection = std::make_unique<Connection>();
  connection->fd = fd;
  connection->number = accepted_++;
  connection->server = LocalAddress(fd);
  connections_.push_back(std::move(connection));
}

/// False where the asker has closed.
bool FakeServer::ReadTcp(Connection* connection) {
  std::array<uint8_t, 4096> room{};
  const ssize_t size = recv(connection->fd, room.data(), room.size(), MSG_DONTWAIT);
  if (size <= 0) return false;
  std::vector<uint8_t>& read = connection->read;
  read.insert(read.end(), room.begin(), room.begin() + size);
  while (!connection->closed && read.size() >= 2) {
    const size_t length = static_cast<size_t>(read[0] << 8) | read[1];
    if (read.size() < 2 + length) break;
    const std::vector<uint8_t> query(read.begin() + 2,
                                     read.begin() + static_cast<std::ptrdiff_t>(2 + length));
    read.erase(read.begin(), read.begin() + static_cast<std::ptrdiff_t>(2 + length));
    Handle({query, connection->server, Protocol::kTcp, connection->number}, connection);
  }
  return !connection->closed;
}

void FakeServer::Handle(const Arrival& arrival, Outbox* outbox) {
  const dns::Message query = ParseQuery(arrival.bytes);
  {
    const std::lock_guard lock(mutex_);
    seen_.push_back({QuestionText(arrival.bytes), query.question_type(), arrival.server.ToText(),
                     arrival.transport, arrival.connection, query.edns().has_value(),
                     (query.flags() & dns::kFlagRD) != 0});
  }
  handler_(arrival, outbox);
}

std::vector<SeenQuery> FakeServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

size_t FakeServer::seen_count() const {
  const std::lock_guard lock(mutex_);
  return seen_.size();
}

size_t FakeServer::CountSeen(std::string_view server, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::count_if(seen_.begin(), seen_.end(), [&](const SeenQuery& query) {
    return (server.empty() || query.server == server) && (name.empty() || query.name == name);
  }));
}

uint16_t ClosedPort() {
  while (true) {
    const int udp = OpenSocket(Any(0), SOCK_DGRAM);
    const uint16_t port = LocalAddress(udp).port();
    const int tcp = OpenSocket(Any(port), SOCK_STREAM);
    close(udp);
    if (tcp < 0) continue;
    close(tcp);
    return port;
  }
}

}  // namespace caascan::net
