// Counts by key where the keys come from strangers: exact while there are few, bounded in memory
// and honest about its error where there are many.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>

namespace caascan::report {

/// A table of rows by key, at most `capacity` of them. Once a further key comes, the rows of the
/// smallest weight, a quarter of all at least, are forgotten together with what they counted. So
/// every row's weight is exact or too small by `missed()` at most, a key that is not there weighs
/// that much at most, and both hold after merging, too (the lossy counting of Manku and Motwani
/// with the error measured rather than given). No row ever counts too much.
///
/// `Row` has `uint64_t weight() const` and `void Merge(const Row&)`. A value; one thread at a time.
template <typename Row>
class BoundedTable {
 public:
  /// Keys are cut to so many bytes, so that memory is bounded whatever they hold.
  static constexpr size_t kMaxKeySize = 256;

  /// REQUIRES: capacity > 0.
  explicit BoundedTable(size_t capacity) : capacity_(capacity) {}

  /// The key's row, a new one where there is none. Valid until the next call.
  Row* Find(std::string_view key) {
    key = key.substr(0, kMaxKeySize);
    const auto found = rows_.find(absl::string_view(key.data(), key.size()));
    if (found != rows_.end()) return &found->second;
    if (rows_.size() >= capacity_) Forget();
    return &rows_[std::string(key)];
  }

  void Merge(const BoundedTable& other) {
    for (const auto& [key, row] : other.rows_) Find(key)->Merge(row);
    missed_ += other.missed_;
  }

  /// By how much a weight may be too small at most; 0 means that all are exact.
  uint64_t missed() const { return missed_; }
  /// Takes over an error of counts made elsewhere.
  void AddMissed(uint64_t missed) { missed_ += missed; }
  size_t size() const { return rows_.size(); }

  /// All rows, the heaviest first, equals by key.
  std::vector<std::pair<std::string_view, const Row*>> Sorted() const {
    std::vector<std::pair<std::string_view, const Row*>> sorted;
    sorted.reserve(rows_.size());
    for (const auto& [key, row] : rows_) sorted.emplace_back(key, &row);
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      const uint64_t weight_a = a.second->weight();
      const uint64_t weight_b = b.second->weight();
      return weight_a != weight_b ? weight_a > weight_b : a.first < b.first;
    });
    return sorted;
  }

 private:
  void Forget() {
    std::vector<uint64_t> weights;
    weights.reserve(rows_.size());
    for (const auto& [key, row] : rows_) weights.push_back(row.weight());
    const auto quarter = weights.begin() + static_cast<std::ptrdiff_t>((weights.size() - 1) / 4);
    std::nth_element(weights.begin(), quarter, weights.end());
    const uint64_t limit = *quarter;
    absl::erase_if(rows_, [limit](const auto& entry) { return entry.second.weight() <= limit; });
    missed_ += limit;
  }

  size_t capacity_;
  uint64_t missed_ = 0;
  absl::flat_hash_map<std::string, Row> rows_;
};

}  // namespace caascan::report
