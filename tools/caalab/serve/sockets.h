// The lab's sockets: bound to every address of the loopback interface, and to no other interface.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

#include <absl/status/statusor.h>

#include "tools/caalab/world/address.h"

namespace caascan::lab {

/// A file descriptor with one owner.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket();

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

enum class IpVersion : uint8_t { kV4, kV6 };

/// A UDP socket that tells the address each datagram was sent to. Port 0 takes a free one.
[[nodiscard]] absl::StatusOr<Socket> OpenUdp(IpVersion version, uint16_t port);
/// A listening TCP socket, not yet accepting.
[[nodiscard]] absl::StatusOr<Socket> OpenTcp(IpVersion version, uint16_t port);
/// Makes a UDP socket tell when each datagram came (SourceControl::ReceivedAt).
void TellTimes(const Socket& socket);
/// The system's clock, by which the kernel stamps datagrams.
std::chrono::nanoseconds SystemNow();
/// The port a socket is bound to.
uint16_t BoundPort(const Socket& socket);

/// Can this machine have IPv6 sockets at all?
bool HasV6();

Address AddressOf(const sockaddr_storage& storage);
uint16_t PortOf(const sockaddr_storage& storage);

/// Control data that makes a datagram leave from an address of the server's.
class SourceControl {
 public:
  /// Fills in; returns how many octets count.
  size_t Set(const Address& source);
  void* data() { return bytes_; }
  size_t capacity() const { return sizeof bytes_; }
  /// The address that a datagram received with this control data, `size` octets of it, was sent to;
  /// 0.0.0.0 where it does not say.
  static Address Destination(msghdr* message);
  /// When the kernel took it in, of the system's clock; where the socket was asked to tell.
  static std::optional<std::chrono::nanoseconds> ReceivedAt(msghdr* message);

 private:
  alignas(cmsghdr) char bytes_[CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(timespec))];
};

/// Sends ICMP "port unreachable" in a server's name. Wants CAP_NET_RAW (root, or a user namespace);
/// where that is missing, Send() does nothing and closed ports look like silent ones.
class PortUnreachable {
 public:
  PortUnreachable();

  bool is_able() const { return v4_.is_open(); }
  /// About a datagram that `client` sent to `server`'s port. It is quoted whole, as systems do
  /// today (RFC 1812 §4.3.2.3), so that a client with several queries there knows which one is
  /// meant.
  void Send(const sockaddr_storage& client, const Address& server, uint16_t server_port,
            std::span<const uint8_t> datagram) const;

 private:
  Socket v4_;
  Socket v6_;
};

}  // namespace caascan::lab
