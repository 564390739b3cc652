// How values are distributed: percentiles of any number of values in a fixed piece of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace caascan::counts {

/// Counts values in bins whose width is at most 1/64 of the values in them (exact below 128), so
/// that a quantile is off by 0.8 % at most. Two histograms add up to that of all their values. A
/// value; one thread at a time.
class Histogram {
 public:
  static constexpr double kRelativeError = 1.0 / 128;

  void Add(uint64_t value);
  void Merge(const Histogram& other);

  uint64_t count() const { return count_; }
  uint64_t sum() const { return sum_; }
  uint64_t min() const { return min_; }
  uint64_t max() const { return max_; }
  /// The value below or at which the share `quantile` (0 to 1) of all values lies; 0 where there is
  /// none.
  uint64_t Quantile(double quantile) const;

  /// All it knows, as numbers; AddPacked() adds that up again. False, and nothing is added, for
  /// numbers that no histogram packs.
  std::vector<uint64_t> Pack() const;
  bool AddPacked(std::span<const uint64_t> numbers);

 private:
  static uint64_t BinLow(size_t bin);

  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  uint64_t min_ = UINT64_MAX;
  uint64_t max_ = 0;
  std::vector<uint64_t> bins_;  // As far as the largest value.
};

}  // namespace caascan::counts
