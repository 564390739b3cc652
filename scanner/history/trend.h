// Did a share change, and since when? Statistics over a series of counts. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace caascan::history {

/// One scan's count.
struct Sample {
  uint64_t trials = 0;
  uint64_t hits = 0;  // At most `trials`.
};

/// The share; 0 without trials.
constexpr double Fraction(const Sample& sample) {
  return sample.trials > 0 ? static_cast<double>(sample.hits) / static_cast<double>(sample.trials)
                           : 0;
}

/// The mean shares before and after a change.
struct Change {
  size_t since = 0;  // The first sample of the time after it.
  double before = 0;
  double after = 0;
};

/// How likely shares differ so much or more where nothing but chance differs: the likelihood-ratio
/// test of two binomial samples (Wilks). `share` times `trials` need not be whole. 1 where a side
/// has no trials.
double ChanceOf(double share_a, double trials_a, double share_b, double trials_b);

/// The split of the series whose sides differ most, where they differ beyond chance: with
/// `comparisons` series looked at, fewer than one in twenty such reports would name any series that
/// did not change (Bonferroni, over the splits as well). Scans of the same names are no independent
/// samples, so that each side counts as one scan of mean size, however many scans it has. Samples
/// without trials are passed over. nullopt where nothing changed, or fewer than two samples count.
std::optional<Change> FindChange(std::span<const Sample> samples, size_t comparisons);

}  // namespace caascan::history
