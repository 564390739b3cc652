// A delegation as a zone file of the parent has it.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::dns {

/// What a parent says of one zone. A value; small, since each name in a queue may carry one.
struct Delegation {
  static constexpr size_t kIpv4Octets = 4;
  static constexpr size_t kIpv6Octets = 16;

  /// An address record of one of the servers.
  struct Glue {
    uint8_t server = 0;  // Index into the servers' names.
    uint8_t size = 0;    // Octets of the address: kIpv4Octets or kIpv6Octets.
    std::array<uint8_t, kIpv6Octets> address{};

    std::span<const uint8_t> octets() const { return std::span(address).first(size); }
  };

  std::string hosts;  // The servers' names in wire form, one behind the other.
  std::vector<Glue> glue;
  std::vector<std::string> ds;  // RDATA of the DS records.
  /// What the file has to prove the DS set, or that there is none: NSEC, and RRSIG over that and
  /// DS. Not verified.
  struct Proof {
    RRType type{};
    std::string rdata;
  };
  std::vector<Proof> proofs;
  uint32_t ttl_s = 0;  // Of the NS set.

  /// REQUIRES: `octets` are an A or AAAA record's RDATA.
  void AddGlue(size_t server, std::span<const uint8_t> octets) {
    assert(octets.size() == kIpv4Octets || octets.size() == kIpv6Octets);
    Glue& added = glue.emplace_back();
    added.server = static_cast<uint8_t>(server);
    added.size = static_cast<uint8_t>(octets.size());
    std::copy(octets.begin(), octets.end(), added.address.begin());
  }
};

}  // namespace caascan::dns
