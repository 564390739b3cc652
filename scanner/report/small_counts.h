// A handful of counts by key inside a bigger row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace caascan::report {

/// Counts by key for keys that are few: codes, mostly. Beyond kMaxKeys everything else counts as
/// "(other)", so that memory is bounded. A value; one thread at a time.
class SmallCounts {
 public:
  static constexpr size_t kMaxKeys = 64;
  static constexpr size_t kMaxKeySize = 64;  // Longer ones are cut.
  static constexpr std::string_view kOther = "(other)";

  void Add(std::string_view key, uint64_t count = 1) {
    key = key.substr(0, kMaxKeySize);
    for (auto& [known, sum] : counts_) {
      if (known != key) continue;
      sum += count;
      return;
    }
    if (counts_.size() >= kMaxKeys && key != kOther) {
      Add(kOther, count);
    } else {
      counts_.emplace_back(key, count);
    }
  }

  void Merge(const SmallCounts& other) {
    for (const auto& [key, count] : other.counts_) Add(key, count);
  }

  /// The largest first, equals by key.
  std::vector<std::pair<std::string, uint64_t>> Sorted() const {
    auto sorted = counts_;
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    return sorted;
  }

 private:
  std::vector<std::pair<std::string, uint64_t>> counts_;
};

}  // namespace caascan::report
