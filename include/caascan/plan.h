// A run for many machines: its input cut into chunks, each of which any machine can scan.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/scanner.h"

namespace caascan {

/// What `caascan plan` is told. A value.
struct PlanOptions {
  std::vector<std::string> inputs;  // Paths; "-" or none is standard input.
  InputFormat input_format = InputFormat::kAuto;
  InputFields fields;
  ZoneNames zone_names = ZoneNames::kDelegations;
  bool wildcard = false;          // Every name is evaluated as `*.name`.
  std::string run;                // The folder; it is made where it is missing.
  uint32_t chunk_names = 20'000;  // At least 1.
  uint32_t machines_at_most = 0;  // That will scan the run at the same time; 0: not said.
  std::string version;            // The program and its version.
  /// Called with a line of ASCII for people: which column of a file was chosen. May be empty.
  std::function<void(const std::string&)> on_notice;
};

/// What was planned.
struct PlanSummary {
  std::string run;  // The run's digest, 64 hexadecimal digits; empty where nothing was planned.
  uint64_t names = 0;
  uint64_t invalid = 0;  // Of these, lines that are no name.
  uint32_t chunks = 0;
  uint32_t chunks_written = 0;  // Of these, that were not there already.
  int signal = 0;               // SIGINT or SIGTERM where one stopped it, else 0.
  std::vector<std::string> input_remarks;
};

/// Reads the inputs and writes the run's chunks, then its manifest (docs/manifest.schema.json).
/// What is there already, whole, stays: planning the same input again writes nothing. Blocks; takes
/// SIGINT and SIGTERM over. Memory: up to 350 MiB; temporary files, in the folder, of up to three
/// times the input's size.
/// Errors: InvalidArgument for inputs and folders that cannot be used, also one that holds another
/// run; DataLoss where something could not be written, or an input was not whole (what it holds is
/// planned).
[[nodiscard]] absl::Status RunPlan(const PlanOptions& options, PlanSummary* summary);

}  // namespace caascan
