// A delegation that somebody knows from elsewhere: a zone file of the parent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scanner/dns/name.h"
#include "scanner/net/address.h"

namespace caascan::resolve {

/// What a parent says of one zone. A value; small, since each name in a queue may carry one.
struct Delegation {
  struct Glue {
    uint8_t server = 0;    // Index into the servers' names.
    net::Address address;  // Without port.
  };

  std::string hosts;  // The servers' names in wire form, one behind the other.
  std::vector<Glue> glue;
  std::vector<std::string> ds;  // RDATA of the DS records, unsigned as they stand here.
  uint32_t ttl_s = 0;           // Of the NS set.
};

}  // namespace caascan::resolve
