// How long answers took, counted in steps.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace caascan::net {

/// A histogram of round trips. A value, whose counts are plain numbers of one thread.
struct RoundTrips {
  /// Upper bounds of all steps but the last, which has none.
  static constexpr std::array<std::chrono::milliseconds, 12> kBounds = {
      std::chrono::milliseconds(1),    std::chrono::milliseconds(2),
      std::chrono::milliseconds(5),    std::chrono::milliseconds(10),
      std::chrono::milliseconds(20),   std::chrono::milliseconds(50),
      std::chrono::milliseconds(100),  std::chrono::milliseconds(200),
      std::chrono::milliseconds(500),  std::chrono::milliseconds(1000),
      std::chrono::milliseconds(2000), std::chrono::milliseconds(5000)};

  std::array<uint64_t, kBounds.size() + 1> counts{};  // Of the step alone.
  uint64_t sum_us = 0;

  void Add(std::chrono::nanoseconds rtt) {
    size_t step = 0;
    while (step < kBounds.size() && rtt > kBounds[step]) ++step;
    ++counts[step];
    sum_us +=
        static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(rtt).count());
  }
};

}  // namespace caascan::net
