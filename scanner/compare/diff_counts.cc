// Tested by diff_test.cc.
#include "scanner/compare/diff_counts.h"

#include <algorithm>
#include <utility>

namespace caascan::compare {
namespace {

constexpr size_t kShownOperators = 20;

const std::string& OperatorOrNobody(const std::string& name) {
  static const std::string nobody = "(unknown)";
  return name.empty() ? nobody : name;
}

}  // namespace

NameChange ChangeOf(const NameState& before, const NameState& after) {
  return {.outcome = before.outcome != after.outcome,
          .reason = before.reason != after.reason,
          .caa = IsDecided(before.outcome) && IsDecided(after.outcome) && before.caa != after.caa};
}

void DiffCounts::Add(const NameState& before, const NameState& after) {
  old_names_ += before.records > 0 ? 1 : 0;
  new_names_ += after.records > 0 ? 1 : 0;
  duplicates_ += before.records > 1 || after.records > 1 ? 1 : 0;
  if (before.records == 0 || after.records == 0) return;
  ++both_;
  ++outcomes_[static_cast<size_t>(before.outcome)][static_cast<size_t>(after.outcome)];
  ++reasons_[static_cast<size_t>(before.reason)][static_cast<size_t>(after.reason)];
  const NameChange change = ChangeOf(before, after);
  changed_ += change.any() ? 1 : 0;
  outcome_changed_ += change.outcome ? 1 : 0;
  reason_changed_ += change.reason ? 1 : 0;
  if (change.caa)
    ++(before.caa.empty() ? set_added_ : after.caa.empty() ? set_removed_ : set_replaced_);
  findings_.Add(FindingChangeOf(before.findings, after.findings), before.operator_name,
                after.operator_name);
  const bool failed_before = report::IsFailure(before.outcome);
  const bool fails_now = report::IsFailure(after.outcome);
  if (failed_before) {
    OperatorChangeRow* const row = operators_.Find(OperatorOrNobody(before.operator_name));
    ++row->old_failed;
    row->mended += fails_now ? 0 : 1;
  }
  if (fails_now) {
    OperatorChangeRow* const row = operators_.Find(OperatorOrNobody(after.operator_name));
    ++row->new_failed;
    row->broken += failed_before ? 0 : 1;
  }
}

report::Table DiffCounts::SummaryTable(uint64_t broken) const {
  report::Table table = {.id = "summary",
                         .title = "Summary",
                         .note = "Shares are of the names that both scans have.",
                         .columns = {{"fact", "what", report::ColumnKind::kText},
                                     {"count", "names", report::ColumnKind::kCount},
                                     {"share", "share", report::ColumnKind::kShare}},
                         .rows = {}};
  const auto add = [this, &table](const char* fact, uint64_t count, bool of_both) {
    table.rows.push_back({std::string(fact), count,
                          of_both ? report::Cell(report::Share{count, both_}) : report::Cell()});
  };
  add("old_names", old_names_, false);
  add("new_names", new_names_, false);
  add("in_both", both_, false);
  add("only_in_old", old_names_ - both_, false);
  add("only_in_new", new_names_ - both_, false);
  add("changed", changed_, true);
  add("outcome_changed", outcome_changed_, true);
  add("reason_changed", reason_changed_, true);
  add("caa_changed", set_added_ + set_removed_ + set_replaced_, true);
  add("findings_changed", findings_.names(), true);
  add("several_records", duplicates_, false);
  add("broken_lines", broken, false);
  return table;
}

report::Table DiffCounts::TransitionTable() const {
  report::Table table = {.id = "transitions",
                         .title = "Outcomes before (rows) and after (columns)",
                         .note = "",
                         .columns = {{"old", "before", report::ColumnKind::kText}},
                         .rows = {}};
  for (size_t after = 0; after < kOutcomeCount; ++after) {
    const std::string code(OutcomeCode(static_cast<Outcome>(after)));
    table.columns.push_back({code, code, report::ColumnKind::kCount});
  }
  if (both_ == 0) return table;
  for (size_t before = 0; before < kOutcomeCount; ++before) {
    std::vector<report::Cell> row = {std::string(OutcomeCode(static_cast<Outcome>(before)))};
    row.insert(row.end(), outcomes_[before].begin(), outcomes_[before].end());
    table.rows.push_back(std::move(row));
  }
  return table;
}

report::Table DiffCounts::ReasonTable() const {
  report::Table table = {.id = "reasons",
                         .title = "Names whose reason changed",
                         .note = "",
                         .columns = {{"old", "before", report::ColumnKind::kText},
                                     {"new", "after", report::ColumnKind::kText},
                                     {"names", "names", report::ColumnKind::kCount}},
                         .rows = {}};
  for (size_t before = 0; before < kReasonCount; ++before) {
    for (size_t after = 0; after < kReasonCount; ++after) {
      if (before == after || reasons_[before][after] == 0) continue;
      table.rows.push_back({std::string(ReasonCode(static_cast<Reason>(before))),
                            std::string(ReasonCode(static_cast<Reason>(after))),
                            reasons_[before][after]});
    }
  }
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<uint64_t>(a[2]) > std::get<uint64_t>(b[2]);
  });
  return table;
}

report::Table DiffCounts::OperatorTable() const {
  report::Table table = {.id = "operators",
                         .title = "Operators that got better or worse",
                         .note =
                             "Names of both scans whose look-up failed, by the operator (or the "
                             "registrable domain of the server) of the failure.",
                         .columns = {{"operator", "operator", report::ColumnKind::kText},
                                     {"old_failed", "failed before", report::ColumnKind::kCount},
                                     {"new_failed", "fail now", report::ColumnKind::kCount},
                                     {"mended", "mended", report::ColumnKind::kCount},
                                     {"broken", "broken since", report::ColumnKind::kCount}},
                         .rows = {},
                         .missed = operators_.missed(),
                         .shown = kShownOperators};
  for (const auto& [name, row] : operators_.Sorted()) {
    if (row->mended + row->broken == 0) continue;
    table.rows.push_back(
        {std::string(name), row->old_failed, row->new_failed, row->mended, row->broken});
  }
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    const auto moved = [](const std::vector<report::Cell>& row) {
      return std::get<uint64_t>(row[3]) + std::get<uint64_t>(row[4]);
    };
    return moved(a) > moved(b);
  });
  return table;
}

report::Table DiffCounts::SetTable() const {
  report::Table table = {.id = "caa_sets",
                         .title = "CAA record sets that changed",
                         .note = "Of names that both scans looked up with success.",
                         .columns = {{"change", "what", report::ColumnKind::kText},
                                     {"names", "names", report::ColumnKind::kCount}},
                         .rows = {}};
  if (set_added_ + set_removed_ + set_replaced_ == 0) return table;
  table.rows.push_back({std::string("added"), set_added_});
  table.rows.push_back({std::string("removed"), set_removed_});
  table.rows.push_back({std::string("replaced"), set_replaced_});
  return table;
}

report::Report DiffCounts::MakeReport(uint64_t broken) const {
  report::Report report;
  report.title = "CAA scan comparison";
  report.schema = "urn:caascan:schema:diff:1";
  report.tables = {SummaryTable(broken), TransitionTable(),  ReasonTable(),         OperatorTable(),
                   SetTable(),           findings_.ByCode(), findings_.ByOperator()};
  return report;
}

}  // namespace caascan::compare
