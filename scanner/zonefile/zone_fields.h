// Fields of zone files.
#pragma once

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "scanner/caa/property.h"
#include "scanner/dns/delegation.h"
#include "scanner/dns/record_text.h"

namespace caascan::zonefile {

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

/// The type behind an owner. Of TTL and class, each at most once, either may come first.
inline std::string_view TakeType(std::string_view* rest) {
  std::string_view field = dns::TakeRecordField(rest);
  for (int before = 0; before < 2 && !field.empty(); ++before) {
    const bool is_ttl = field[0] >= '0' && field[0] <= '9';
    if (!is_ttl && !caa::EqualIgnoringCase(field, "in")) break;
    field = dns::TakeRecordField(rest);
  }
  return field;
}

}  // namespace caascan::zonefile
