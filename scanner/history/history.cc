// Tested by history_test.cc and tests/e2e/history_test.py.
#include "caascan/history.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include "scanner/history/history_tables.h"
#include "scanner/history/store.h"
#include "scanner/io/whole_file.h"
#include "scanner/publish/report_output.h"
#include "scanner/record/run_files.h"
#include "scanner/report/count_records.h"

namespace caascan {
namespace history {
namespace {

/// Scans that the last one is compared with, before whole series are read.
constexpr size_t kProbes = 8;
/// So that one probe or other shows whatever FindChange() could find: it asks for more.
constexpr double kProbeLevel = 0.05;

absl::Status CheckDate(const std::string& date) {
  if (IsHistoryDate(date)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("\"", date, "\" is no date like 2027-03-15"));
}

std::string DayOf(int64_t ms) {
  return absl::FormatCivilTime(absl::ToCivilDay(absl::FromUnixMillis(ms), absl::UTCTimeZone()));
}

absl::Status ChooseLabel(Store* store, HistoryShowOptions* options) {
  if (!options->any_label) return absl::OkStatus();
  const auto labels = store->Labels();
  if (!labels.ok()) return labels.status();
  if (labels->size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        options->store_path, " has scans of several labels; give --label with one of: \"",
        absl::StrJoin(*labels, "\", \""), "\""));
  }
  if (!labels->empty()) options->label = labels->front();
  return absl::OkStatus();
}

/// Operators whose share in the last scan differs from that in some earlier one: whole series are
/// read of these alone. *compared is how many there were to choose from.
absl::StatusOr<std::vector<Series>> ChosenOperators(Store* store, uint64_t least,
                                                    const std::vector<ScanRow>& scans,
                                                    size_t* compared) {
  auto last = store->Operators(scans.back());
  if (!last.ok()) return last.status();
  std::erase_if(*last, [least](const OperatorCounts& each) { return each.sample.trials < least; });
  *compared = last->size();
  std::map<int64_t, bool> differs;
  const size_t earlier = scans.size() - 1;
  for (size_t probe = 0; probe < std::min(kProbes, earlier); ++probe) {
    const auto before = store->Operators(scans[probe * earlier / std::min(kProbes, earlier)]);
    if (!before.ok()) return before.status();
    auto old = before->begin();
    for (const OperatorCounts& now : *last) {  // Both by ID.
      while (old != before->end() && old->id < now.id) ++old;
      if (old == before->end() || old->id != now.id) continue;
      const double chance = ChanceOf(Fraction(old->sample), static_cast<double>(old->sample.trials),
                                     Fraction(now.sample), static_cast<double>(now.sample.trials));
      if (chance < kProbeLevel) differs[now.id] = true;
    }
  }
  std::vector<Series> chosen;
  for (const OperatorCounts& now : *last) {
    if (!differs.contains(now.id)) continue;
    auto series = store->OperatorSeries(now, scans);
    if (!series.ok()) return series.status();
    chosen.push_back(*std::move(series));
  }
  return chosen;
}

absl::StatusOr<HistoryFacts> ReadFacts(Store* store, const HistoryShowOptions& options) {
  HistoryFacts facts;
  auto scans = store->Scans(options);
  if (!scans.ok()) return scans.status();
  if (scans->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.store_path, " has no scan of that label and time"));
  }
  facts.scans = *std::move(scans);
  std::vector<Series> outcomes = OutcomeSeries(facts.scans);
  const size_t outcome_count = outcomes.size();
  facts.outcomes = FindChanges(std::move(outcomes), outcome_count);
  for (const auto& [grouping, changes] :
       {std::pair(Grouping::kReason, &facts.reasons), {Grouping::kFinding, &facts.findings}}) {
    auto series = store->SeriesOf(grouping, facts.scans);
    if (!series.ok()) return series.status();
    const size_t compared = series->size();
    *changes = FindChanges(*std::move(series), compared);
  }
  size_t compared = 0;
  auto operators = ChosenOperators(store, options.min_names, facts.scans, &compared);
  if (!operators.ok()) return operators.status();
  facts.operators = FindChanges(*std::move(operators), compared);
  return facts;
}

}  // namespace
}  // namespace history

