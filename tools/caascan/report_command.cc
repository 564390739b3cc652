#include "tools/caascan/report_command.h"

#include <cstdint>
#include <string>

#include "caascan/dossier.h"
#include "tools/caascan/shared_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int64_t kMaxThreads = 1024;

constexpr const char* kFooter = R"(Input:
Records as caascan scan wrote them, from several files or shards; without FILE, or for the FILE "-", from standard
input; gzip and zstd are known by their content. A folder stands for the records in it (.ndjson, .jsonl, also compressed,
and .partial.gz of records that are gone), the folder of a run of caascan plan for its results. A line that is no record is counted and located in the report, and so is
an input that breaks off.

Where FILE.meta.json tells how FILE was scanned, the report shows it (table scans). A file that is read is never written.
Reports are replaced, and records only with --overwrite.

Formats:
  text: for a terminal, 100 columns wide; long tables show their first rows (--top).
  json: all rows of all tables; docs/report.schema.json describes it.
  csv: one file a table, into the folder of -o. A text that a spreadsheet would take for a formula has an apostrophe in
    front.
  markdown: the tables of text.
  html: one page that loads nothing from anywhere, with pictures, and tables that sort and filter; 500 rows a table.

Counts:
Shares come with the bounds of their 95 % interval (Wilson), as if the names were a random sample. In the summary and by
outcome and reason they are of all names, and of those that exist: whose records do not say nxdomain. Tables keep the 65,536
most frequent keys; where there were more, the table says by how much its counts may be too small. A record without an
operator is counted under that of the server that failed it, or of its first server, known by the server's name.

Exit status:
0: done. 1: could not finish, such as a full disk. 2: wrong usage or unreadable input. 130, 143: stopped by SIGINT or
SIGTERM; no report is written then.

Examples:
  caascan report out.ndjson
  caascan report --format json shard-*.ndjson.zst | jq '.outcomes.rows[]'
  caascan report --format csv -o tables out.ndjson
  caascan report --operator "Example DNS" --format html -o letter.html out.ndjson
  caascan report --by order orders.out.ndjson
  caascan report --partial -o shard-3.partial.gz shard-3.ndjson.zst
  caascan report shard-*.partial.gz
  caascan report run/out)";

std::string SummaryText(const ReportSummary& summary) {
  std::string text = std::to_string(summary.records) + " records";
  if (summary.broken > 0) text += ", " + std::to_string(summary.broken) + " broken lines";
  if (summary.signal != 0) text += "; stopped, no report";
  return text;
}

}  // namespace

ReportCommand::ReportCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "report", "Tell what the records of a scan say: outcomes, who fails, how CAA is used.");
  app->footer(kFooter);
  app->add_option("FILE", options_.inputs, "Records to read; \"-\" or none is standard input.")
      ->option_text("FILE...");
  AddFormatOption(app, &options_.format);
  cli::AddOption(app,
                 {"-o,--output", "FILE",
                  "Write the report here (default: standard output); a folder for csv."},
                 &options_.output_path);
  AddOverwriteOption(app, &options_.overwrite);
  cli::AddOption(
      app, {"--top", "N", "Rows of long tables in text, markdown and html (default: by table)."},
      &options_.top)
      ->check(cli::WholeNumber(1));
  cli::AddOption(app,
                 {"--min-names", "N",
                  "Rank operators with at least so many names by those they break (default 10)."},
                 &options_.min_names)
      ->check(cli::WholeNumber(1));
  cli::AddOption(app,
                 {"--operator", "NAME",
                  "A dossier on this operator instead: findings with samples, dig lines and "
                  "remedies, as markdown (or --format html)."},
                 &operator_name_);
  cli::AddChoice(app, "--by",
                 "Only the orders (a text that came with the names) of which a name may not be "
                 "issued for, each with the reason and the remedy.",
                 {{"order", true}}, &options_.orders_only);
  app->add_flag("--partial", options_.partial,
                "Write the counts alone, some megabytes at most, as a file that report reads again "
                "beside others and beside records.");
  cli::AddOption(app, {"--threads", "N", "Worker threads (default: one a core, 16 at most)."},
                 &options_.threads)
      ->check(cli::WholeNumber(1, kMaxThreads));
  AddProgressOption(app, &options_.progress);
}

int ReportCommand::Run() {
  ReportSummary summary;
  const absl::Status status =
      operator_name_.empty()
          ? RunReport(options_, &summary)
          : RunDossier({options_.inputs, options_.output_path, options_.overwrite, operator_name_,
                        options_.format, options_.threads, options_.progress},
                       &summary);
  return program_->Finish(status, SummaryText(summary), summary.signal);
}

}  // namespace caascan::tool
