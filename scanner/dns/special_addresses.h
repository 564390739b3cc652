// Address ranges that are reserved for something else than public servers (RFC 6890).
#pragma once

#include <cstdint>
#include <span>

namespace caascan::dns {

/// Is the address in one of IANA's special-purpose ranges that no public name server has, or is it
/// multicast? REQUIRES: 4 octets (IPv4) or 16 (IPv6). Pure.
bool IsSpecialAddress(std::span<const uint8_t> octets);

}  // namespace caascan::dns
