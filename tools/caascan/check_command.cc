#include "tools/caascan/check_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include "caascan/check_page.h"
#include "tools/caascan/dnssec_options.h"
#include "tools/caascan/page_form.h"
#include "tools/caascan/shared_options.h"
#include "tools/caascan/vantage_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int kExitWouldNot = 3;
constexpr int64_t kMaxTimeoutMs = 600'000;
constexpr int64_t kMaxRetries = 100;

constexpr const char* kFooter =
    R"(All servers of a name's zone are queried, and the program explains what they answer. The text
is coloured on a terminal, unless NO_COLOR is set.

Output:
For each name, in this order:
  verdict: may the CA issue, and what an applicant of this CA is shown.
  climb: each name that was looked up, with its answer (RFC 8659 section 3).
  chain of trust: the DNSSEC status of each zone from the root down.
  CAA records: those that decide.
  servers: every server of the zone, and what it answered.
  findings: what is wrong, who can fix it, and what to ask of them.
  records: those that would let the CA issue.
  commands: dig and drill lines that show the fault.
  letter: a paragraph to send to those who can fix it.

With --json the records are printed instead. With --html FILE the same content is also written
as a page for a browser.

Exit status:
  0: the CA would issue for every name.
  3: the CA would not issue for some name, or that depends on which server answers.
  1: could not finish.
  2: wrong usage.
  130, 143: stopped by SIGINT or SIGTERM.

Examples:
  caascan check www.example.com
  caascan check --ca Sectigo '*.example.com'
  caascan check --ca DigiCert --for smime user@example.com
  caascan check --html example.html www.example.com)";

/// Is standard output that file? Then the page would take the place of what is printed.
bool IsWhereOutputGoes(const std::string& path) {
  struct stat page = {};
  struct stat output = {};
  return ::stat(path.c_str(), &page) == 0 && ::fstat(STDOUT_FILENO, &output) == 0 &&
         page.st_dev == output.st_dev && page.st_ino == output.st_ino && !S_ISCHR(page.st_mode);
}

/// How these options have it asked.
std::string Vantage(const std::string& program, const ScanOptions& options,
                    const ScanSummary& summary) {
  std::string how = program + ", ";
  if (options.resolvers.empty()) {
    how += "iteratively, at all servers of the zone";
  } else {
    how += "through";
    for (const std::string& resolver : options.resolvers) how += " " + resolver;
  }
  how += options.tcp_only ? ", without UDP" : "";
  how += options.families == AddressFamilies::kBoth ? "" : ", over one IP family";
  for (size_t i = 0; i < summary.source_addresses.size(); ++i) {
    how += (i == 0 ? ", from " : " and ") + summary.source_addresses[i];
  }
  if (options.resolvers.empty() && !summary.trust_anchors.empty()) {
    how += options.trust_anchor_path.empty()
               ? ", by the built-in trust anchors"
               : ", by the trust anchors of " + options.trust_anchor_path;
  }
  return how;
}

}  // namespace

CheckCommand::CheckCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "check", "Look up a few names, and explain which CA may issue and who can fix a failure.");
  app->footer(kFooter);
  app->add_option("NAME", names_, "Names to check.")->option_text("NAME...")->required();
  timeout_ms_ = options_.timeout.count();
  request_.AddTo(app);
  app->add_flag("--wildcard", options_.request.wildcard,
                "Evaluate every name as *.name. Only for TLS.");
  app->add_flag("--from-url", options_.fields.from_url, kFromUrlText);
  CLI::Option* json = app->add_flag("--json", json_, "Print the records, one JSON object a line.");
  app->add_flag("--markdown", markdown_, "Print Markdown, for a ticket or a letter.")
      ->excludes(json);
  cli::AddOption(app,
                 {"--html", "FILE",
                  "Also write a page for a browser to FILE, with a picture of the chain of trust "
                  "and of the servers, and letters to copy. An existing file is replaced."},
                 &html_path_);
  AddAlsoOption(app, &options_.also_persist);
  AddLookUpOptions(app);
}

