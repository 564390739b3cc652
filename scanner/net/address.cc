// Tested by address_test.cc.
#include "scanner/net/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace caascan::net {
namespace {

struct Prefix {
  std::array<uint8_t, 16> bytes;
  uint8_t bits;
};

bool Contains(const Prefix& prefix, std::span<const uint8_t> octets) {
  const size_t whole = prefix.bits / 8;
  if (!std::equal(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(whole),
                  prefix.bytes.begin())) {
    return false;
  }
  const unsigned rest = prefix.bits % 8;
  if (rest == 0) return true;
  const unsigned mask = (0xff00u >> rest) & 0xffu;
  return ((octets[whole] ^ prefix.bytes[whole]) & mask) == 0;
}

// IANA IPv4 Special-Purpose Address Registry: the rows that are not globally reachable, and
// multicast.
constexpr Prefix kSpecialV4[] = {
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
};

// IANA IPv6 Special-Purpose Address Registry, likewise.
constexpr Prefix kSpecialV6[] = {
    {{}, 8},  // ::/128, ::1/128, IPv4-compatible, and NAT64: what it maps to has its own row.
    {{0x01, 0x00}, 63},              // Discard-only, and the dummy prefix (RFC 9780).
    {{0x20, 0x01, 0x00, 0x00}, 32},  // Teredo
    {{0x20, 0x01, 0x00, 0x02}, 48},
    {{0x20, 0x01, 0x00, 0x10}, 28},  // ORCHID, deprecated
    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x20, 0x02}, 16},  // 6to4
    {{0x3f, 0xff, 0x00}, 20},
    {{0x5f, 0x00}, 16},
    {{0xfc}, 7},
    {{0xfe, 0x80}, 10},
    {{0xff}, 8},
};

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

bool Address::IsSpecialPurpose() const {
  const auto contains = [this](const Prefix& prefix) { return Contains(prefix, octets()); };
  return v6_ ? std::any_of(std::begin(kSpecialV6), std::end(kSpecialV6), contains)
             : std::any_of(std::begin(kSpecialV4), std::end(kSpecialV4), contains);
}

}  // namespace caascan::net
