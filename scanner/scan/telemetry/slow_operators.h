// Whose names took long: what a summary says of operators.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/scanner.h"

namespace caascan::telemetry {

/// Names that took a second or more, by operator. Most names are not looked at, so it costs next to
/// nothing. One thread at a time.
class SlowOperators {
 public:
  static constexpr std::chrono::seconds kSlow{1};
  /// Operators met later are left out.
  static constexpr size_t kMaxOperators = 4096;

  void Add(std::string_view operator_name, std::chrono::microseconds elapsed) {
    if (elapsed >= kSlow && !operator_name.empty()) Note(operator_name, 1, elapsed);
  }
  void Merge(const SlowOperators& other);
  /// At most `count`, those first that took the most time in all; of equals by name.
  std::vector<SlowOperator> Slowest(size_t count) const;

 private:
  void Note(std::string_view name, uint64_t names, std::chrono::microseconds elapsed);

  absl::flat_hash_map<std::string, SlowOperator> operators_;
};

}  // namespace caascan::telemetry
