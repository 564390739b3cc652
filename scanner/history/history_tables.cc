// Tested by history_tables_test.cc.
#include "scanner/history/history_tables.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include "caascan/outcome.h"
#include "scanner/report/table_builder.h"

namespace caascan::history {
namespace {

using report::Column;
using report::ColumnKind;
using report::Share;
using report::Table;
using report::TimeLine;

constexpr size_t kMostLines = 6;
constexpr size_t kShownScans = 31;
constexpr size_t kShownChanges = 20;

int64_t MillisecondsOf(const std::string& date) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(date, &day)) return 0;
  return absl::ToUnixMillis(absl::FromCivil(day, absl::UTCTimeZone()));
}

/// In hundredths, so that people read points of a percentage.
double Points(double share) { return std::round(share * 10'000) / 100; }

TimeLine LineOf(const Series& series, const std::vector<ScanRow>& scans) {
  TimeLine line = {series.key, {}};
  for (size_t i = 0; i < scans.size(); ++i) {
    const Sample& sample = series.samples[i];
    if (sample.trials == 0) continue;
    line.points.push_back(
        {Fraction(sample), static_cast<double>(MillisecondsOf(scans[i].key.date))});
  }
  return line;
}

Table ScansTable(const std::vector<ScanRow>& scans) {
  Table table = {.id = "scans",
                 .title = "Scans",
                 .note = "Shares are of all names, with their 95 % interval.",
                 .columns = {},
                 .rows = {},
                 .shown = kShownScans};
  table.columns = {{"date", "date"},
                   {"names", "names", ColumnKind::kCount},
                   {"existing", "existing", ColumnKind::kCount, /*detail=*/true},
                   {"deny", "deny", ColumnKind::kShare, /*detail=*/true},
                   {"failed", "failed", ColumnKind::kShare},
                   {"with_caa", "with CAA", ColumnKind::kShare}};
  // The latest first: what a terminal shows of a long history.
  for (auto scan = scans.rbegin(); scan != scans.rend(); ++scan) {
    const uint64_t names = scan->outcomes.names;
    table.rows.push_back({scan->key.date, names, scan->existing,
                          Share{scan->outcomes.of(Outcome::kDeny), names},
                          Share{scan->outcomes.failed(), names}, Share{scan->with_caa, names}});
  }
  return table;
}

/// What changed in a group, with a picture of the largest changes.
Table ChangesTable(std::string id, std::string title, std::string heading, std::string note,
                   const std::vector<ChangedSeries>& changes, const std::vector<ScanRow>& scans) {
  Table table = {.id = std::move(id),
                 .title = std::move(title),
                 .note = std::move(note),
                 .columns = {},
                 .rows = {},
                 .shown = kShownChanges};
  table.columns = {{"key", std::move(heading)},
                   {"since", "since"},
                   {"points", "change, points", ColumnKind::kNumber},
                   {"before", "before, %", ColumnKind::kNumber},
                   {"after", "after, %", ColumnKind::kNumber},
                   {"last", "last scan", ColumnKind::kShare}};
  for (const auto& [series, change] : changes) {
    const Sample& last = series.samples.back();
    table.rows.push_back({series.key, scans[change.since].key.date,
                          Points(change.after - change.before), Points(change.before),
                          Points(change.after), Share{last.hits, last.trials}});
    if (table.lines.size() < kMostLines) table.lines.push_back(LineOf(series, scans));
  }
  return table;
}

/// Each sample of what changed, for programs.
Table SamplesTable(const HistoryFacts& facts) {
  Table table = {.id = "samples",
                 .title = "Shares by scan",
                 .note = "Of all that changed: names of each scan, and how many of them.",
                 .columns = {},
                 .rows = {},
                 .shown = kShownChanges};
  table.columns = {{"kind", "kind"},
                   {"key", "key"},
                   {"date", "date"},
                   {"names", "names", ColumnKind::kCount},
                   {"share", "share", ColumnKind::kShare}};
  const std::array<std::pair<const char*, const std::vector<ChangedSeries>*>, 4> groups = {
      {{"outcome", &facts.outcomes},
       {"reason", &facts.reasons},
       {"finding", &facts.findings},
       {"operator", &facts.operators}}};
  for (const auto& [kind, changes] : groups) {
    for (const auto& [series, change] : *changes) {
      for (size_t i = 0; i < facts.scans.size(); ++i) {
        const Sample& sample = series.samples[i];
        if (sample.trials == 0) continue;
        table.rows.push_back({kind, series.key, facts.scans[i].key.date, sample.hits,
                              Share{sample.hits, sample.trials}});
      }
    }
  }
  return table;
}

}  // namespace

std::vector<ChangedSeries> FindChanges(std::vector<Series> all, size_t compared) {
  std::vector<ChangedSeries> changes;
  for (Series& series : all) {
    const std::optional<Change> change = FindChange(series.samples, compared);
    if (change.has_value()) changes.push_back({std::move(series), *change});
  }
  const auto size = [](const ChangedSeries& each) {
    return std::abs(each.change.after - each.change.before);
  };
  std::sort(changes.begin(), changes.end(), [&size](const auto& a, const auto& b) {
    return size(a) != size(b) ? size(a) > size(b) : a.series.key < b.series.key;
  });
  return changes;
}

std::vector<Series> OutcomeSeries(const std::vector<ScanRow>& scans) {
  std::vector<Series> all;
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    Series& series = all.emplace_back();
    series.key = OutcomeCode(static_cast<Outcome>(i));
    for (const ScanRow& scan : scans) {
      series.samples.push_back({scan.outcomes.names, scan.outcomes.by_outcome[i]});
    }
  }
  Series& with_caa = all.emplace_back(Series{"with_caa", {}});
  for (const ScanRow& scan : scans) {
    with_caa.samples.push_back({scan.outcomes.names, std::min(scan.with_caa, scan.outcomes.names)});
  }
  Series& existing = all.emplace_back(Series{"existing", {}});
  for (const ScanRow& scan : scans) {
    existing.samples.push_back({scan.outcomes.names, std::min(scan.existing, scan.outcomes.names)});
  }
  return all;
}

