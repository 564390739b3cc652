// The engine of a run (docs/engine.md): what people tell it, and what it tells them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace caascan {

/// Which run of which engine. A value.
struct EngineAccess {
  std::string engine;  // redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], a socket's path, or @FILE.
  std::string run;
  std::string perspective = "default";
};

/// InvalidArgument that names the option; Unimplemented where the program was built without
/// hiredis.
[[nodiscard]] absl::Status CheckEngineAccess(const EngineAccess& access);

/// What RunEnginePlan() is told. A value.
struct EnginePlanOptions {
  EngineAccess access;
  std::string folder;                  // Of the run, where its manifest is.
  bool retry_dead = false;             // Chunks that are dead are dealt out again:
  std::optional<uint32_t> dead_chunk;  // all of them, or this one alone.
  /// Likewise those that the engine takes for done though this folder has no result of them; empty:
  /// none.
  std::string retry_missing;
};

struct EnginePlanSummary {
  uint64_t chunks_added = 0;
  uint64_t chunks_again = 0;
};

/// Gives the chunks of a planned run to the engine, each once. Errors: InvalidArgument for the
/// options, Unavailable where the engine does not answer, FailedPrecondition where it holds another
/// run of that name.
[[nodiscard]] absl::Status RunEnginePlan(const EnginePlanOptions& options,
                                         EnginePlanSummary* summary);

/// From now on no machine of the run asks these addresses and prefixes. Errors as above.
[[nodiscard]] absl::Status BlockOnEngine(const EngineAccess& access,
                                         const std::vector<std::string>& addresses);

/// How far a run is, at one moment. A value.
struct EngineView {
  std::string text;      // Some lines of ASCII for people.
  std::string metrics;   // Prometheus's text format.
  bool ended = false;    // Each chunk is done or dead, for each perspective.
  uint64_t dead = 0;     // Chunks, over all perspectives.
  bool planned = false;  // The engine knows the run.
};

/// Writes the metrics to a file, whole or not at all. Errors: InvalidArgument, DataLoss.
[[nodiscard]] absl::Status WriteEngineMetrics(const std::string& path, const EngineView& view);

/// Looks at a run again and again. One thread.
class EngineWatch {
 public:
  /// Errors: InvalidArgument for the options.
  static absl::StatusOr<std::unique_ptr<EngineWatch>> Open(const EngineAccess& access);
  virtual ~EngineWatch() = default;
  /// Rates are those since earlier calls. Errors: Unavailable where the engine does not answer.
  virtual absl::StatusOr<EngineView> Look() = 0;
};

}  // namespace caascan
