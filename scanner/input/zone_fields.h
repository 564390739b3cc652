// Addresses as zone files write them.
#pragma once

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "scanner/dns/delegation.h"

namespace caascan::input {

/// Reads an address into `*octets`. How many it has: 0 where it is none.
inline size_t ReadAddress(std::string_view text,
                          std::array<uint8_t, dns::Delegation::kIpv6Octets>* octets) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.size() >= copy.size()) return 0;
  text.copy(copy.data(), text.size());
  if (inet_pton(AF_INET, copy.data(), octets->data()) == 1) return dns::Delegation::kIpv4Octets;
  if (inet_pton(AF_INET6, copy.data(), octets->data()) == 1) return dns::Delegation::kIpv6Octets;
  return 0;
}

}  // namespace caascan::input
