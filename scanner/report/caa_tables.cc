// Tested by caa_tables_test.cc and report_totals_test.py.
#include "scanner/report/caa_tables.h"

#include <utility>

#include "caascan/known_cas.h"
#include "scanner/report/table_builder.h"

namespace caascan::report {
namespace {

using counts::CaaFeature;
using counts::CaaUse;
using counts::NamesRow;

constexpr size_t kShownIssuers = 25;

/// What shares are of: names, and those of them that do not exist; is that known?
struct Base {
  NamesRow of;
  bool known = false;
};

void AddShareColumns(std::vector<Column>* columns) {
  columns->push_back(ShareColumn("share"));
  AddExistingColumns(columns);
}

void AddShareCells(const NamesRow& names, const Base& base, std::vector<Cell>* row) {
  const Share all = {names.names, base.of.names};
  row->emplace_back(all);
  AddExistingCells(all, {names.missing, base.of.missing}, base.known, row);
}

Table UseTable(const CaaUse& caa, const Base& answered) {
  Table table = {
      .id = "caa_use",
      .title = "CAA records in use",
      .note =
          "Names whose relevant RRset holds this; shares are of the names that were "
          "looked up with success.",
      .columns = {{"feature", "what", ColumnKind::kText}, {"names", "names", ColumnKind::kCount}},
      .rows = {}};
  AddShareColumns(&table.columns);
  const auto add = [&table, &answered](std::string_view what, const NamesRow& names) {
    std::vector<Cell> row = {std::string(what), names.names};
    AddShareCells(names, answered, &row);
    table.rows.push_back(std::move(row));
  };
  add("caa", caa.names());
  for (size_t i = 0; i < static_cast<size_t>(CaaFeature::kCount); ++i) {
    const auto feature = static_cast<CaaFeature>(i);
    if (caa.names_with(feature).names == 0) continue;
    add(counts::CaaFeatureCode(feature), caa.names_with(feature));
  }
  return table;
}

Table DepthTable(const CaaUse& caa, const Base& with_caa) {
  Table table = {
      .id = "caa_depth",
      .title = "Where the CAA records were found",
      .note = "Labels above the name; shares are of the names with CAA records.",
      .columns = {{"depth", "found at", ColumnKind::kText}, {"names", "names", ColumnKind::kCount}},
      .rows = {}};
  AddShareColumns(&table.columns);
  const auto add = [&table, &with_caa](std::string where, const NamesRow& names) {
    if (names.names == 0) return;
    std::vector<Cell> row = {std::move(where), names.names};
    AddShareCells(names, with_caa, &row);
    table.rows.push_back(std::move(row));
  };
  add("the name itself", caa.at_depth(0));
  for (size_t depth = 1; depth <= CaaUse::kMaxDepth; ++depth) {
    std::string where = std::to_string(depth) + (depth == 1 ? " label above" : " labels above");
    if (depth == CaaUse::kMaxDepth) where += " or more";
    add(std::move(where), caa.at_depth(depth));
  }
  add("behind an alias", caa.behind_alias());
  return table;
}

Table IssuerTable(const CaaUse& caa, const Base& with_caa) {
  const auto rows = caa.issuers().Sorted();
  bool tls = false;
  bool mail = false;
  bool mark = false;
  for (const auto& [issuer, counts] : rows) {
    tls = tls || counts->issue + counts->issuewild > 0;
    mail = mail || counts->issuemail > 0;
    mark = mark || counts->issuevmc > 0;
  }
  Table table = {
      .id = "issuers",
      .title = "Issuers named in CAA records",
      .note =
          "Names whose relevant RRset names this issuer domain name, in properties that count for "
          "the certificate asked for; known are those that CAs publish as theirs.",
      .columns = {{"issuer", "issuer", ColumnKind::kText},
                  {"names", "names", ColumnKind::kCount},
                  {"issue", "issue", ColumnKind::kCount, !tls},
                  {"issuewild", "issuewild", ColumnKind::kCount, !tls},
                  // There is no room for all of them.
                  {"issuemail", "issuemail", ColumnKind::kCount, !mail || (tls && mark)},
                  {"issuevmc", "issuevmc", ColumnKind::kCount, !mark || (tls && mail)}},
      .rows = {},
      .missed = caa.issuers().missed(),
      .shown = kShownIssuers};
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns, /*detail=*/true);
  table.columns.push_back({"known", "known", ColumnKind::kText});
  table.columns.push_back({"nearest", "perhaps meant", ColumnKind::kText});
  for (const auto& [issuer, counts] : rows) {
    std::vector<Cell> row = {std::string(issuer), counts->names,     counts->issue,
                             counts->issuewild,   counts->issuemail, counts->issuevmc};
    AddShareCells({counts->names, counts->missing}, with_caa, &row);
    const bool known = IsKnownIssuer(issuer);
    row.emplace_back(std::string(known ? "yes" : "no"));
    row.emplace_back(known ? std::string() : std::string(NearestKnownIssuer(issuer)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table IssuerSetTable(const CaaUse& caa, const Base& with_caa) {
  Table table = {
      .id = "issuer_sets",
      .title = "Issuers that are named together",
      .note =
          "Names by all the issuer domain names of their relevant RRset, in properties that count "
          "for the certificate asked for; (none) names no issuer. Shares are of the names with CAA "
          "records.",
      .columns = {{"issuers", "issuers", ColumnKind::kText},
                  {"names", "names", ColumnKind::kCount}},
      .rows = {},
      .missed = caa.issuer_sets().missed(),
      .shown = kShownIssuers};
  AddShareColumns(&table.columns);
  for (const auto& [issuers, names] : caa.issuer_sets().Sorted()) {
    std::vector<Cell> row = {std::string(issuers.empty() ? "(none)" : issuers), names->names};
    AddShareCells(*names, with_caa, &row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table ParameterTable(const CaaUse& caa, const Base& with_caa) {
  Table table = {
      .id = "parameters",
      .title = "Names whose verdict turns when CAs enforce parameters",
      .note =
          "From 2027-03-15 CAs must enforce accounturi and validationmethods (Baseline "
          "Requirements 2.2.8). Until then one that ignores them may issue for these names by "
          "any account and method; then for those alone that the records list. By parameter: where "
          "it alone decides that; nobody: where no account or no method can match.",
      .columns = {{"issuer", "issuer", ColumnKind::kText},
                  {"names", "names", ColumnKind::kCount},
                  {"accounturi", "accounturi", ColumnKind::kCount},
                  {"validationmethods", "validationmethods", ColumnKind::kCount},
                  {"nobody", "nobody", ColumnKind::kCount}},
      .rows = {},
      .missed = caa.parameters().missed(),
      .shown = kShownIssuers};
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns, /*detail=*/true);
  for (const auto& [issuer, counts] : caa.parameters().Sorted()) {
    std::vector<Cell> row = {std::string(issuer), counts->names, counts->accounturi,
                             counts->validationmethods, counts->nobody};
    AddShareCells({counts->names, counts->missing}, with_caa, &row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table TagTable(const CaaUse& caa) {
  Table table = {
      .id = "tags",
      .title = "Property tags",
      .note = "Records by their tag, in lower case.",
      .columns = {{"tag", "tag", ColumnKind::kText}, {"records", "records", ColumnKind::kCount}},
      .rows = {},
      .missed = caa.tags().missed(),
      .shown = kShownIssuers};
  for (const auto& [tag, counts] : caa.tags().Sorted()) {
    table.rows.push_back({std::string(tag), counts->count});
  }
  return table;
}

/// Of scans with --also persist.
Table PersistTable(const counts::BoundedTable<NamesRow>& results, bool known) {
  Table table = {
      .id = "persist",
      .title = "Persistent validation records (dns-persist-01)",
      .note = "Names by what the TXT records at _validation-persist are worth to the CA.",
      .columns = {{"result", "result", ColumnKind::kText}, {"names", "names", ColumnKind::kCount}},
      .rows = {},
      .missed = results.missed()};
  AddShareColumns(&table.columns);
  Base all = {{}, known};
  for (const auto& [result, names] : results.Sorted()) all.of.Merge(*names);
  for (const auto& [result, names] : results.Sorted()) {
    std::vector<Cell> row = {std::string(result), names->names};
    AddShareCells(*names, all, &row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

void AddCaaTables(const Aggregate& aggregate, std::vector<Table>* tables) {
  const CaaUse& caa = aggregate.caa();
  const bool known = aggregate.has_facts();
  const auto decided = [](const auto& counts) {
    return counts.of(Outcome::kPermit) + counts.of(Outcome::kDeny);
  };
  const Base answered = {{decided(aggregate.outcomes()), decided(aggregate.missing())}, known};
  tables->push_back(UseTable(caa, answered));
  if (caa.persist().size() > 0) tables->push_back(PersistTable(caa.persist(), known));
  const Base with_caa = {caa.names(), known};
  if (with_caa.of.names == 0) return;
  tables->push_back(DepthTable(caa, with_caa));
  tables->push_back(IssuerTable(caa, with_caa));
  tables->push_back(IssuerSetTable(caa, with_caa));
  tables->push_back(ParameterTable(caa, with_caa));
  tables->push_back(TagTable(caa));
}

}  // namespace caascan::report
