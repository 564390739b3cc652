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
that a file lacks, or has twice, and a record older than --max-age do not corroborate. With --region those that corroborate
must be in the regions of two registries at least, which the same section requires; every remote needs one then. Without
it that is not checked, which is said, as is a number of remotes that is too small: 4 from 2026-06-15, 5 from 2026-12-15.
Scan for the same CA, purpose, account and method at all perspectives, and validate alike. Where their metadata
(FILE.meta.json) differ in --ca, --for, --account-uri, --validation-method, --wildcard, --dnssec, --dnssec-sha1 or
--nsec3-limit, or where two perspectives decide differently over the same CAA records, nothing is decided at all (2).
NAME is of letters, digits, ".", "-" and "_"; a file whose name has "=" in it is written ./a=b. Without NAME a perspective
is called as its file.

Memory:
Records lie in temporary files meanwhile, about 50 bytes each and their CAA set, and are decided a share at a time: memory
is about 30 MiB for ten million names a scan, and never much above 100 MiB.

Output:
A line of NDJSON for each name of the primary perspective, in no particular order: decision ("issue" or "do not issue"),
quorum ("3/4": so many of so many remote perspectives corroborated), required, primary, not_corroborating, and remotes: of
each perspective its name, region, result, time, age_s, and max_age_s, which is its 8 hours or TTL (Baseline Requirements
5.4.1). docs/corroboration.schema.json describes it. A line that is no record ends the run, for it may hide a denial.

Exit status:
0: done, whatever was decided. 1: could not finish, such as a full disk. 2: wrong usage or unreadable input. 130, 143:
stopped by SIGINT or SIGTERM.

Examples:
  caascan corroborate --primary ashburn=a.ndjson --remote tokyo=t.ndjson --remote paris=p.ndjson \
    --region tokyo=APNIC --region paris=RIPE -o audit.ndjson)";

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
  cli::AddOption(
      app,
      {"--primary", "[NAME=]FILE", "Records of the primary perspective, and what it is called."},
      &primary_)
      ->required();
  cli::AddRepeatedOption(app,
                         {"--remote", "[NAME=]FILE",
                          "Records of a remote perspective, and what it is called; repeat, at "
                          "least twice."},
                         &remotes_)
      ->required();
  cli::AddRepeatedOption(app,
                         {"--region", "NAME=RIR",
                          "The registry in whose service region a perspective is: AFRINIC, APNIC, "
                          "ARIN, LACNIC or RIPE; repeat, once for each."},
                         &regions_);
  cli::AddOption(app,
                 {"--max-age", "SECONDS",
                  "Older records do not corroborate (default: 28800, which is 8 hours, or the CAA "
                  "set's TTL where that is longer)."},
                 &max_age_s_)
      ->check(cli::WholeNumber(1));
  cli::AddOption(app, {"-o,--output", "FILE", "Write decisions here (default: standard output)."},
                 &options_.output_path);
  AddOverwriteOption(app, &options_.overwrite);
  AddReadingOptions(app, &options_);
}

int CorroborateCommand::Run() {
  if (absl::Status status = NamePerspectives(primary_, remotes_, regions_, &options_);
      !status.ok()) {
    return program_->Finish(status);
  }
  if (max_age_s_ > 0) options_.max_age = std::chrono::seconds(max_age_s_);
  options_.now = std::chrono::system_clock::now();
  CorroborateSummary summary;
  const absl::Status status = RunCorroborate(options_, &summary);
  if (status.ok()) {
    for (const std::string& remark : summary.remarks) program_->Complain(remark);
  }
  return program_->Finish(status, SummaryText(summary), summary.signal);
}

}  // namespace caascan::tool
