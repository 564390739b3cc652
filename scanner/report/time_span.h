// From when to when records were made.
#pragma once

#include <cstdint>
#include <limits>

namespace caascan::report {

/// From when to when, in milliseconds since 1970.
struct TimeSpan {
  int64_t first_ms = std::numeric_limits<int64_t>::max();
  int64_t last_ms = std::numeric_limits<int64_t>::min();

  bool empty() const { return first_ms > last_ms; }
  void Add(int64_t ms) {
    if (ms < first_ms) first_ms = ms;
    if (ms > last_ms) last_ms = ms;
  }
  void Merge(const TimeSpan& other) {
    if (other.first_ms < first_ms) first_ms = other.first_ms;
    if (other.last_ms > last_ms) last_ms = other.last_ms;
  }
};

}  // namespace caascan::report
