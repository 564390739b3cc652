#include "tools/caascan/plan_command.h"

#include <cstdint>
#include <string>

#include "tools/caascan/engine_options.h"
#include "tools/caascan/input_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int64_t kMaxChunk = 1'000'000;
constexpr int64_t kMaxMachines = 1'000'000;

constexpr const char* kFooter =
    R"(caascan scan RUN scans the chunks that have no result in RUN/out (or -o OUT), several at the
same time. Run it on several machines with --machines N: each takes chunks that no other machine
has. caascan status RUN shows the progress.

Input:
As for caascan scan (see caascan scan --help). Every line becomes a line of one chunk, including
lines that are not names.

Output:
RUN/manifest.json and RUN/chunks/chunk-NNNNN.ndjson.zst. docs/scale-out.md and
docs/manifest.schema.json describe them. Any machine can scan any chunk without another file of
the input: chunks contain a zone file's name servers, glue, DS records and proofs beside the
names. The order is shuffled, but the same each time. Up to 64 names of one registrable domain
stay together. A chunk has at most 64 MiB of text, and then fewer names.
The same input gives the same run. Planning it again only writes what is missing. A folder that
holds another run is refused.

Memory:
At most 350 MiB. Temporary files without a name are kept in RUN. They take up to three times the
size of the decompressed input.

Exit status:
  0: planned.
  1: could not finish, for example because the disk is full or an input is truncated. What was
    read is planned.
  2: wrong usage or unreadable input.
  130, 143: stopped by SIGINT or SIGTERM. There is no manifest.

Examples:
  caascan plan -o /data/january com.zone.gz top-1m.csv.gz
  caascan scan /data/january --machines 4
  caascan status --verify /data/january
  caascan report /data/january/out)";

std::string SummaryText(const PlanSummary& summary) {
  if (summary.run.empty()) return "nothing planned";
  constexpr size_t kShown = 16;
  std::string text = "run " + summary.run.substr(0, kShown) + ": " + std::to_string(summary.names) +
                     (summary.names == 1 ? " name" : " names") + " in " +
                     std::to_string(summary.chunks) + (summary.chunks == 1 ? " chunk" : " chunks");
  if (summary.chunks_written < summary.chunks) {
    text +=
        ", " + std::to_string(summary.chunks - summary.chunks_written) + " of them there before";
  }
  if (summary.invalid > 0) text += "; " + std::to_string(summary.invalid) + " lines are not names";
  return text;
}

}  // namespace

PlanCommand::PlanCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "plan", "Split an input into chunks that any machine can scan.");
  app->footer(kFooter);
  app->add_option("FILE", options_.inputs, "Names to scan; \"-\" or none is standard input.")
      ->option_text("FILE...");
  cli::AddOption(app, {"-o,--output", "RUN", "The folder of the run. It is created."},
                 &options_.run)
      ->required();
  chunk_ = cli::AddOption(
      app,
      {"--chunk", "N",
       "Number of names in a chunk (default 20000). With --retry-dead: the number of "
       "the one chunk to distribute again, as caascan status shows it."},
      &options_.chunk_names);
  chunk_->check(cli::WholeNumber(0, kMaxChunk));
  cli::AddOption(app,
                 {"--machines-at-most", "M",
                  "At most M machines scan the run at the same time. The manifest says so."},
                 &options_.machines_at_most)
      ->check(cli::WholeNumber(1, kMaxMachines));
  app->add_flag("--wildcard", options_.wildcard,
                "Evaluate every name as *.name. A name given as *.name always is.");
  AddInputOptions(app, {&options_.input_format, &options_.fields, &options_.zone_names});
  CLI::Option* engine = AddEngineOptions(app, &engine_.access);
  AddPerspectiveOption(app, engine, &engine_.access);
  app->add_flag("--retry-dead", engine_.retry_dead,
                "Distribute the dead chunks of the run again, or the one of --chunk. No input is "
                "read.")
      ->needs(engine);
  cli::AddOption(app,
                 {"--retry-missing", "OUT",
                  "Distribute chunks again that are done for the engine but have no result in the "
                  "folder OUT."},
                 &engine_.retry_missing)
      ->needs(engine);
}

int PlanCommand::RunEngine() {
  engine_.folder = options_.run;
  if (engine_.retry_dead && !chunk_->empty()) engine_.dead_chunk = options_.chunk_names;
  EnginePlanSummary summary;
  const absl::Status status = RunEnginePlan(engine_, &summary);
  const std::string text = "run " + engine_.access.run + ": " +
                           std::to_string(summary.chunks_added) + " chunks given to the engine, " +
                           std::to_string(summary.chunks_again) + " dealt out again";
  return program_->Finish(status, text, 0);
}

int PlanCommand::Run() {
  const bool uses_engine = !engine_.access.engine.empty();
  if (uses_engine) {
    // A long plan should not end with a mistyped URL.
    absl::Status sound = CheckEngineAccess(engine_.access);
    if (!sound.ok()) return program_->Finish(sound);
    if (engine_.retry_dead || !engine_.retry_missing.empty()) return RunEngine();
  }
  absl::Status status = CheckInputOptions(options_.input_format, options_.fields);
  if (!status.ok()) return program_->Finish(status);
  options_.version = program_->app()->version();
  options_.on_notice = [this](const std::string& notice) { program_->Complain(notice); };
  PlanSummary summary;
  status = RunPlan(options_, &summary);
  for (const std::string& remark : summary.input_remarks) program_->Complain(remark);
  const int code = program_->Finish(status, SummaryText(summary), summary.signal);
  return code == cli::kExitDone && uses_engine ? RunEngine() : code;
}

}  // namespace caascan::tool
