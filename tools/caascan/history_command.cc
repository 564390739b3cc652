#include "tools/caascan/history_command.h"

#include <algorithm>
#include <cstdint>

#include <absl/strings/str_cat.h>

#include "tools/caascan/shared_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int64_t kMaxThreads = 1024;

constexpr const char* kFooter = R"(Actions:
  add: count the records, or read the partial reports, of one scan, and keep the counts in STORE.
    STORE is created if it does not exist. Without FILE, or for the FILE "-", the input is
    standard input. A scan is identified by its date and label. The date is the day of the first
    record (UTC), unless --date gives another.
  show: print what changed over time.
  remove: delete the scan of --date and --label.
  export: write the counts of the scan of --date and --label to -o as a partial report, for
    caascan report or for another history.

Comparison:
The report compares the share of names of each outcome, reason and finding, and the share of each
operator's names whose look-up failed. A row gives the date of the change, and the mean shares
before and after. Only changes beyond chance are shown: the test is the likelihood ratio of two
binomial samples, with the Bonferroni correction over rows and dates. If nothing changes, one such
table in twenty has a row. Each side counts as one scan of mean size, because scans of the same
names are not independent. Only operators with at least --min-names names in the last scan are
compared. Use one label for each list of names: scans of different lists differ for that reason
alone.

Files:
STORE is an SQLite database that other programs may read. Its tables are scans, reasons,
findings, operators and operator_names. Operators with fewer than ten names have no row. After an
error STORE is unchanged.

Exit status:
  0: done.
  1: could not finish, for example because the disk is full.
  2: wrong usage, unreadable input, or a scan that exists already or does not exist.
  130, 143: stopped by SIGINT or SIGTERM. STORE is unchanged.

Examples:
  caascan history add caa.sqlite --label top1m monday.ndjson.zst
  caascan history add caa.sqlite --label top1m --date 2027-03-16 shard-*.partial.gz
  caascan history show caa.sqlite --label top1m --since 2027-01-01
  caascan history show caa.sqlite --format html -o trend.html
  caascan history remove caa.sqlite --label top1m --date 2027-03-16)";

/// What is only for some actions.
struct OptionUse {
  const char* name;
  std::vector<std::string> actions;
};

const std::vector<OptionUse>& OptionUses() {
  static const std::vector<OptionUse> uses = {{"FILE", {"add"}},
                                              {"--date", {"add", "remove", "export"}},
                                              {"--replace", {"add"}},
                                              {"--merge", {"add"}},
                                              {"--threads", {"add"}},
                                              {"--progress", {"add"}},
                                              {"--since", {"show"}},
                                              {"--until", {"show"}},
                                              {"--format", {"show"}},
                                              {"--top", {"show"}},
                                              {"--min-names", {"show"}},
                                              {"--output", {"show", "export"}},
                                              {"--overwrite", {"show", "export"}}};
  return uses;
}

std::string SummaryText(const ReportSummary& summary, const HistoryScan& scan) {
  if (summary.signal != 0) return "stopped, nothing is kept";
  std::string text = absl::StrCat(summary.records, " records");
  if (summary.broken > 0) absl::StrAppend(&text, ", ", summary.broken, " broken lines");
  if (!scan.date.empty()) absl::StrAppend(&text, ", scan of ", scan.date);
  if (!scan.label.empty()) absl::StrAppend(&text, " labelled ", scan.label);
  return text;
}

}  // namespace