void CheckCommand::AddLookUpOptions(CLI::App* app) {
  AddResolverOption(app, &options_);
  AddOperatorsOption(app, &options_.operators_path);
  AddVantageOptions(app, &options_);
  AddAuthorityOptions(app, &options_);
  AddDnssecOptions(app, &options_);
  app->add_flag("--allow-special", options_.allow_special, kAllowSpecialText);
  cli::AddOption(
      app, {"--timeout", "MS", "Time to wait for the answer to one query, in ms (default 2000)."},
      &timeout_ms_)
      ->check(cli::WholeNumber(1, kMaxTimeoutMs));
  cli::AddOption(
      app, {"--recheck", "N", "How often to look up a name again after a failure (default 1)."},
      &options_.recheck)
      ->check(cli::WholeNumber(0, kMaxRetries));
}

absl::Status CheckCommand::CheckHtmlPath() const {
  if (!html_path_) return absl::OkStatus();
  const std::vector<std::string> inputs = {request_.ca_set_path(), options_.root_hints_path,
                                           options_.trust_anchor_path, options_.resolver_ca_path};
  if (absl::Status status = CheckPagePath(*html_path_, inputs); !status.ok()) return status;
  if (!IsWhereOutputGoes(*html_path_)) return absl::OkStatus();
  return absl::InvalidArgumentError("--html: standard output goes to " + *html_path_ + " already");
}

absl::Status CheckCommand::WriteHtml(const std::vector<std::string>& records,
                                     const ScanSummary& summary) const {
  if (!html_path_) return absl::OkStatus();
  return WriteCheckPage(*html_path_, records,
                        {options_.request.issuer_domains, options_.port,
                         Vantage(program_->app()->version(), options_, summary)});
}

int CheckCommand::Print(const std::vector<std::string>& records, const ScanSummary& summary) {
  const ExplainOptions explain{options_.request.issuer_domains, FormOfOutput(markdown_),
                               options_.port, WidthOfOutput(),
                               Vantage(program_->app()->version(), options_, summary)};
  std::string out;
  bool all_would = true;
  for (const std::string& record : records) {
    const absl::StatusOr<bool> would_issue = WouldIssue(record);
    const absl::StatusOr<std::string> text = ExplainRecord(record, explain);
    if (!would_issue.ok()) return program_->Finish(would_issue.status());
    if (!text.ok()) return program_->Finish(text.status());
    all_would = all_would && *would_issue;
    if (!json_ && !out.empty()) out += "\n\n";
    out += json_ ? record + '\n' : *text;
  }
  if (absl::Status status = cli::PrintToStandardOutput(out); !status.ok()) {
    return program_->Finish(status);
  }
  return all_would ? cli::kExitDone : kExitWouldNot;
}

int CheckCommand::Run() {
  options_.timeout = std::chrono::milliseconds(timeout_ms_);
  options_.servers = ServersInRecord::kAll;
  options_.climb_in_record = true;
  options_.all_servers = options_.resolvers.empty();
  options_.progress = ProgressMode::kAuto;  // On a terminal alone.
  options_.brisk = true;
  absl::Status status = request_.Read(&options_.request, &options_.ca_set);
  if (status.ok()) status = cli::CheckStandardOutput();
  if (status.ok()) status = CheckHtmlPath();
  if (!status.ok()) return program_->Finish(status);
  for (const std::string& warning : request_.Warnings()) program_->Complain(warning);
  options_.on_notice = [this](const std::string& notice) { program_->Complain(notice); };
  std::vector<std::string> records;
  ScanSummary summary;
  status = RunCheck(names_, options_, &records, &summary);
  // Where no resolver has answered, the pages say so, and what to do.
  if (!status.ok() && !absl::IsUnavailable(status)) return program_->Finish(status);
  for (const std::string& warning : SummaryWarnings(summary)) program_->Complain(warning);
  const absl::Status written = WriteHtml(records, summary);
  const int code = Print(records, summary);
  if (!status.ok()) return program_->Finish(status);
  if (!written.ok()) return program_->Finish(written);
  return summary.signal == 0 ? code : 128 + summary.signal;
}

}  // namespace caascan::tool
