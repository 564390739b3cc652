// Tested by slow_operators_test.cc.
#include "scanner/scan/telemetry/slow_operators.h"

#include <algorithm>
#include <tuple>

namespace caascan::telemetry {

void SlowOperators::Note(std::string_view name, uint64_t names, std::chrono::microseconds elapsed) {
  const std::string key(name);
  if (operators_.size() >= kMaxOperators && !operators_.contains(key)) return;
  SlowOperator& slow = operators_[key];
  slow.name = key;
  slow.names += names;
  slow.elapsed += elapsed;
}

void SlowOperators::Merge(const SlowOperators& other) {
  for (const auto& [name, slow] : other.operators_) Note(name, slow.names, slow.elapsed);
}

std::vector<SlowOperator> SlowOperators::Slowest(size_t count) const {
  std::vector<SlowOperator> slowest;
  slowest.reserve(operators_.size());
  for (const auto& [name, slow] : operators_) slowest.push_back(slow);
  std::sort(slowest.begin(), slowest.end(), [](const SlowOperator& a, const SlowOperator& b) {
    return std::tie(b.elapsed, a.name) < std::tie(a.elapsed, b.name);
  });
  if (slowest.size() > count) slowest.resize(count);
  return slowest;
}

}  // namespace caascan::telemetry
