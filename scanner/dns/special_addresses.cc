// Tested by address_test.cc.
#include "scanner/dns/special_addresses.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <iterator>

namespace caascan::dns {
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

}  // namespace

bool IsSpecialAddress(std::span<const uint8_t> octets) {
  assert((octets.size() == 4 || octets.size() == 16) && "IPv4 or IPv6");
  const auto contains = [octets](const Prefix& prefix) { return Contains(prefix, octets); };
  return octets.size() == 16 ? std::any_of(std::begin(kSpecialV6), std::end(kSpecialV6), contains)
                             : std::any_of(std::begin(kSpecialV4), std::end(kSpecialV4), contains);
}

}  // namespace caascan::dns
