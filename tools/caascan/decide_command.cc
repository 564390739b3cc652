#include "tools/caascan/decide_command.h"

#include <string>

#include "tools/caascan/shared_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int64_t kMaxThreads = 1024;

constexpr const char* kFooter =
    R"(No query is sent: a record holds the whole CAA set, so another CA's decision follows from it.

Input:
Records that caascan scan wrote. Without FILE, or for the FILE "-", they come from standard
input.

Output:
Each record is written again, in the same order. These members follow the CA, accounts and
methods given now: outcome, reason, may_issue, would_issue, decisions, persist and valid_until.
The others are unchanged. In records of failed look-ups only would_issue and persist change.
With --for a record may be decided for another kind of certificate than it was scanned for; its
member for then says which.
With --parameters both a record has the member parameters, such as
{"enforce":"deny","ignore":"permit"}: the outcome if CAs enforce accounturi and
validationmethods, and the outcome if they ignore them.

The FILE of -o cannot be an input as well. A FILE that holds records is refused without
--overwrite. It is locked while it is written. If the inputs have metadata (FILE.meta.json), the
output has them too, with the CA, purpose, accounts and methods given now.

Exit status:
  0: done.
  1: could not finish, for example because the disk is full or the output was closed.
  2: wrong usage or unreadable input. What precedes a broken record is written.
  130, 143: stopped by SIGINT or SIGTERM.

Examples:
  caascan decide --ca digicert.com yesterday.ndjson -o digicert.ndjson
  caascan decide --ca digicert.com --for smime yesterday.ndjson | jq .outcome
  caascan decide --parameters both yesterday.ndjson |
    jq 'select(.parameters.enforce != .parameters.ignore).name')";

std::string SummaryText(const DecideSummary& summary) {
  return std::to_string(summary.records) + " records: " + std::to_string(summary.permit) +
         " permit, " + std::to_string(summary.deny) + " deny, " + std::to_string(summary.failed) +
         " failed; " + std::to_string(summary.changed) + " decided otherwise than before";
}

}  // namespace

DecideCommand::DecideCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "decide", "Decide again from the records of a scan, for another CA or account.");
  app->footer(kFooter);
  app->add_option("FILE", options_.inputs, "Records to read; \"-\" or none is standard input.")
      ->option_text("FILE...");
  request_.AddTo(app, RequestOptions::WithoutFor::kAsRecorded);
  cli::AddChoice(
      app, "--parameters",
      "Whether the parameters accounturi and validationmethods count. enforce: they do, as for "
      "every CA from 2027-03-15 (Baseline Requirements 2.2.8). ignore: they do not. both: enforce "
      "them, and show both verdicts in the member parameters (default enforce).",
      {{"enforce", Parameters::kEnforce},
       {"ignore", Parameters::kIgnore},
       {"both", Parameters::kBoth}},
      &parameters_);
  cli::AddOption(app,
                 {"-o,--output", "FILE", "Write the records to FILE (default: standard output)."},
                 &options_.output_path);
  AddOverwriteOption(app, &options_.overwrite);
  cli::AddOption(app,
                 {"--threads", "N", "Number of worker threads (default: one a core, at most 4)."},
                 &options_.threads)
      ->check(cli::WholeNumber(1, kMaxThreads));
}

int DecideCommand::Run() {
  absl::Status read = request_.Read(&options_.request, &options_.ca_set);
  if (!read.ok()) return program_->Finish(read);
  options_.purpose = request_.purpose();
  options_.both_parameters = parameters_ == Parameters::kBoth;
  if (parameters_ == Parameters::kIgnore) options_.request.parameters = ParameterRule::kIgnore;
  for (const std::string& warning : request_.Warnings()) program_->Complain(warning);
  options_.invocation = {program_->app()->version(), program_->command_line(),
                         cli::OptionValues(program_->app()->get_subcommand("decide"))};
  DecideSummary summary;
  absl::Status status = RunDecide(options_, &summary);
  std::string text = SummaryText(summary);
  if (options_.both_parameters) {
    text += "; " + std::to_string(summary.turns) + " turn when parameters are enforced";
  }
  return program_->Finish(status, text, summary.signal);
}

}  // namespace caascan::tool
