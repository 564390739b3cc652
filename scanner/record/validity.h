// How long a CA may rely on an answer. Header-only.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace caascan::record {

/// The TTL of the CAA RRset or 8 hours, whichever is longer (Baseline Requirements 4.2.2.1). The
/// TTL is 0 where there is no RRset.
constexpr std::chrono::seconds ValidityOf(uint32_t ttl_s) {
  return std::max<std::chrono::seconds>(std::chrono::hours(8), std::chrono::seconds(ttl_s));
}

}  // namespace caascan::record
