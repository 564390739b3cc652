#include "tools/caascan/status_command.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include <absl/strings/str_format.h>

#include "tools/caascan/engine_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int64_t kMaxThreads = 1024;

constexpr const char* kFooter = R"(Output:
With --engine: the state that the engine has, for each perspective. It lists names and chunks
that are done, the rate, the time left, and the dead chunks. A chunk is dead after four failed
deliveries; the last machine and its message are shown. A list of the machines follows.

With RUN: one line with the number of chunks that have a result, the names in them, and the
chunks that are being written. With --verify each result is read. It must hold exactly one record
for each line of its chunk, by name, input, id and order. A line on standard error says what is
wrong with each chunk that is not done. If scan has --commit, a chunk is done once the command
has taken its result.

Exit status:
  0: with --verify, each chunk has its whole result; otherwise, RUN is the folder of a run.
  1: with --verify, a chunk does not have its whole result.
  2: wrong usage, or RUN is not the folder of a run.
  130, 143: stopped by SIGINT or SIGTERM.

Examples:
  caascan status --engine redis://queue:6379 --run jan --follow
  caascan status /data/january
  caascan status --verify /data/january && caascan report /data/january/out)";

std::string StatusText(const RunStatus& status) {
  const double share = status.names == 0 ? 1
                                         : static_cast<double>(status.done_names) /
                                               static_cast<double>(status.names);
  std::string text =
      absl::StrFormat("%d of %d chunks done, %d of %d names (%.1f %%)", status.done_chunks,
                      status.chunks, status.done_names, status.names, 100 * share);
  if (status.in_hand > 0) text += absl::StrFormat("; %d in hand", status.in_hand);
  if (status.broken > 0) text += absl::StrFormat("; %d broken", status.broken);
  if (status.not_committed > 0) text += absl::StrFormat("; %d not committed", status.not_committed);
  return text + "\n";
}

}  // namespace

StatusCommand::StatusCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "status", "Show the progress of a run of caascan plan, and verify its results.");
  app->footer(kFooter);
  CLI::Option* folder =
      app->add_option("RUN", options_.run, "The folder of the run.")->option_text("RUN");
  cli::AddOption(app, {"-o,--output", "OUT", "The folder of the results (default RUN/out)."},
                 &options_.results);
  app->add_flag("--verify", options_.verify,
                "Read each result. The exit status is 0 only if each chunk has its whole result.")
      ->needs(folder);
  cli::AddOption(app, {"--threads", "N", "Number of reading threads (default: one a core)."},
                 &options_.threads)
      ->check(cli::WholeNumber(1, kMaxThreads));
  CLI::Option* engine = AddEngineOptions(app, &access_);
  app->add_flag("--follow", follow_,
                "Show the state every two seconds, until each chunk is done or dead.")
      ->needs(engine)
      ->excludes(folder);
  cli::AddOption(app,
                 {"--metrics", "FILE",
                  "Also write the state to FILE as Prometheus metrics, for the textfile collector "
                  "of node_exporter."},
                 &metrics_path_)
      ->needs(engine);
}

int StatusCommand::RunEngine() const {
  constexpr std::chrono::seconds kEvery(2);
  auto watch = EngineWatch::Open(access_);
  if (!watch.ok()) return program_->Finish(watch.status());
  while (true) {
    const auto view = (*watch)->Look();
    if (!view.ok() && !(follow_ && absl::IsUnavailable(view.status()))) {
      return program_->Finish(view.status());
    }
    if (!view.ok()) {
      program_->Complain(std::string(view.status().message()));
    } else {
      absl::Status written = cli::PrintToStandardOutput(view->text);
      if (written.ok() && !metrics_path_.empty()) {
        written = WriteEngineMetrics(metrics_path_, *view);
      }
      if (!written.ok() || !follow_ || view->ended) return program_->Finish(written);
    }
    std::this_thread::sleep_for(kEvery);
  }
}

int StatusCommand::Run() {
  if (!access_.engine.empty()) {
    const int code = RunEngine();
    if (options_.run.empty() || code != cli::kExitDone) return code;
  } else if (options_.run.empty()) {
    return program_->Finish(absl::InvalidArgumentError("RUN or --engine is needed"));
  }
  options_.on_fault = [this](const std::string& fault) { program_->Complain(fault); };
  RunStatus status;
  const absl::Status read = ReadRunStatus(options_, &status);
  if (absl::IsInvalidArgument(read) || status.signal != 0) {
    return program_->Finish(read, "stopped", status.signal);
  }
  const absl::Status printed = cli::PrintToStandardOutput(StatusText(status));
  return program_->Finish(read.ok() ? printed : read);
}

}  // namespace caascan::tool
