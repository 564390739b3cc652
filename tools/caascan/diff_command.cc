#include "tools/caascan/diff_command.h"

#include <string>

#include "tools/caascan/shared_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr const char* kFooter = R"(Comparison:
The records of each name are compared, in any order. If a scan has several records of a name,
the latest counts. Three things may change: the outcome, the reason, and the CAA record set
(without TTL and owner). The CAA set is only compared if both look-ups succeeded.
Findings that came, stayed and went are counted by their codes, and by operator. What a scan
finds also depends on its --diagnose and --servers.
If both scans have metadata (FILE.meta.json) that differ in an option that affects decisions, a
line on standard error says so.

Output:
A report. With --changes FILE each changed name is also a line of NDJSON: name, changed (a list
of outcome, reason, caa, findings), old and new with outcome, reason, operator and caa, and
where findings changed the codes that came, stayed and went.
An input file is never overwritten. A file that holds records is only replaced with --overwrite;
an earlier report is replaced.

Memory:
Records are kept in temporary files, about 60 bytes each plus their CAA set, and are compared one
part at a time. For ten million names a scan this takes about 30 MiB of memory, and never much
more than 100 MiB.

Exit status:
  0: done, whatever the changes are.
  1: could not finish, for example because the disk is full.
  2: wrong usage or unreadable input.
  130, 143: stopped by SIGINT or SIGTERM. No report is written.

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
  CLI::App* app = program->app()->add_subcommand("diff", "Report what changed between two scans.");
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
                  "Write the report to FILE (default: standard output). For csv it is a folder."},
                 &options_.output_path);
  cli::AddOption(app,
                 {"--changes", "FILE", "Write one line of NDJSON to FILE for each changed name."},
                 &options_.changes_path);
  AddOverwriteOption(app, &options_.overwrite);
  cli::AddOption(
      app,
      {"--top", "N",
       "Number of rows of long tables in text, markdown and html (default: depends on the table)."},
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
