#include "tools/caascan/corroborate_command.h"

#include <chrono>
#include <string>

#include "tools/caascan/shared_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr const char* kFooter = R"(The quorum:
The primary perspective must permit. A remote perspective corroborates where its own record permits, or where its look-up
failed in a way that may be taken as permission: the record has may_issue true, and dnssec insecure (Baseline Requirements
4.2.2.1). Of 2 to 5 remote perspectives at most one, of 6 and more at most two may fail to corroborate (3.2.2.9). A name
that a file lacks, or has twice, and a record older than --max-age do not corroborate. Scan for the
same CA, account and method at all perspectives. Where their metadata (FILE.meta.json) differ in these, or where two
perspectives decide differently over the same CAA records, they were not asked the same, and nothing is decided at all.

Memory:
Records lie in temporary files meanwhile, about 50 bytes each and their CAA set, and are decided a share at a time: memory
is about 30 MiB for ten million names a scan, and never much above 100 MiB.

Output:
A line of NDJSON for each name of the primary perspective, in no particular order: decision ("issue" or "do not issue"),
quorum ("3/4": so many of so many remote perspectives corroborated), required, and which did not corroborate and why.
docs/corroboration.schema.json describes it. A line that is no record ends the run, for it may hide a denial.

Exit status:
0: done, whatever was decided. 1: could not finish, such as a full disk. 2: wrong usage or unreadable input. 130, 143:
stopped by SIGINT or SIGTERM.

Examples:
  caascan corroborate --primary here.ndjson --remote tokyo.ndjson --remote paris.ndjson -o audit.ndjson)";

std::string SummaryText(const CorroborateSummary& summary) {
  std::string text = std::to_string(summary.names) + " names: " + std::to_string(summary.issue) +
                     " issue, " + std::to_string(summary.names - summary.issue) + " do not issue";
  if (summary.signal != 0) text += "; stopped";
  return text;
}

}  // namespace

CorroborateCommand::CorroborateCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "corroborate", "Decide by the quorum of scans made from several network perspectives.");
  app->footer(kFooter);
  max_age_s_ = options_.max_age.count();
  cli::AddOption(app, {"--primary", "FILE", "Records of the primary perspective."},
                 &options_.primary)
      ->required();
  cli::AddRepeatedOption(
      app, {"--remote", "FILE", "Records of a remote perspective; repeat, at least twice."},
      &options_.remotes)
      ->required();
  cli::AddOption(app,
                 {"--max-age", "SECONDS",
                  "Older records do not corroborate (default 28800, which is 8 hours)."},
                 &max_age_s_)
      ->check(cli::WholeNumber(1));
  cli::AddOption(app, {"-o,--output", "FILE", "Write decisions here (default: standard output)."},
                 &options_.output_path);
  AddOverwriteOption(app, &options_.overwrite);
  AddReadingOptions(app, &options_);
}

int CorroborateCommand::Run() {
  options_.max_age = std::chrono::seconds(max_age_s_);
  options_.now = std::chrono::system_clock::now();
  CorroborateSummary summary;
  const absl::Status status = RunCorroborate(options_, &summary);
  return program_->Finish(status, SummaryText(summary), summary.signal);
}

}  // namespace caascan::tool
