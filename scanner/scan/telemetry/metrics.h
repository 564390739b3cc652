// A scan's counters as metrics for Prometheus. docs/telemetry.md lists them.
#pragma once

#include <chrono>
#include <string>

#include "scanner/scan/telemetry/progress.h"

namespace caascan::telemetry {

/// The text exposition format of Prometheus, 0.0.4.
std::string MetricsText(const ProgressSnapshot& now, std::chrono::microseconds elapsed);

}  // namespace caascan::telemetry
