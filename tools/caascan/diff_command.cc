#include "tools/caascan/diff_command.h"

#include <string>

#include "tools/caascan/shared_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr const char* kFooter = R"(What is compared:
The records of each name, in whatever order; the latest where a scan has several. Outcome, reason and the CAA record set
(without TTL and owner) may change, the last between two look-ups that succeeded. With --changes each name that changed
is a line: name, changed (a list of outcome, reason, caa), old and new with outcome, reason, operator and caa.

Where both scans have metadata (FILE.meta.json) that differ in the CA or another option that decides, a line on standard
error says so. A file that is read is never written. Reports are replaced, and records only with --overwrite.

Memory:
Records lie in temporary files meanwhile, about 60 bytes each and their CAA set, and are compared a share at a time: memory
is about 30 MiB for ten million names a scan, and never much above 100 MiB.

Exit status:
0: done, whatever changed. 1: could not finish, such as a full disk. 2: wrong usage or unreadable input. 130, 143: stopped
by SIGINT or SIGTERM; no report is written then.

Examples:
  caascan diff monday.ndjson tuesday.ndjson
  caascan diff --changes changed.ndjson.gz monday.ndjson.zst tuesday.ndjson.zst)";

std::string SummaryText(const DiffSummary& summary) {
  std::string text = std::to_string(summary.old_names) + " names before, " +
                     std::to_string(summary.new_names) + " after, " +
                     std::to_string(summary.changed) + " changed";
  if (summary.broken > 0) text += ", " + std::to_string(summary.broken) + " broken lines";
  if (summary.signal != 0) text += "; stopped, no report";
  return text;
}

}  // namespace

DiffCommand::DiffCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand("diff", "Tell what changed between two scans.");
  app->footer(kFooter);
  app->add_option("OLD", options_.old_path, "Records of the earlier scan.")
      ->option_text("FILE")
      ->required();
  app->add_option("NEW", options_.new_path, "Records of the later scan.")
      ->option_text("FILE")
      ->required();
  AddFormatOption(app, &options_.format);
  cli::AddOption(app,
                 {"-o,--output", "FILE",
                  "Write the report here (default: standard output); a folder for csv."},
                 &options_.output_path);
  cli::AddOption(app, {"--changes", "FILE", "Write a line of NDJSON for each name that changed."},
                 &options_.changes_path);
  AddOverwriteOption(app, &options_.overwrite);
  cli::AddOption(
      app, {"--top", "N", "Rows of long tables in text, markdown and html (default: by table)."},
      &options_.top)
      ->check(cli::WholeNumber(1));
  AddReadingOptions(app, &options_);
}

int DiffCommand::Run() {
  DiffSummary summary;
  const absl::Status status = RunDiff(options_, &summary);
  for (const std::string& notice : summary.notices) program_->Complain(notice);
  return program_->Finish(status, SummaryText(summary), summary.signal);
}

}  // namespace caascan::tool
