// How values are distributed: percentiles of any number of values in a fixed piece of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace caascan::report {

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

  /// Calls visit(lowest value of the bin, highest, how many) for each bin that is not empty.
  template <typename Visit>
  void ForEachBin(const Visit& visit) const {
    for (size_t bin = 0; bin < bins_.size(); ++bin) {
      if (bins_[bin] != 0) visit(BinLow(bin), BinLow(bin + 1) - 1, bins_[bin]);
    }
  }

 private:
  static uint64_t BinLow(size_t bin);

  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  uint64_t min_ = UINT64_MAX;
  uint64_t max_ = 0;
  std::vector<uint64_t> bins_;  // As far as the largest value.
};

}  // namespace caascan::report
