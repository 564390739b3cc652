// Tested by trend_test.cc.
#include "scanner/history/trend.h"

#include <algorithm>
#include <cmath>

namespace caascan::history {
namespace {

constexpr double kLevel = 0.05;

/// Of `trials` at the share that makes it greatest; 0 at the ends.
double LogLikelihood(double share, double trials) {
  double sum = 0;
  if (share > 0) sum += trials * share * std::log(share);
  if (share < 1) sum += trials * (1 - share) * std::log(1 - share);
  return sum;
}

/// Sums over the samples of one side.
struct Side {
  double samples = 0;
  double trials = 0;
  double hits = 0;

  void Add(const Sample& sample, double sign) {
    if (sample.trials == 0) return;
    samples += sign;
    trials += sign * static_cast<double>(sample.trials);
    hits += sign * static_cast<double>(std::min(sample.hits, sample.trials));
  }
  double share() const { return trials > 0 ? hits / trials : 0; }
  double mean_trials() const { return samples > 0 ? trials / samples : 0; }
};

}  // namespace

double ChanceOf(double share_a, double trials_a, double share_b, double trials_b) {
  if (trials_a <= 0 || trials_b <= 0) return 1;
  const double trials = trials_a + trials_b;
  const double share = (share_a * trials_a + share_b * trials_b) / trials;
  const double statistic = 2 * (LogLikelihood(share_a, trials_a) +
                                LogLikelihood(share_b, trials_b) - LogLikelihood(share, trials));
  // Chi squared with one degree of freedom.
  return std::erfc(std::sqrt(std::max(statistic, 0.0) / 2));
}

std::optional<Change> FindChange(std::span<const Sample> samples, size_t comparisons) {
  Side before;
  Side after;
  for (const Sample& sample : samples) after.Add(sample, 1);
  const double splits = after.samples - 1;
  if (splits < 1) return std::nullopt;
  std::optional<Change> change;
  double least = kLevel / (splits * static_cast<double>(std::max<size_t>(comparisons, 1)));
  for (size_t i = 0; i + 1 < samples.size(); ++i) {
    if (samples[i].trials == 0) continue;
    before.Add(samples[i], 1);
    after.Add(samples[i], -1);
    if (after.samples < 1) break;
    const double chance =
        ChanceOf(before.share(), before.mean_trials(), after.share(), after.mean_trials());
    if (chance >= least) continue;
    least = chance;
    size_t since = i + 1;
    while (samples[since].trials == 0) ++since;
    change = {since, before.share(), after.share()};
  }
  return change;
}

}  // namespace caascan::history
