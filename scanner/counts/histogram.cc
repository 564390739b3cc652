// A bin's number is the value's seven leading bits behind the number of bits that follow them: the
// layout of HdrHistogram, found without a logarithm. Tested by histogram_test.cc.
#include "scanner/counts/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace caascan::counts {
namespace {

constexpr unsigned kSubBits = 6;  // 64 bins for each doubling.
constexpr uint64_t kSubBins = uint64_t{1} << kSubBits;
/// Larger values count as this.
constexpr uint64_t kMaxValue = uint64_t{1} << 52;

size_t BinOf(uint64_t value) {
  if (value < 2 * kSubBins) return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - kSubBits - 1;
  return (uint64_t{shift} << kSubBits) + (value >> shift);
}

}  // namespace

uint64_t Histogram::BinLow(size_t bin) {
  if (bin < 2 * kSubBins) return bin;
  const size_t shift = (bin >> kSubBits) - 1;
  return (kSubBins + (bin & (kSubBins - 1))) << shift;
}

void Histogram::Add(uint64_t value) {
  value = std::min(value, kMaxValue);
  const size_t bin = BinOf(value);
  if (bin >= bins_.size()) bins_.resize(bin + 1);
  ++bins_[bin];
  ++count_;
  sum_ += value;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void Histogram::Merge(const Histogram& other) {
  if (other.bins_.size() > bins_.size()) bins_.resize(other.bins_.size());
  for (size_t bin = 0; bin < other.bins_.size(); ++bin) bins_[bin] += other.bins_[bin];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

std::vector<uint64_t> Histogram::Pack() const {
  std::vector<uint64_t> numbers = {count_, sum_, min_, max_};
  for (size_t bin = 0; bin < bins_.size(); ++bin) {
    if (bins_[bin] == 0) continue;
    numbers.push_back(bin);
    numbers.push_back(bins_[bin]);
  }
  return numbers;
}

bool Histogram::AddPacked(std::span<const uint64_t> numbers) {
  constexpr size_t kHead = 4;
  if (numbers.size() < kHead || numbers.size() % 2 != 0) return false;
  Histogram read;
  read.sum_ = numbers[1];
  read.min_ = numbers[2];
  read.max_ = numbers[3];
  for (size_t i = kHead; i < numbers.size(); i += 2) {
    if (numbers[i] > BinOf(kMaxValue) || numbers[i + 1] > kMaxValue) return false;
    if (numbers[i] >= read.bins_.size()) read.bins_.resize(numbers[i] + 1);
    read.bins_[numbers[i]] += numbers[i + 1];
    read.count_ += numbers[i + 1];
  }
  if (read.count_ != numbers[0]) return false;
  const bool none = read.min_ == UINT64_MAX && read.max_ == 0 && read.sum_ == 0;
  if (read.count_ == 0 ? !none : read.min_ > read.max_ || read.max_ > kMaxValue) return false;
  Merge(read);
  return true;
}

uint64_t Histogram::Quantile(double quantile) const {
  if (count_ == 0) return 0;
  const auto rank = static_cast<uint64_t>(std::ceil(quantile * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (size_t bin = 0; bin < bins_.size(); ++bin) {
    seen += bins_[bin];
    if (seen < std::max<uint64_t>(rank, 1)) continue;
    const uint64_t middle = BinLow(bin) + (BinLow(bin + 1) - 1 - BinLow(bin)) / 2;
    return std::clamp(middle, min_, max_);
  }
  return max_;
}

}  // namespace caascan::counts
