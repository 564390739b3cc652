// Addresses of servers: a value that hashes, prints and turns into a sockaddr.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace caascan::async {

/// An IPv4 or IPv6 address and a port. IPv4-mapped IPv6 addresses become IPv4. A value.
class Address {
 public:
  /// 0.0.0.0 port 0: no server has it.
  Address() = default;

  static Address V4(std::span<const uint8_t, 4> octets, uint16_t port);
  static Address V6(std::span<const uint8_t, 16> octets, uint16_t port);
  static Address FromSockaddr(const sockaddr_storage& from);

  /// "192.0.2.1", "192.0.2.1:5300", "2001:db8::1", "[2001:db8::1]:5300". nullopt where it is none
  /// of them.
  static std::optional<Address> FromText(std::string_view text, uint16_t default_port);

  bool is_v6() const { return v6_; }
  uint16_t port() const { return port_; }
  std::span<const uint8_t> octets() const { return {bytes_.data(), v6_ ? size_t{16} : size_t{4}}; }

  /// The size of what was written into *out.
  socklen_t ToSockaddr(sockaddr_storage* out) const;

  /// Without the port.
  std::string ToText() const;
  /// With the port, in brackets for IPv6.
  std::string ToTextWithPort() const;

  /// One of the IANA special-purpose ranges (RFC 6890 and its registries) that no public name
  /// server has: loopback, private, link-local, documentation, multicast … Queries go there only
  /// where the user asked for it.
  bool IsSpecialPurpose() const;

  friend bool operator==(const Address&, const Address&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const Address& a) {
    return H::combine(std::move(state), a.bytes_, a.port_, a.v6_);
  }

 private:
  std::array<uint8_t, 16> bytes_{};
  uint16_t port_ = 0;
  bool v6_ = false;
};

}  // namespace caascan::async
