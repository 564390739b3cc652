// A DNS server on loopback that does what a test tells it to.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "scanner/async/address.h"
#include "scanner/dns/codes.h"
#include "scanner/net/exchange.h"

namespace caascan::net {

/// A query as it arrived. Valid during the call it is handed to.
struct Arrival {
  std::span<const uint8_t> bytes;
  async::Address server;  // That it was sent to.
  Protocol transport = Protocol::kUdp;
  unsigned connection = 0;  // TCP: counted from 0 as they were accepted.
  uint16_t port = 0;        // UDP: that it came from.
};

/// What a test wants to know of the queries afterwards.
struct SeenQuery {
  std::string name;  // Lower case.
  dns::RRType type{};
  std::string server;  // Without the port.
  Protocol transport = Protocol::kUdp;
  unsigned connection = 0;
  bool edns = false;
  bool recursion_desired = false;
};

/// Where a handler puts what is to be sent. Valid during the call.
class Outbox {
 public:
  virtual ~Outbox() = default;
  /// To the asker, by the way and from the address that the query came to; over TCP with its
  /// length in front.
  virtual void Send(std::span<const uint8_t> message) = 0;
  /// UDP: likewise, datagrams of `size` octets, the last perhaps smaller, that stay together on
  /// their way (UDP_SEGMENT). Nothing over TCP.
  virtual void SendTogether(std::span<const uint8_t> datagrams, uint16_t size) = 0;
  /// UDP: to another port of the asker's. Nothing over TCP.
  virtual void SendTo(uint16_t port, std::span<const uint8_t> message) = 0;
  /// UDP: from another port. Nothing over TCP.
  virtual void SendFromElsewhere(std::span<const uint8_t> message) = 0;
  /// TCP: octets as they are. Nothing over UDP.
  virtual void SendRaw(std::span<const uint8_t> octets) = 0;
  /// TCP: what was sent, then the end.
  virtual void Close() = 0;
};

/// Serves every address of 127.0.0.0/8, and ::1 where the machine has it, on one port of the
/// kernel's choice, UDP and TCP, from a thread of its own. The handler runs on that thread, one
/// query at a time.
class FakeServer {
 public:
  using Handler = std::function<void(const Arrival&, Outbox*)>;

  explicit FakeServer(Handler handler);
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer();

  uint16_t port() const { return port_; }
  bool has_ipv6() const { return udp6_ >= 0; }
  async::Address At(std::string_view host) const {
    return async::Address::FromText(host, port_).value();
  }

  /// Any thread.
  std::vector<SeenQuery> seen() const;
  size_t seen_count() const;
  /// Queries whose handling has ended.
  size_t CountSeen(std::string_view server, std::string_view name = {}) const;

 private:
  struct Connection;

  bool Open();
  void OpenIpv6();
  void Run();
  void ReadUdp(int fd);
  void AcceptTcp(int listener);
  bool ReadTcp(Connection* connection);
  void Handle(const Arrival& arrival, Outbox* outbox);
  void CloseSockets();

  const Handler handler_;
  uint16_t port_ = 0;
  int udp4_ = -1;
  int udp6_ = -1;
  int tcp4_ = -1;
  int tcp6_ = -1;
  int elsewhere_ = -1;
  int stop_ = -1;
  unsigned accepted_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;
  mutable std::mutex mutex_;
  std::vector<SeenQuery> seen_;
  std::thread thread_;
};

/// A port of 127.0.0.1 on which nothing listens, neither UDP nor TCP.
uint16_t ClosedPort();

}  // namespace caascan::net