HistoryCommand::HistoryCommand(cli::Program* program)
    : program_(program),
      app_(program->app()->add_subcommand(
          "history", "Keep the counts of many scans, and report what changed and when.")) {
  app_->footer(kFooter);
  app_->add_option("ACTION", action_, "The action: add, show, remove or export.")
      ->option_text("add|show|remove|export")
      ->required()
      ->check(cli::OneOf({"add", "show", "remove", "export"}));
  app_->add_option("STORE", store_path_, "The file of the history.")
      ->option_text("FILE")
      ->required();
  app_->add_option("FILE", add_.inputs, "Records of one scan, or their counts by report --partial.")
      ->option_text("FILE...");
  cli::AddOption(
      app_,
      {"--date", "DATE",
       "The day of the scan, such as 2027-03-15 (default: the day of its first record, UTC)."},
      &add_.scan.date);
  cli::AddOption(app_,
                 {"--label", "TEXT",
                  "The name of the series: for example the list that was scanned, and from where "
                  "(default: none; for show, the only label in STORE)."},
                 &add_.scan.label);
  app_->add_flag("--replace", replace_, "Replace the counts of this date and label.");
  app_->add_flag("--merge", merge_,
                 "Add the counts to those of this date and label, for another shard.");
  cli::AddOption(app_, {"--since", "DATE", "Show only scans of this day or later."}, &show_.since);
  cli::AddOption(app_, {"--until", "DATE", "Show only scans of this day or earlier."},
                 &show_.until);
  AddFormatOption(app_, &show_.format);
  cli::AddOption(app_,
                 {"-o,--output", "FILE",
                  "Write the report or the counts to FILE (default: standard output). For csv it "
                  "is a folder."},
                 &output_path_);
  AddOverwriteOption(app_, &overwrite_);
  cli::AddOption(
      app_,
      {"--top", "N",
       "Number of rows of long tables in text, markdown and html (default: depends on the table)."},
      &show_.top)
      ->check(cli::WholeNumber(1));
  cli::AddOption(app_,
                 {"--min-names", "N",
                  "Compare only operators with at least N names in the last scan (default 10)."},
                 &show_.min_names)
      ->check(cli::WholeNumber(1));
  cli::AddOption(app_,
                 {"--threads", "N", "Number of reading threads (default: one a core, at most 16)."},
                 &add_.threads)
      ->check(cli::WholeNumber(1, kMaxThreads));
  AddProgressOption(app_, &add_.progress);
}

absl::Status HistoryCommand::CheckOptions() const {
  for (const auto& [name, actions] : OptionUses()) {
    if (app_->get_option(name)->count() == 0) continue;
    if (std::find(actions.begin(), actions.end(), action_) != actions.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat(name, " is not for history ", action_));
  }
  if (replace_ && merge_) {
    return absl::InvalidArgumentError("--replace and --merge exclude each other");
  }
  const bool needs_date = action_ == "remove" || action_ == "export";
  if (needs_date && add_.scan.date.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("history ", action_, " needs --date"));
  }
  return absl::OkStatus();
}

int HistoryCommand::Run() {
  if (absl::Status status = CheckOptions(); !status.ok()) return program_->Finish(status);
  if (action_ == "add") return RunAdd();
  if (action_ == "show") return RunShow();
  return RunOther();
}

int HistoryCommand::RunAdd() {
  add_.store_path = store_path_;
  add_.conflict = replace_ ? HistoryConflict::kReplace
                  : merge_ ? HistoryConflict::kMerge
                           : HistoryConflict::kRefuse;
  ReportSummary summary;
  HistoryScan scan;
  const absl::Status status = AddToHistory(add_, &scan, &summary);
  return program_->Finish(status, SummaryText(summary, scan), summary.signal);
}

int HistoryCommand::RunShow() {
  show_.store_path = store_path_;
  show_.any_label = app_->get_option("--label")->count() == 0;
  show_.label = add_.scan.label;
  show_.output_path = output_path_;
  show_.overwrite = overwrite_;
  return program_->Finish(ShowHistory(show_));
}

int HistoryCommand::RunOther() {
  if (action_ == "remove") return program_->Finish(RemoveFromHistory(store_path_, add_.scan));
  return program_->Finish(ExportFromHistory(store_path_, add_.scan, output_path_, overwrite_));
}

}  // namespace caascan::tool
