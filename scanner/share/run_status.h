// What the engine knows of a run, for people and for Prometheus.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "scanner/share/engine.h"

namespace caascan::share {

struct MachineStatus {
  std::string machine;
  std::chrono::milliseconds silent{0};  // Since it was seen.
  uint64_t names = 0;                   // That it has done.
  uint64_t queries = 0;                 // That it has sent.
  double names_per_s = 0;               // Of late.
};

struct DeadChunk {
  uint32_t chunk = 0;
  uint32_t deliveries = 0;
  std::string machine;
  std::string line;  // The last that was said of it.
};

/// One perspective's part of a run.
struct GroupStatus {
  std::string group;
  uint64_t chunks_done = 0;
  uint64_t names_done = 0;
  uint64_t records = 0;
  uint64_t chunks_out = 0;  // With machines now.
  std::vector<DeadChunk> dead;
};

/// A value.
struct RunStatus {
  uint64_t at_ms = 0;  // The engine's clock.
  uint64_t chunks = 0;
  uint64_t names = 0;
  uint64_t machines_at_most = 0;
  std::vector<MachineStatus> machines;
  std::vector<GroupStatus> groups;

  /// Machines that were seen of late: `silent` is short.
  size_t machines_there() const;
};

/// Errors: those of Engine::Run().
absl::StatusOr<RunStatus> ReadRunStatus(Engine* engine);
/// What a machine tells of itself at each renewal, as ReadRunStatus() reads it.
std::string MachineStateLine(uint64_t names, uint64_t queries, double names_per_s);

/// Some lines of ASCII. `rate`: names a second of each group, by what was done lately; the groups'
/// order. Empty where it is not known yet.
std::string RunStatusText(const std::string& run, const RunStatus& status,
                          const std::vector<double>& rates);
/// The text exposition format of Prometheus, 0.0.4.
std::string RunMetricsText(const std::string& run, const RunStatus& status);

}  // namespace caascan::share
