// Shares stand twice here: of all names, and of those that exist. Tested by tables_test.cc and
// report_totals_test.py.
#include "scanner/report/outcome_tables.h"

#include <algorithm>
#include <string>
#include <utility>

#include "scanner/report/table_builder.h"

namespace caascan::report {
namespace {

constexpr const char* kExistingNote =
    "Names that exist are all but those whose records say nxdomain: their shares leave dead names "
    "out.";

const std::vector<Outcome> kOutcomes = {Outcome::kPermit,  Outcome::kDeny, Outcome::kServfail,
                                        Outcome::kTimeout, Outcome::kLame, Outcome::kError};

/// Of `names`, `missing` do not exist: what the others are, and their share of all that exist.
void AddExistingCells(const Aggregate& aggregate, uint64_t names, uint64_t missing,
                      std::vector<Cell>* row) {
  report::AddExistingCells({names, aggregate.outcomes().names},
                           {missing, aggregate.missing().names()}, /*known=*/true, row);
}

Table SummaryTable(const Aggregate& aggregate, const BrokenLines& broken) {
  Table table = {
      .id = "summary",
      .title = "Summary",
      .note = kExistingNote,
      .columns = {{"fact", "what", ColumnKind::kText}, {"count", "names", ColumnKind::kCount}},
      .rows = {}};
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns);
  const uint64_t records = aggregate.outcomes().names;
  const MissingNames& missing = aggregate.missing();
  using Fact = MissingNames::Fact;
  const auto add = [&table, &aggregate, records](const char* what, uint64_t count,
                                                 uint64_t of_them) {
    std::vector<Cell> row = {std::string(what), count};
    row.emplace_back(Share{count, records});
    AddExistingCells(aggregate, count, of_them, &row);
    table.rows.push_back(std::move(row));
  };
  table.rows.push_back({std::string("records"), records, {}, LessBy(records, missing.names()), {}});
  table.rows.push_back({std::string("nxdomain"),
                        missing.names(),
                        Share{std::min(missing.names(), records), records},
                        uint64_t{0},
                        {}});
  add("may_issue", aggregate.may_issue(), missing.of(Fact::kMayIssue));
  add("would_issue", aggregate.would_issue(), missing.of(Fact::kWouldIssue));
  add("failed", aggregate.outcomes().failed(),
      missing.of(Outcome::kServfail) + missing.of(Outcome::kTimeout) + missing.of(Outcome::kLame));
  add("with_caa", aggregate.caa().names().names, missing.of(Fact::kWithCaa));
  add("rechecked", aggregate.rechecked(), missing.of(Fact::kRechecked));
  table.rows.push_back({std::string("broken_lines"), broken.count(), {}, {}, {}});
  return table;
}

Table TimeTable(const Aggregate& aggregate) {
  Table table = {
      .id = "span",
      .title = "When",
      .note = "",
      .columns = {{"event", "what", ColumnKind::kText}, {"time", "UTC", ColumnKind::kTime}},
      .rows = {}};
  if (aggregate.span().empty()) return table;
  table.rows.push_back({std::string("first_record"), aggregate.span().first_ms});
  table.rows.push_back({std::string("last_record"), aggregate.span().last_ms});
  return table;
}

Table OutcomeTable(const Aggregate& aggregate) {
  Table table = {.id = "outcomes",
                 .title = "Outcomes",
                 .note = "",
                 .columns = {{"outcome", "outcome", ColumnKind::kText},
                             {"names", "names", ColumnKind::kCount}},
                 .rows = {}};
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns);
  for (const Outcome outcome : kOutcomes) {
    const uint64_t names = aggregate.outcomes().of(outcome);
    std::vector<Cell> row = {std::string(OutcomeCode(outcome)), names};
    row.emplace_back(Share{names, aggregate.outcomes().names});
    AddExistingCells(aggregate, names, aggregate.missing().of(outcome), &row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// Without rows where all is for TLS.
Table PurposeTable(const Aggregate& aggregate) {
  Table table = {.id = "purposes",
                 .title = "What certificates are for",
                 .note = "Names by what was asked for them (--for).",
                 .columns = {{"purpose", "purpose", ColumnKind::kText},
                             {"names", "names", ColumnKind::kCount}},
                 .rows = {}};
  for (const Outcome outcome : kOutcomes) {
    const std::string code(OutcomeCode(outcome));
    table.columns.push_back({code, code, ColumnKind::kCount});
  }
  const uint64_t tls = aggregate.of(Purpose::kTls).names;
  for (unsigned i = 0; i < kPurposeCount && tls < aggregate.outcomes().names; ++i) {
    const auto purpose = static_cast<Purpose>(i);
    const OutcomeCounts counts = aggregate.of(purpose);
    if (counts.names == 0) continue;
    std::vector<Cell> row = {std::string(PurposeCode(purpose)), counts.names};
    for (const Outcome outcome : kOutcomes) row.emplace_back(counts.of(outcome));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table ReasonTable(const Aggregate& aggregate) {
  Table table = {.id = "reasons",
                 .title = "Reasons",
                 .note = "",
                 .columns = {{"reason", "reason", ColumnKind::kText},
                             {"outcome", "outcome", ColumnKind::kText},
                             {"names", "names", ColumnKind::kCount}},
                 .rows = {}};
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns);
  for (size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    const uint64_t names = aggregate.of(reason);
    if (names == 0) continue;
    std::vector<Cell> row = {std::string(ReasonCode(reason)),
                             std::string(OutcomeCode(OutcomeOf(reason))), names};
    row.emplace_back(Share{names, aggregate.outcomes().names});
    AddExistingCells(aggregate, names, aggregate.missing().of(reason), &row);
    table.rows.push_back(std::move(row));
  }
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<uint64_t>(a[2]) > std::get<uint64_t>(b[2]);
  });
  return table;
}

}  // namespace

void AddOutcomeTables(const Aggregate& aggregate, const BrokenLines& broken,
                      std::vector<Table>* tables) {
  tables->push_back(SummaryTable(aggregate, broken));
  tables->push_back(TimeTable(aggregate));
  tables->push_back(OutcomeTable(aggregate));
  tables->push_back(ReasonTable(aggregate));
  tables->push_back(PurposeTable(aggregate));
}

}  // namespace caascan::report
