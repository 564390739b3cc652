// Delegations as words, for tests to compare.
#pragma once

#include <arpa/inet.h>

#include <array>
#include <span>
#include <string>

#include "scanner/dns/delegation.h"
#include "scanner/dns/name.h"

namespace caascan::zonefile {

inline std::string AddressText(std::span<const uint8_t> octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(octets.size() == dns::Delegation::kIpv4Octets ? AF_INET : AF_INET6, octets.data(),
            text.data(), text.size());
  return text.data();
}

/// "owner: host[=address…]… TTL [ds:octets…]".
inline std::string DelegationText(const std::string& owner, const dns::Delegation& delegation) {
  std::string shown = owner + ":";
  const auto* octets = reinterpret_cast<const uint8_t*>(delegation.hosts.data());
  size_t at = 0;
  for (size_t server = 0; at < delegation.hosts.size(); ++server) {
    size_t size = 0;
    while (octets[at + size] != 0) size += 1u + octets[at + size];
    ++size;  // The root's zero octet.
    const dns::NameView host = dns::NameView::FromTrusted(octets + at, size);
    shown += " " + host.ToText();
    for (const auto& glue : delegation.glue) {
      if (glue.server == server) shown += "=" + AddressText(glue.octets());
    }
    at += size;
  }
  shown += " " + std::to_string(delegation.ttl_s);
  for (const std::string& ds : delegation.ds) shown += " ds:" + std::to_string(ds.size());
  return shown;
}

}  // namespace caascan::zonefile
