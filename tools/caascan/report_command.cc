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
Records that caascan scan wrote, from one or more files. Without FILE, or for the FILE "-", they
come from standard input. gzip and zstd are recognised by content. A folder stands for the
records in it: .ndjson and .jsonl files, also compressed, and .partial.gz files whose records are
gone. The folder of a run of caascan plan stands for its results. The report counts lines that
are not records, and truncated inputs, and says where they are.
If FILE.meta.json describes the scan, the report shows it in the table scans.

Output:
An input file is never overwritten. A file that holds records is only replaced with --overwrite;
an earlier report is replaced.

Formats:
  text: for a terminal, 100 columns wide. Long tables show their first rows (--top).
  json: all rows of all tables. docs/report.schema.json describes it.
  csv: one file for each table, in the folder of -o. A text that a spreadsheet would read as a
    formula begins with an apostrophe.
  markdown: the tables of text.
  html: one page with charts, which loads nothing from elsewhere. All rows can be searched and
    sorted, and each operator, finding, top-level domain and CA has a page. Without JavaScript
    a table shows its first rows.

Counts:
Shares have a 95 % confidence interval (Wilson), as if the names were a random sample. There
are two of each: of all names, and of the names that exist. The latter are those whose record has no nxdomain. A table keeps the 65,536 most frequent
keys. If there are more, the table says by how much its counts may be too small. A record without
an operator counts for the operator of the server that failed, or else of its first server,
under that server's name.

Zones:
With --zones each FILE is one that caascan scan --zones wrote, also of several shards or scans
(docs/zone.schema.json). A zone that is in more than one is counted once: sets are merged, the
earliest end of a signature is kept, and otherwise the later value. The tables are summary,
ns_classes by top-level domain, failing_servers (how many of how many), failures by kind; keys,
denial and without_ds by operator; signature_ends by day; and systems, for scans with --asn.
docs/zone-report.schema.json describes the JSON. --partial writes the merged zones, sorted by name.

Exit status:
  0: done.
  1: could not finish, for example because the disk is full.
  2: wrong usage or unreadable input.
  130, 143: stopped by SIGINT or SIGTERM. No report is written.

Examples:
  caascan report out.ndjson
  caascan report --format json shard-*.ndjson.zst | jq '.outcomes.rows[]'
  caascan report --format csv -o tables out.ndjson
  caascan report --operator "Example DNS" --format html -o letter.html out.ndjson
  caascan report --tables caa_ranks,caa_dnssec --format markdown out.ndjson
  caascan report --by order orders.out.ndjson
  caascan report --partial -o shard-3.partial.gz shard-3.ndjson.zst
  caascan report shard-*.partial.gz
  caascan report --zones zones-1.ndjson zones-2.ndjson.zst
  caascan report --zones --tables ns_classes zones.ndjson
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
      "report", "Report on the records of a scan: outcomes, failures, use of CAA.");
  app->footer(kFooter);
  app->add_option("FILE", options_.inputs, "Records to read; \"-\" or none is standard input.")
      ->option_text("FILE...");
  AddFormatOption(app, &options_.format);
  cli::AddOption(app,
                 {"-o,--output", "FILE",
                  "Write the report to FILE (default: standard output). For csv it is a folder."},
                 &options_.output_path);
  AddOverwriteOption(app, &options_.overwrite);
  cli::AddOption(
      app,
      {"--top", "N",
       "Number of rows of long tables in text, markdown and html (default: depends on the table)."},
      &options_.top)
      ->check(cli::WholeNumber(1));
  cli::AddOption(app,
                 {"--min-names", "N", "Rank only operators with at least N names (default 10)."},
                 &options_.min_names)
      ->check(cli::WholeNumber(1));
  CLI::Option* name = cli::AddOption(
      app,
      {"--operator", "NAME",
       "Write a letter to this operator instead: findings with samples, dig lines and "
       "remedies, as markdown or with --format html."},
      &operator_name_);
  CLI::Option* by =
      cli::AddChoice(app, "--by",
                     "Report only orders (the order that came with each name) that have a name for "
                     "which the CA would not issue, with reason and remedy.",
                     {{"order", true}}, &options_.orders_only);
  AddOperatorsOption(app, &options_.operators_path);
  cli::AddRepeatedOption(
      app,
      {"--tables", "ID,...",
       "These tables alone, by the names that json and csv have for them, such as caa_dnssec; "
       "repeat, or join by commas (default: all)."},
      &options_.tables)
      ->delimiter(',')
      ->excludes("--by");
  app->add_flag("--partial", options_.partial,
                "Write only the counts, at most a few megabytes. report reads such files together "
                "with others and with records.");
  cli::AddOption(app,
                 {"--threads", "N", "Number of worker threads (default: one a core, at most 16)."},
                 &options_.threads)
      ->check(cli::WholeNumber(1, kMaxThreads));
  app->add_flag(
         "--zones", zones_,
         "Read files that scan --zones wrote, merge their zones, and report NS sets, failing "
         "servers, keys, denial and signatures. With --partial, write the merged zones.")
      ->excludes(by)
      ->excludes(name);
  AddProgressOption(app, &options_.progress);
}

int ReportCommand::RunZones() {
  ZoneReportSummary summary;
  const absl::Status status =
      RunZoneReport({options_.inputs, options_.output_path, options_.overwrite, options_.format,
                     options_.top, options_.tables, options_.partial},
                    &summary);
  std::string text = std::to_string(summary.zones) + " zones";
  if (summary.broken > 0) text += ", " + std::to_string(summary.broken) + " broken lines";
  if (summary.signal != 0) text += "; stopped, no report";
  return program_->Finish(status, text, summary.signal);
}

int ReportCommand::Run() {
  if (zones_) return RunZones();
  ReportSummary summary;
  const absl::Status status =
      operator_name_.empty()
          ? RunReport(options_, &summary)
          : RunDossier(
                {options_.inputs, options_.output_path, options_.overwrite, operator_name_,
                 options_.format, options_.threads, options_.progress, options_.operators_path},
                &summary);
  return program_->Finish(status, SummaryText(summary), summary.signal);
}

}  // namespace caascan::tool
