#include "tools/caascan/corroborate_command.h"

#include <chrono>
#include <string>

#include "tools/caascan/shared_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr const char* kFooter = R"(Quorum:
The primary perspective must permit. A remote perspective corroborates in two cases: its own
record permits, or its look-up failed in a way that counts as permission. In the second case the
record has may_issue true and dnssec insecure (Baseline Requirements 4.2.2.1).
Of 2 to 5 remote perspectives at most one may fail to corroborate; of 6 or more, at most two
(Baseline Requirements 3.2.2.9). A name does not corroborate if a file lacks it or has it twice,
or if its record is older than --max-age.

With --region the perspectives that corroborate must be in the regions of at least two
registries, as the same section requires. Then every remote needs a region. Without --region
this is not checked, and a line on standard error says so. Another line warns of too few
remotes: the minimum is 4 from 2026-06-15, and 5 from 2026-12-15.

Inputs:
Scan for the same CA, purpose, account and method at all perspectives, and validate alike.
Nothing is decided, and the exit status is 2, in two cases: two perspectives decide differently
over the same CAA records, or their metadata (FILE.meta.json) differ in --ca, --for,
--account-uri, --validation-method, --wildcard, --dnssec, --dnssec-sha1 or --nsec3-limit.
A line that is not a record also ends the run, because it may hide a denial.
NAME consists of letters, digits, ".", "-" and "_". Write ./a=b for a file whose name contains
"=". Without NAME a perspective has the name of its file.

Memory:
Records are kept in temporary files, about 50 bytes each plus their CAA set, and are decided one
part at a time. For ten million names a scan this takes about 30 MiB of memory, and never much
more than 100 MiB.

Output:
One line of NDJSON for each name of the primary perspective, in no particular order.
docs/corroboration.schema.json describes all members:
  decision: "issue" or "do not issue".
  quorum: "3/4" if three of four remote perspectives corroborated.
  required: how many must corroborate.
  primary: the result of the primary perspective.
  not_corroborating: the remotes that do not corroborate, and why.
  remotes: name, region, result, time, age_s and max_age_s of each perspective. max_age_s is 8
    hours or the TTL (Baseline Requirements 5.4.1).

Exit status:
  0: done, whatever the decisions are.
  1: could not finish, for example because the disk is full.
  2: wrong usage or unreadable input.
  130, 143: stopped by SIGINT or SIGTERM.

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
      "corroborate", "Decide by the quorum of scans from several network perspectives.");
  app->footer(kFooter);
  cli::AddOption(app,
                 {"--primary", "[NAME=]FILE", "Records of the primary perspective, and its name."},
                 &primary_)
      ->required();
  cli::AddRepeatedOption(app,
                         {"--remote", "[NAME=]FILE",
                          "Records of a remote perspective, and its name. Give at least two."},
                         &remotes_)
      ->required();
  cli::AddRepeatedOption(app,
                         {"--region", "NAME=RIR",
                          "The registry in whose service region the perspective NAME is: AFRINIC, "
                          "APNIC, ARIN, LACNIC or RIPE. Repeat it for each perspective."},
                         &regions_);
  cli::AddOption(app,
                 {"--max-age", "SECONDS",
                  "Records older than this do not corroborate (default: 28800, which is 8 hours, "
                  "or the TTL of the CAA set if that is longer)."},
                 &max_age_s_)
      ->check(cli::WholeNumber(1));
  cli::AddOption(app,
                 {"-o,--output", "FILE", "Write the decisions to FILE (default: standard output)."},
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