bool IsHistoryDate(const std::string& text) {
  constexpr size_t kSize = 10;
  absl::CivilDay day;
  // Abseil also takes blanks and years of other widths; its own form is the only one here.
  return text.size() == kSize && absl::ParseCivilTime(text, &day) &&
         absl::FormatCivilTime(day) == text && day.year() >= 1970 && day.year() < 2100;
}

absl::Status AddToHistory(const HistoryAddOptions& options, HistoryScan* scan,
                          ReportSummary* summary) {
  *summary = ReportSummary();
  *scan = options.scan;
  if (!scan->date.empty()) {
    if (absl::Status status = history::CheckDate(scan->date); !status.ok()) return status;
  }
  const report::PassOptions reading = {options.inputs, options.threads, options.progress};
  report::RecordPass pass(reading);
  report::CountedRecords counted;
  absl::Status status = report::CountRecords(reading, &pass, &counted);
  summary->records = counted.records;
  summary->broken = counted.broken.count();
  summary->signal = counted.signal;
  if (!status.ok() || counted.signal != 0) return status;
  counted.sum.AddBroken(counted.broken.count() - counted.sum.broken());
  if (scan->date.empty()) {
    if (counted.sum.span().empty()) {
      return absl::InvalidArgumentError("no record says when it was made: give --date");
    }
    scan->date = history::DayOf(counted.sum.span().first_ms);
  }
  auto store = history::Store::Open(options.store_path, history::Store::Mode::kCreate);
  if (!store.ok()) return store.status();
  status = (*store)->Add(*scan, counted.sum, options.conflict);
  summary->signal = pass.signal();
  return status;
}

absl::Status RemoveFromHistory(const std::string& store_path, const HistoryScan& scan) {
  if (absl::Status status = history::CheckDate(scan.date); !status.ok()) return status;
  auto store = history::Store::Open(store_path, history::Store::Mode::kWrite);
  if (!store.ok()) return store.status();
  return (*store)->Remove(scan);
}

absl::Status ExportFromHistory(const std::string& store_path, const HistoryScan& scan,
                               const std::string& output_path, bool overwrite) {
  if (absl::Status status = history::CheckDate(scan.date); !status.ok()) return status;
  if (absl::Status status = io::CheckWritable(output_path); !status.ok()) return status;
  absl::Status safe =
      record::CheckReplaced(record::Operands({store_path}), {{"-o", output_path}}, overwrite);
  if (!safe.ok()) return safe;
  auto store = history::Store::Open(store_path, history::Store::Mode::kRead);
  if (!store.ok()) return store.status();
  const auto partial = (*store)->Partial(scan);
  if (!partial.ok()) return partial.status();
  return io::WriteWhole(output_path, *partial);
}

absl::Status ShowHistory(const HistoryShowOptions& options) {
  for (const std::string& date : {options.since, options.until}) {
    if (date.empty()) continue;
    if (absl::Status status = history::CheckDate(date); !status.ok()) return status;
  }
  const publish::ReportOutput output = {options.output_path, options.format, options.top,
                                        record::Operands({options.store_path}), options.overwrite};
  if (absl::Status status = publish::CheckOutput(output); !status.ok()) return status;
  auto store = history::Store::Open(options.store_path, history::Store::Mode::kRead);
  if (!store.ok()) return store.status();
  HistoryShowOptions chosen = options;
  absl::Status status = history::ChooseLabel(store->get(), &chosen);
  if (!status.ok()) return status;
  const auto facts = history::ReadFacts(store->get(), chosen);
  if (!facts.ok()) return facts.status();
  return publish::WriteReport(history::MakeHistoryReport(*facts, chosen.label), output);
}

}  // namespace caascan