report::Report MakeHistoryReport(const HistoryFacts& facts, const std::string& label) {
  report::Report report;
  report.title = label.empty() ? "CAA scans over time" : "CAA scans over time: " + label;
  report.schema = "urn:caascan:schema:history:1";
  report.tables.push_back(ScansTable(facts.scans));
  for (const Series& series : OutcomeSeries(facts.scans)) {
    // Permit is the rest, at another height than all others.
    if (series.key == OutcomeCode(Outcome::kPermit) || series.key == "existing") continue;
    if (report.tables[0].lines.size() < kMostLines && facts.scans.size() > 1) {
      report.tables[0].lines.push_back(LineOf(series, facts.scans));
    }
  }
  const std::string beyond =
      "Only what changed beyond chance, with all rows compared taken into account. Each side "
      "counts "
      "as one scan of mean size, since scans of the same names are not independent.";
  report.tables.push_back(ChangesTable("outcomes", "Outcomes that changed", "outcome", beyond,
                                       facts.outcomes, facts.scans));
  report.tables.push_back(ChangesTable("reasons", "Reasons that changed", "reason", beyond,
                                       facts.reasons, facts.scans));
  report.tables.push_back(ChangesTable("findings", "Findings that changed", "finding", beyond,
                                       facts.findings, facts.scans));
  report.tables.push_back(ChangesTable(
      "operators", "Operators that got better or worse", "operator",
      "Shares are of an operator's names, and of those whose look-up failed. " + beyond,
      facts.operators, facts.scans));
  report.tables.push_back(SamplesTable(facts));
  return report;
}

}  // namespace caascan::history
