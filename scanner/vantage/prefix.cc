// Tested by prefix_test.cc.
#include "scanner/vantage/prefix.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <string>

namespace caascan::vantage {
namespace {

constexpr size_t kIpv4Bits = 32;
constexpr size_t kIpv6Bits = 128;

std::array<uint8_t, 16> Mask(std::span<const uint8_t> octets, size_t length) {
  std::array<uint8_t, 16> masked{};
  for (size_t i = 0; i < octets.size() && length > 0; ++i) {
    const size_t bits = std::min<size_t>(length, 8);
    masked[i] = static_cast<uint8_t>(octets[i] & (0xFF00u >> bits));
    length -= bits;
  }
  return masked;
}

}  // namespace

std::optional<Prefix> ParsePrefix(std::string_view text) {
  const size_t slash = std::min(text.find('/'), text.size());
  const std::string address(text.substr(0, slash));
  std::array<uint8_t, 16> octets{};
  const bool v4 = inet_pton(AF_INET, address.c_str(), octets.data()) == 1;
  if (!v4 && inet_pton(AF_INET6, address.c_str(), octets.data()) != 1) return std::nullopt;
  const size_t whole = v4 ? kIpv4Bits : kIpv6Bits;
  size_t length = whole;
  if (slash != text.size()) {
    const std::string_view digits = text.substr(slash + 1);
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (end.ec != std::errc() || end.ptr != digits.data() + digits.size()) return std::nullopt;
    if (length > whole) return std::nullopt;
  }
  const std::array<uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  constexpr size_t kMappedBits = 8 * mapped.size();
  if (!v4 && length >= kMappedBits && std::equal(mapped.begin(), mapped.end(), octets.begin())) {
    length -= kMappedBits;
    return Prefix{false, static_cast<uint8_t>(length),
                  Mask(std::span(octets).subspan<mapped.size()>(), length)};
  }
  return Prefix{!v4, static_cast<uint8_t>(length),
                Mask(std::span<const uint8_t>(octets).first(whole / 8), length)};
}

Prefix PrefixOf(const async::Address& address, uint8_t length) {
  assert(length <= 8 * address.octets().size() && "no more bits than the address has");
  return {address.is_v6(), length, Mask(address.octets(), length)};
}

}  // namespace caascan::vantage
