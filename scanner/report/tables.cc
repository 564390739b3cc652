// One function a table; a table whose rows are all there is (no sketch behind it) says nothing of
// errors. Tested by tables_test.cc and report_totals_test.py.
#include "scanner/report/tables.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "caascan/finding_kind.h"

#include "scanner/guide/reason_remedy.h"
#include "scanner/report/caa_tables.h"
#include "scanner/report/cross_tables.h"
#include "scanner/report/outcome_tables.h"
#include "scanner/report/table_builder.h"

namespace caascan::report {
namespace {

/// Tables whose first rows are worth a picture.
constexpr std::array<std::string_view, 8> kPlotted = {
    "outcomes", "reasons", "findings", "league", "tlds", "caa_use", "issuers", "decisions"};

/// So that pages of a large report stay small.
constexpr size_t kMostSampleLists = 5000;

constexpr size_t kShownTlds = 20;
constexpr size_t kShownOperators = 20;
constexpr size_t kShownServers = 20;

const std::vector<Outcome> kOutcomes = {Outcome::kPermit,  Outcome::kDeny, Outcome::kServfail,
                                        Outcome::kTimeout, Outcome::kLame, Outcome::kError};

void AddOutcomeColumns(std::vector<Column>* columns) {
  for (const Outcome outcome : kOutcomes) {
    const std::string code(OutcomeCode(outcome));
    columns->push_back({code, code, ColumnKind::kCount, outcome == Outcome::kError});
  }
}

void AddOutcomeCells(const OutcomeCounts& counts, std::vector<Cell>* row) {
  for (const Outcome outcome : kOutcomes) row->emplace_back(counts.of(outcome));
}

/// Of all names, `names`, of which so many do not exist.
void AddNameShares(const Aggregate& aggregate, uint64_t names, uint64_t missing,
                   std::vector<Cell>* row) {
  const Share all = {names, aggregate.outcomes().names};
  row->emplace_back(all);
  AddExistingCells(all, {missing, aggregate.missing().names()}, aggregate.has_facts(), row);
}

/// The rate of failure, of those that exist, whose number is in front.
void AddFailedColumns(std::vector<Column>* columns) {
  columns->push_back(ShareColumn("failed"));
  columns->push_back({"existing", "existing", ColumnKind::kCount, true});
  columns->push_back({"share_existing", "failed of existing", ColumnKind::kShare, true});
}

/// `known`: are all names of the group, and not just the failed ones?
void AddFailedCells(const Aggregate& aggregate, const OutcomeCounts& counts, const NameFacts& facts,
                    bool known, std::vector<Cell>* row) {
  row->push_back(known ? Cell(Share{counts.failed(), counts.names}) : Cell());
  if (!aggregate.has_facts()) {
    row->resize(row->size() + 2);
    return;
  }
  const uint64_t existing = LessBy(counts.names, facts.missing);
  row->emplace_back(existing);
  row->push_back(
      known
          ? Cell(Share{std::min(LessBy(counts.failed(), facts.missing_failed), existing), existing})
          : Cell());
}

Table DnssecTable(const Aggregate& aggregate) {
  Table table = {
      .id = "dnssec",
      .title = "DNSSEC",
      .note = "",
      .columns = {{"status", "status", ColumnKind::kText}, {"names", "names", ColumnKind::kCount}},
      .rows = {}};
  AddOutcomeColumns(&table.columns);
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns, /*detail=*/true);
  for (size_t i = 0; i < kDnssecStatusCount; ++i) {
    const auto status = static_cast<DnssecStatus>(i);
    if (aggregate.of(status) == 0) continue;
    std::vector<Cell> row = {std::string(DnssecStatusCode(status)), aggregate.of(status)};
    for (const Outcome outcome : kOutcomes) row.emplace_back(aggregate.of(status, outcome));
    AddNameShares(aggregate, aggregate.of(status), aggregate.facts(status).missing, &row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table TldTable(const Aggregate& aggregate) {
  Table table = {
      .id = "tlds",
      .title = "Top-level domains",
      .note = "The share is that of names whose look-up failed.",
      .columns = {{"tld", "TLD", ColumnKind::kText}, {"names", "names", ColumnKind::kCount}},
      .rows = {},
      .missed = aggregate.tlds().missed(),
      .shown = kShownTlds};
  AddOutcomeColumns(&table.columns);
  table.columns.push_back({"with_caa", "with CAA", ColumnKind::kCount});
  AddFailedColumns(&table.columns);
  for (const auto& [tld, counts] : aggregate.tlds().Sorted()) {
    std::vector<Cell> row = {std::string(tld), counts->outcomes.names};
    AddOutcomeCells(counts->outcomes, &row);
    row.emplace_back(counts->facts.with_caa);
    AddFailedCells(aggregate, counts->outcomes, counts->facts, /*known=*/true, &row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string BasisText(guide::OperatorBasis basis) {
  return basis == guide::OperatorBasis::kRecord ? "record" : "server name";
}

constexpr const char* kOperatorNote =
    "Where a record names no operator, the name of its (failing) server tells. Records without "
    "servers then count under nobody, so that no rate can be told.";

/// The rate of failure, where all names of the operator are known and not just the failed ones.
void AddFailedCells(const Aggregate& aggregate, const OperatorRow& counts, std::vector<Cell>* row) {
  const OutcomeCounts& unknown = aggregate.without_operator();
  const bool answers_named = unknown.of(Outcome::kPermit) + unknown.of(Outcome::kDeny) == 0;
  const bool known = counts.basis == guide::OperatorBasis::kRecord || answers_named;
  AddFailedCells(aggregate, counts.outcomes, counts.facts, known, row);
}

Table OperatorTable(const Aggregate& aggregate) {
  Table table = {.id = "operators",
                 .title = "Operators",
                 .note = kOperatorNote,
                 .columns = {{"operator", "operator", ColumnKind::kText},
                             {"basis", "known by", ColumnKind::kText, true},
                             {"names", "names", ColumnKind::kCount}},
                 .rows = {},
                 .missed = aggregate.operators().missed(),
                 .shown = kShownOperators};
  AddOutcomeColumns(&table.columns);
  AddFailedColumns(&table.columns);
  table.columns.push_back({"failures", "failures", ColumnKind::kText, true});
  table.columns.push_back({"findings", "findings", ColumnKind::kText, true});
  table.columns.push_back({"first_seen", "first seen", ColumnKind::kTime, true});
  table.columns.push_back({"last_seen", "last seen", ColumnKind::kTime, true});
  for (const auto& [name, counts] : aggregate.operators().Sorted()) {
    std::vector<Cell> row = {std::string(name), BasisText(counts->basis), counts->outcomes.names};
    AddOutcomeCells(counts->outcomes, &row);
    AddFailedCells(aggregate, *counts, &row);
    row.emplace_back(CountsText(counts->failures));
    row.emplace_back(CountsText(counts->findings));
    row.emplace_back(counts->seen.first_ms);
    row.emplace_back(counts->seen.last_ms);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table LeagueTable(const Aggregate& aggregate, uint64_t min_names) {
  Table table = {.id = "league",
                 .title = "Operators by the names they break",
                 .note = "Look-ups that failed, of operators with at least " +
                         std::to_string(min_names) + " names.",
                 .columns = {{"operator", "operator", ColumnKind::kText},
                             {"failed", "failed", ColumnKind::kCount},
                             {"names", "names", ColumnKind::kCount}},
                 .rows = {},
                 .missed = aggregate.operators().missed(),
                 .shown = kShownOperators};
  AddFailedColumns(&table.columns);
  table.columns[3].heading = "share";
  table.columns.push_back({"failures", "failures", ColumnKind::kText});
  for (const auto& [name, counts] : aggregate.operators().Sorted()) {
    const uint64_t failed = counts->outcomes.failed();
    if (failed == 0 || counts->outcomes.names < min_names) continue;
    std::vector<Cell> row = {std::string(name), failed, counts->outcomes.names};
    AddFailedCells(aggregate, *counts, &row);
    row.emplace_back(CountsText(counts->failures));
    table.rows.push_back(std::move(row));
  }
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<uint64_t>(a[1]) > std::get<uint64_t>(b[1]);
  });
  return table;
}

/// What a finding's code means: severity, who can act, meaning, rule.
void AddKindCells(std::string_view code, std::vector<Cell>* row) {
  const FindingKind* const kind = FindFindingKind(code);
  if (kind == nullptr) {
    row->resize(row->size() + 4);
    return;
  }
  row->emplace_back(std::string(SeverityText(kind->severity)));
  row->emplace_back(std::string(ActorText(kind->actor)));
  row->emplace_back(std::string(kind->meaning));
  row->emplace_back(std::string(kind->rfc));
}

Table FindingTable(const Aggregate& aggregate) {
  Table table = {.id = "findings",
                 .title = "Findings",
                 .note = "",
                 .columns = {{"code", "code", ColumnKind::kText},
                             {"names", "names", ColumnKind::kCount},
                             {"findings", "findings", ColumnKind::kCount}},
                 .rows = {},
                 .missed = aggregate.findings().missed()};
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns, /*detail=*/true);
  table.columns.push_back({"failed", "failed", ColumnKind::kCount});
  table.columns.push_back({"severity", "severity", ColumnKind::kText});
  table.columns.push_back({"mender", "who mends it", ColumnKind::kText});
  table.columns.push_back({"meaning", "meaning", ColumnKind::kText, true});
  table.columns.push_back({"rfc", "rule", ColumnKind::kText, true});
  for (const auto& [code, counts] : aggregate.findings().Sorted()) {
    std::vector<Cell> row = {std::string(code), counts->names, counts->findings};
    AddNameShares(aggregate, counts->names, counts->missing, &row);
    row.push_back(aggregate.has_facts() ? Cell(counts->failed) : Cell());
    AddKindCells(code, &row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// The findings on DNSSEC once more, beside its statuses.
Table DnssecCauseTable(const Aggregate& aggregate) {
  constexpr std::string_view kPrefix = "dnssec_";
  Table table = {
      .id = "dnssec_causes",
      .title = "What is wrong with DNSSEC",
      .note = "Names by finding, of which one may have several.",
      .columns = {{"code", "code", ColumnKind::kText}, {"names", "names", ColumnKind::kCount}},
      .rows = {},
      .missed = aggregate.findings().missed(),
      .wrapped = true};
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns, /*detail=*/true);
  table.columns.push_back({"failed", "failed", ColumnKind::kCount});
  table.columns.push_back({"severity", "severity", ColumnKind::kText, true});
  table.columns.push_back({"mender", "who mends it", ColumnKind::kText});
  table.columns.push_back({"meaning", "meaning", ColumnKind::kText});
  table.columns.push_back({"rfc", "rule", ColumnKind::kText, true});
  for (const auto& [code, counts] : aggregate.findings().Sorted()) {
    if (!code.starts_with(kPrefix)) continue;
    std::vector<Cell> row = {std::string(code), counts->names};
    AddNameShares(aggregate, counts->names, counts->missing, &row);
    row.push_back(aggregate.has_facts() ? Cell(counts->failed) : Cell());
    AddKindCells(code, &row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table ServerTable(const Aggregate& aggregate) {
  Table table = {.id = "servers",
                 .title = "Servers at fault",
                 .note =
                     "Names by the server (address and name) that failed them or has a "
                     "finding, and of how many it was asked: of those whose records name it, "
                     "which --servers all has them do whatever it answered.",
                 .columns = {{"address", "address", ColumnKind::kText},
                             {"host", "server", ColumnKind::kText},
                             {"operator", "operator", ColumnKind::kText, true},
                             {"names", "names", ColumnKind::kCount},
                             {"asked", "of asked", ColumnKind::kCount},
                             {"faults", "faults", ColumnKind::kText},
                             {"first_seen", "first seen", ColumnKind::kTime, true},
                             {"last_seen", "last seen", ColumnKind::kTime, true}},
                 .rows = {},
                 .missed = aggregate.servers().missed(),
                 .shown = kShownServers};
  for (const auto& [key, counts] : aggregate.servers().Sorted()) {
    if (counts->names == 0) break;  // The heaviest come first.
    const size_t blank = key.find(' ');
    table.rows.push_back({std::string(key.substr(0, blank)), std::string(key.substr(blank + 1)),
                          counts->operator_name, counts->names, counts->asked,
                          CountsText(counts->faults), counts->seen.first_ms, counts->seen.last_ms});
  }
  return table;
}

Table DecisionTable(const Aggregate& aggregate) {
  Table table = {.id = "decisions",
                 .title = "Decisions by certification authority",
                 .note = "Names that were decided for this CA; the share may be issued for.",
                 .columns = {{"ca", "CA", ColumnKind::kText},
                             {"permit", "permit", ColumnKind::kCount},
                             {"deny", "deny", ColumnKind::kCount}},
                 .rows = {},
                 .missed = aggregate.decisions().missed()};
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns);
  for (const auto& [ca, counts] : aggregate.decisions().Sorted()) {
    std::vector<Cell> row = {std::string(ca), counts->permit, counts->deny};
    const Share all = {counts->permit, counts->permit + counts->deny};
    row.emplace_back(all);
    AddExistingCells(all, {counts->missing_permit, counts->missing_permit + counts->missing_deny},
                     aggregate.has_facts(), &row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table OrderTable(const Aggregate& aggregate) {
  Table table = {.id = "orders",
                 .title = "Orders that would fail",
                 .note =
                     "By the order that came with the names: for how many of them the CA would "
                     "not issue, the first of them, and what to do about it.",
                 .columns = {{"order", "order", ColumnKind::kText},
                             {"names", "names", ColumnKind::kCount},
                             {"name", "for example", ColumnKind::kText},
                             {"reason", "reason", ColumnKind::kText},
                             {"remedy", "remedy", ColumnKind::kText}},
                 .rows = {},
                 .missed = aggregate.orders().missed(),
                 .wrapped = true};
  for (const auto& [order, counts] : aggregate.orders().Sorted()) {
    table.rows.push_back({std::string(order), counts->names, counts->name,
                          std::string(ReasonCode(counts->reason)),
                          std::string(guide::ReasonRemedy(counts->reason, counts->purpose))});
  }
  std::sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<std::string>(a[0]) < std::get<std::string>(b[0]);
  });
  return table;
}

constexpr double kQuantiles[] = {0.5, 0.9, 0.95, 0.99, 0.999};

/// `scale` is what a value of the histogram is in the table's unit.
void AddEffort(const char* what, const Histogram& values, double scale, Table* table) {
  if (values.count() == 0) return;
  const auto scaled = [scale](uint64_t value) { return static_cast<double>(value) * scale; };
  std::vector<Cell> row = {std::string(what)};
  row.emplace_back(scaled(values.sum()) / static_cast<double>(values.count()));
  row.emplace_back(scaled(values.min()));
  for (const double quantile : kQuantiles) row.emplace_back(scaled(values.Quantile(quantile)));
  row.emplace_back(scaled(values.max()));
  table->rows.push_back(std::move(row));
}

/// Evenly up to the last hundredth, then in steps that grow smaller.
std::vector<CurvePoint> CurveOf(const Histogram& values, double scale) {
  std::vector<CurvePoint> curve;
  if (values.count() == 0) return curve;
  const auto add = [&](double share) {
    curve.push_back({share, scale * static_cast<double>(values.Quantile(share))});
  };
  constexpr int kSteps = 100;
  for (int step = 1; step < kSteps; ++step) add(static_cast<double>(step) / kSteps);
  for (const double share : {0.995, 0.998, 0.999, 0.9995, 0.9999, 1.0}) add(share);
  return curve;
}

Table EffortTable(const Aggregate& aggregate) {
  constexpr double kMsPerUs = 0.001;
  Table table = {.id = "effort",
                 .title = "What a name took",
                 .note =
                     "Percentiles are off by 0.8 % at most; times count from the name's first "
                     "query to its outcome.",
                 .columns = {{"measure", "what", ColumnKind::kText},
                             {"mean", "mean", ColumnKind::kNumber},
                             {"min", "least", ColumnKind::kNumber},
                             {"p50", "median", ColumnKind::kNumber},
                             {"p90", "90 %", ColumnKind::kNumber},
                             {"p95", "95 %", ColumnKind::kNumber},
                             {"p99", "99 %", ColumnKind::kNumber},
                             {"p999", "99.9 %", ColumnKind::kNumber},
                             {"max", "most", ColumnKind::kNumber}},
                 .rows = {}};
  AddEffort("elapsed_ms", aggregate.elapsed_us(), kMsPerUs, &table);
  table.curve = CurveOf(aggregate.elapsed_us(), kMsPerUs);
  table.curve_title = "Share of the names whose outcome was there within so many milliseconds";
  AddEffort("queries", aggregate.queries(), 1, &table);
  AddEffort("retries", aggregate.retries(), 1, &table);
  AddEffort("caa_set_size", aggregate.caa().set_sizes(), 1, &table);
  AddEffort("caa_ttl_s", aggregate.caa().ttls_s(), 1, &table);
  return table;
}

Table BrokenTable(const BrokenLines& broken, const std::vector<std::string>& inputs) {
  Table table = {.id = "broken",
                 .title = "Lines that are no records",
                 .note = std::to_string(broken.count()) +
                         " in all, which count nowhere else; the first of them:",
                 .columns = {{"input", "input", ColumnKind::kText},
                             {"line", "line", ColumnKind::kCount},
                             {"problem", "problem", ColumnKind::kText}},
                 .rows = {}};
  for (const BrokenLine& line : broken.located()) {
    table.rows.push_back({inputs.at(line.input), line.line, line.problem});
  }
  return table;
}

/// Only of inputs that have metadata; it is no table of counts.
Table ScanTable(const std::vector<std::pair<std::string, record::ScanMetadata>>& scans) {
  Table table = {.id = "scans",
                 .title = "Scans that the records are of",
                 .note = "As their metadata tell.",
                 .columns = {{"input", "input", ColumnKind::kText},
                             {"state", "state", ColumnKind::kText},
                             {"scan", "scan", ColumnKind::kText}},
                 .rows = {},
                 .wrapped = true};
  for (const auto& [input, metadata] : scans) {
    table.rows.push_back({input, metadata.state, record::MetadataLine(metadata)});
  }
  return table;
}

constexpr std::string_view kTableIds[] = {"summary",       "span",           "outcomes",
                                          "reasons",       "purposes",       "findings",
                                          "league",        "operators",      "servers",
                                          "tlds",          "dnssec",         "dnssec_causes",
                                          "caa_use",       "persist",        "caa_depth",
                                          "issuers",       "issuer_sets",    "parameters",
                                          "tags",          "caa_dnssec",     "caa_tlds",
                                          "caa_operators", "caa_ranks",      "operator_issuers",
                                          "ede",           "lapsed_servers", "missing_servers",
                                          "decisions",     "orders",         "effort",
                                          "broken",        "scans"};

}  // namespace

std::span<const std::string_view> TableIds() { return kTableIds; }

absl::Status CheckTables(const std::vector<std::string>& tables) {
  return CheckTableIds(tables, kTableIds);
}

Report MakeReport(const Aggregate& aggregate, const BrokenLines& broken,
                  const TableOptions& options) {
  Report report;
  report.title = "CAA scan report";
  report.schema = "urn:caascan:schema:report:1";
  std::vector<Table>& tables = report.tables;
  AddOutcomeTables(aggregate, broken, &tables);
  tables.push_back(FindingTable(aggregate));
  tables.push_back(LeagueTable(aggregate, options.min_names));
  tables.push_back(OperatorTable(aggregate));
  tables.push_back(ServerTable(aggregate));
  tables.push_back(TldTable(aggregate));
  tables.push_back(DnssecTable(aggregate));
  tables.push_back(DnssecCauseTable(aggregate));
  AddCaaTables(aggregate, &tables);
  AddCrossTables(aggregate, &tables);
  tables.push_back(DecisionTable(aggregate));
  tables.push_back(OrderTable(aggregate));
  tables.push_back(EffortTable(aggregate));
  tables.push_back(BrokenTable(broken, options.inputs));
  if (!options.scans.empty()) tables.push_back(ScanTable(options.scans));
  report.samples = aggregate.samples().Lists(kMostSampleLists);
  for (Table& table : tables) {
    table.plotted = std::find(kPlotted.begin(), kPlotted.end(), table.id) != kPlotted.end();
  }
  KeepTables(options.orders_only ? std::vector<std::string>{"summary", "orders", "broken"}
                                 : options.tables,
             &report);
  return report;
}

}  // namespace caascan::report
