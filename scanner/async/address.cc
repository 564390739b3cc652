// Tested by address_test.cc.
#include "scanner/async/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "scanner/dns/special_addresses.h"

namespace caascan::async {
namespace {

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

Address Address::V4(std::span<const uint8_t, 4> octets, uint16_t port) {
  Address a;
  std::copy(octets.begin(), octets.end(), a.bytes_.begin());
  a.port_ = port;
  return a;
}

Address Address::V6(std::span<const uint8_t, 16> octets, uint16_t port) {
  constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), octets.begin())) {
    return V4(octets.subspan<12, 4>(), port);
  }
  Address a;
  std::copy(octets.begin(), octets.end(), a.bytes_.begin());
  a.port_ = port;
  a.v6_ = true;
  return a;
}

Address Address::FromSockaddr(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET6) {
    sockaddr_in6 in6;
    std::memcpy(&in6, &from, sizeof in6);
    return V6(std::span<const uint8_t, 16>(in6.sin6_addr.s6_addr, 16), ntohs(in6.sin6_port));
  }
  if (from.ss_family != AF_INET) return Address();
  sockaddr_in in4;
  std::memcpy(&in4, &from, sizeof in4);
  std::array<uint8_t, 4> octets;
  std::memcpy(octets.data(), &in4.sin_addr.s_addr, octets.size());
  return V4(octets, ntohs(in4.sin_port));
}

std::optional<Address> Address::FromText(std::string_view text, uint16_t default_port) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // inet_pton stops there.
  uint16_t port = default_port;
  std::string host(text);
  if (!text.empty() && text.front() == '[') {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = std::string(text.substr(1, close - 1));
    if (close + 1 != text.size()) {
      const auto given = text[close + 1] == ':' ? ParsePort(text.substr(close + 2)) : std::nullopt;
      if (!given) return std::nullopt;
      port = *given;
    }
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    const size_t colon = text.find(':');
    const auto given = ParsePort(text.substr(colon + 1));
    if (!given) return std::nullopt;
    port = *given;
    host = std::string(text.substr(0, colon));
  }
  std::array<uint8_t, 16> octets{};
  if (inet_pton(AF_INET, host.c_str(), octets.data()) == 1) {
    return V4(std::span<const uint8_t, 4>(octets.data(), 4), port);
  }
  if (inet_pton(AF_INET6, host.c_str(), octets.data()) == 1) return V6(octets, port);
  return std::nullopt;
}

socklen_t Address::ToSockaddr(sockaddr_storage* out) const {
  if (v6_) {
    sockaddr_in6 in6{};
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port_);
    std::copy(bytes_.begin(), bytes_.end(), in6.sin6_addr.s6_addr);
    std::memcpy(out, &in6, sizeof in6);
    return sizeof in6;
  }
  sockaddr_in in4{};
  in4.sin_family = AF_INET;
  in4.sin_port = htons(port_);
  std::memcpy(&in4.sin_addr.s_addr, bytes_.data(), 4);
  std::memcpy(out, &in4, sizeof in4);
  return sizeof in4;
}

std::string Address::ToText() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), text, sizeof text);
  return text;
}

std::string Address::ToTextWithPort() const {
  return (v6_ ? "[" + ToText() + "]" : ToText()) + ":" + std::to_string(port_);
}

bool Address::IsSpecialPurpose() const { return dns::IsSpecialAddress(octets()); }

}  // namespace caascan::async
