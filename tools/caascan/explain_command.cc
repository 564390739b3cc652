#include "tools/caascan/explain_command.h"

#include "caascan/dnstap.h"
#include "caascan/explain.h"
#include "tools/caascan/page_form.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr const char* kFooter = R"(Output:
For each code: what it means, how it shows, who can act, and words to send to them. Without a
code: one line for every code. With --cas: the known CAs, their issuer domain names, and what
they do after a failed look-up.

With --dnstap: the exchanges in a file of dnstap frames that belong to NAME. Each shows the time,
the server, and the response in the form that dig prints. In files of other programs, such as
Unbound and BIND, these are a resolver's queries and responses whose question is NAME.

Exit status:
  0: done.
  1: could not finish, or the file is truncated.
  2: wrong usage, an unknown code, or a name that is not in the file.

Examples:
  caascan explain caa_dropped
  caascan explain --cas
  caascan explain --dnstap evidence.dnstap www.example.com)";

}  // namespace

ExplainCommand::ExplainCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "explain", "Explain the code of a finding or a reason, or list the known CAs.");
  app->footer(kFooter);
  CLI::Option* codes =
      app->add_option("CODE", codes_, "Codes of findings or reasons. With --dnstap, names.");
  codes->option_text("CODE...");
  app->add_flag("--cas", cas_, "List the known certification authorities.")->excludes(codes);
  cli::AddOption(app,
                 {"--dnstap", "FILE", "Show the exchanges in FILE that belong to the given names."},
                 &dnstap_path_)
      ->needs(codes);
  app->add_flag("--markdown", markdown_, "Print Markdown.");
}

absl::Status ExplainCommand::ShowExchanges() const {
  std::string out;
  absl::Status status;
  for (const std::string& name : codes_) {
    if (!out.empty()) out += '\n';
    status = ExplainDnstap(dnstap_path_, name, &out);
    if (!status.ok()) break;
  }
  const absl::Status printed = cli::PrintToStandardOutput(out);
  return status.ok() ? printed : status;
}

int ExplainCommand::Run() {
  if (!dnstap_path_.empty()) return program_->Finish(ShowExchanges());
  ExplainOptions options;
  options.form = FormOfOutput(markdown_);
  options.width = WidthOfOutput();
  std::string out = cas_             ? ExplainKnownCas(options)
                    : codes_.empty() ? ExplainAllCodes(options)
                                     : "";
  for (const std::string& code : codes_) {
    const absl::StatusOr<std::string> text = ExplainCode(code, options);
    if (!text.ok()) return program_->Finish(text.status());
    if (!out.empty()) out += '\n';
    out += *text;
  }
  return program_->Finish(cli::PrintToStandardOutput(out));
}

}  // namespace caascan::tool
