#include "tools/caascan/decide_command.h"

#include <string>

#include "tools/caascan/shared_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int64_t kMaxThreads = 1024;

constexpr const char* kFooter = R"(Input:
Records of an earlier scan, as caascan scan wrote them; without FILE, or for the FILE "-", from standard input. Each is
written again, in order, with outcome, reason, may_issue, would_issue, decisions, persist and valid_until as they are for
the CA, accounts and methods given now; with --for also for other certificates than it was scanned for, which its for then
says. With --parameters both a record has {"enforce":"deny","ignore":"permit"} as parameters: what it is where CAs enforce
accounturi and validationmethods, and where they ignore them. No query is sent. Of records whose look-up failed only
would_issue and persist change, and everything
else in a record stays as it is.

Output:
FILE of -o is never an input too. One that holds records is refused without --overwrite, and it is locked meanwhile. Where
the inputs have metadata (FILE.meta.json), so has the output, with the CA, purpose, accounts and methods given now.

Exit status:
0: done. 1: could not finish, such as a full disk or a closed output. 2: wrong usage or unreadable input; what came
before a broken record is written. 130, 143: stopped by SIGINT or SIGTERM.

Examples:
  caascan decide --ca digicert.com yesterday.ndjson -o digicert.ndjson
  caascan decide --ca digicert.com --for smime yesterday.ndjson | jq .outcome
  caascan decide --parameters both yesterday.ndjson | jq 'select(.parameters.enforce != .parameters.ignore).name')";

std::string SummaryText(const DecideSummary& summary) {
  return std::to_string(summary.records) + " records: " + std::to_string(summary.permit) +
         " permit, " + std::to_string(summary.deny) + " deny, " + std::to_string(summary.failed) +
         " failed; " + std::to_string(summary.changed) + " decided otherwise than before";
}

}  // namespace

DecideCommand::DecideCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "decide", "Decide again over the records of an earlier scan, for another CA or account.");
  app->footer(kFooter);
  app->add_option("FILE", options_.inputs, "Records to read; \"-\" or none is standard input.")
      ->option_text("FILE...");
  request_.AddTo(app, RequestOptions::WithoutFor::kAsRecorded);
  cli::AddChoice(
      app, "--parameters",
      "Enforce accounturi and validationmethods, as every CA must from 2027-03-15 (Baseline "
      "Requirements 2.2.8), or ignore them; with both, enforce them, and show the two "
      "verdicts in parameters (default enforce).",
      {{"enforce", Parameters::kEnforce},
       {"ignore", Parameters::kIgnore},
       {"both", Parameters::kBoth}},
      &parameters_);
  cli::AddOption(app, {"-o,--output", "FILE", "Write records here (default: standard output)."},
                 &options_.output_path);
  AddOverwriteOption(app, &options_.overwrite);
  cli::AddOption(app, {"--threads", "N", "Worker threads (default: one a core, 4 at most)."},
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
