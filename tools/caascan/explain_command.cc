#include "tools/caascan/explain_command.h"

#include "caascan/explain.h"
#include "tools/caascan/page_form.h"

namespace caascan::tool {
namespace {

constexpr const char* kFooter = R"(Output:
For each code what it means, how it shows, who can act, and words to send; without a code a line for each. With --cas the
CAs that are known, their issuer domain names, and what they do after a failed look-up.

Exit status:
0: done. 1: could not finish. 2: wrong usage, or no such code.

Examples:
  caascan explain caa_dropped
  caascan explain --cas)";

}  // namespace

ExplainCommand::ExplainCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "explain", "Tell what the code of a finding or a reason means, and which CAs are known.");
  app->footer(kFooter);
  CLI::Option* codes = app->add_option("CODE", codes_, "Codes of findings or reasons.");
  codes->option_text("CODE...");
  app->add_flag("--cas", cas_, "List the certification authorities that are known.")
      ->excludes(codes);
  app->add_flag("--markdown", markdown_, "Print Markdown.");
}

int ExplainCommand::Run() {
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
