// Queries counted by server, type and second.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "tools/caalab/serve/responder.h"
#include "tools/caalab/world/address.h"
#include "tools/caalab/world/windows.h"

namespace caascan::lab {

/// One thread.
class Counters {
 public:
  /// `second` is of the lab's life, from 0.
  void Add(const Query& query, const Reply& reply, uint64_t second);

  /// One line of JSON: totals, per type, per second, and the servers asked (those asked most, 1,000
  /// at most), and the windows where they are counted. Ends in a newline.
  std::string ToJson() const;

  uint64_t queries() const { return queries_; }

  /// Counts windows too, from now on: at some cost for each query.
  void CountWindows() { windows_.emplace(); }
  /// nullptr where they are not counted.
  Windows* windows() { return windows_ ? &*windows_ : nullptr; }

 private:
  uint64_t queries_ = 0;
  uint64_t tcp_ = 0;
  uint64_t dropped_ = 0;
  std::vector<uint64_t> seconds_;
  // By server, then type; the most common types have a place of their own in front.
  static constexpr size_t kPlaces = 8;
  struct ByType {
    uint64_t places[kPlaces] = {};
  };
  absl::flat_hash_map<Address, ByType> servers_;
  std::optional<Windows> windows_;
};

}  // namespace caascan::lab
