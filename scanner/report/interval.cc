// Tested by interval_test.cc.
#include "scanner/report/interval.h"

#include <algorithm>
#include <cmath>

namespace caascan::report {

Interval WilsonInterval(uint64_t hits, uint64_t trials) {
  if (trials == 0) return {};
  constexpr double kZ = 1.959963984540054;  // The normal distribution's 97.5 % quantile.
  const auto n = static_cast<double>(trials);
  const double share = std::min(1.0, static_cast<double>(hits) / n);
  const double scale = 1 / (1 + kZ * kZ / n);
  const double middle = scale * (share + kZ * kZ / (2 * n));
  const double half = scale * kZ * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n));
  // Rounding must not put the share itself outside.
  return {std::clamp(middle - half, 0.0, share), std::clamp(middle + half, share, 1.0)};
}

}  // namespace caascan::report
