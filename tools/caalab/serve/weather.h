// What the network between clients and servers does to datagrams, on top of what servers do.
#pragma once

#include <cstdint>

namespace caascan::lab {

/// For every datagram over UDP, queries and answers alike; TCP mends such things itself.
struct Weather {
  double loss_percent = 0;
  double duplicate_percent = 0;
  double reorder_percent = 0;  // Held back until later ones have passed.
  uint32_t delay_ms = 0;
  uint32_t jitter_ms = 0;  // Up to so much more, evenly.

  bool is_fair() const {
    return loss_percent <= 0 && duplicate_percent <= 0 && reorder_percent <= 0 && delay_ms == 0 &&
           jitter_ms == 0;
  }
};

/// What becomes of one query and its answer.
struct Fate {
  bool query_lost = false;
  bool answer_lost = false;
  bool answer_doubled = false;
  uint32_t delay_ms = 0;
};

/// How long a datagram is held back that others shall overtake.
constexpr uint32_t kReorderDelayMs = 15;

/// Decided by a random number alone.
Fate FateOf(const Weather& weather, uint64_t random);

}  // namespace caascan::lab
