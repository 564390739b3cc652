#include "tools/caascan/machine_options.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>

#include "caascan/report.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int64_t kMaxMachines = 1'000'000;
constexpr int64_t kMaxGraceS = 86'400;
constexpr int64_t kDefaultServerRate = 100;

}  // namespace

void MachineOptions::AddTo(CLI::App* app, ScanOptions* options) {
  machines_ =
      cli::AddOption(app,
                     {"--machines", "N",
                      "N machines scan at the same time, and this is one of them. Each takes one "
                      "Nth of --rate, --server-rate, --server-inflight and --server-limits, so "
                      "that no server gets more than its limit (default 1)."},
                     &options->machines)
          ->check(cli::WholeNumber(1, kMaxMachines));
  cli::AddOption(app,
                 {"--server-limits", "FILE",
                  "Limits agreed with operators, one a line: an address, a prefix or the end of a "
                  "name server's name; queries a second; and optionally queries at once."},
                 &options->server_limits_path);
  cli::AddOption(app,
                 {"--commit", "COMMAND",
                  "For a run of caascan plan: /bin/sh runs COMMAND for the result of each chunk. "
                  "If it fails, the chunk is not done. {file} or {} is the path of the result, "
                  "{name} its name without the folder, {chunk} the unique name of the chunk."},
                 &options->commit);
  app->add_flag("--partial", partial_,
                "For a run of caascan plan: also write the counts of each chunk as "
                "chunk-NNNNN.partial.gz, for caascan report.");
  cli::AddOption(app,
                 {"--grace", "S",
                  "Time for names in flight after the first signal, in seconds; the others get the "
                  "reason stopped (default 10)."},
                 &grace_s_)
      ->check(cli::WholeNumber(0, kMaxGraceS));
}

void MachineOptions::Complete(ScanOptions* options) const {
  options->grace = std::chrono::seconds(grace_s_);
  if (!partial_) return;
  options->on_result = [](const std::string& file) {
    const std::string stem(absl::StripSuffix(file, ".ndjson.zst"));
    return WritePartialReport(file, stem + ".partial.gz");
  };
}

std::string MachineOptions::Warning(const ScanOptions& options) const {
  if (options.shard_count == 1 || machines_->count() > 0) return "";
  const bool forwards = !options.resolvers.empty() && !options.explain_iteratively;
  int64_t rate = options.server_rate_qps;
  if (rate < 0 && !forwards) rate = kDefaultServerRate;
  if (rate <= 0) return "";
  return absl::StrCat("warning: ", options.shard_count, " machines may ask one server ",
                      rate * options.shard_count, " times a second; --machines ",
                      options.shard_count,
                      " divides the limits, --machines 1 says that shards run one at a time");
}

}  // namespace caascan::tool
