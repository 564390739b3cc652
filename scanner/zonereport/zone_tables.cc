// Tested by zone_counts_test.cc and, beside jq's counts, by zones_test.py.
#include "scanner/zonereport/zone_tables.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "scanner/report/table_builder.h"

namespace caascan::zonereport {
namespace {

using report::Cell;
using report::ColumnKind;
using report::Share;
using report::Table;

constexpr size_t kShown = 20;

/// A field that is a number, or nothing.
Cell NumberCell(const std::string& field) {
  uint64_t number = 0;
  const auto end = std::from_chars(field.data(), field.data() + field.size(), number);
  if (field.empty() || end.ec != std::errc()) return {};
  return number;
}

Table NewTable(std::string id, std::string title, std::string note,
               std::vector<report::Column> columns) {
  Table table;
  table.id = std::move(id);
  table.title = std::move(title);
  table.note = std::move(note);
  table.columns = std::move(columns);
  return table;
}

Table SummaryTable(const ZoneCounts& counts, uint64_t broken) {
  Table table = NewTable(
      "summary", "Zones",
      "Each zone once. signed_without_ds: insecure, and its signatures or keys were seen. "
      "ns_sets_differ: of both_ns_sets. Servers fail that were asked and never answered; one "
      "network is a /24 or a /48.",
      {{"fact", "what", ColumnKind::kText}, {"zones", "zones", ColumnKind::kCount}});
  table.columns.push_back(report::ShareColumn("share"));
  table.rows.push_back({std::string("zones"), counts.zones(), {}});
  for (size_t i = 0; i < kZoneFactCount; ++i) {
    const auto fact = static_cast<ZoneFact>(i);
    const uint64_t of = fact == ZoneFact::kNsSetsDiffer ? counts.of(ZoneFact::kBothNsSets)
                        : fact == ZoneFact::kSomeServersFail || fact == ZoneFact::kAllServersFail
                            ? counts.asked()
                            : counts.zones();
    table.rows.push_back(
        {std::string(ZoneFactCode(fact)), counts.of(fact), Share{counts.of(fact), of}});
  }
  table.rows.push_back({std::string("broken_lines"), broken, {}});
  return table;
}

Table NsClassTable(const ZoneCounts& counts) {
  Table table = NewTable(
      "ns_classes", "NS sets of parent and zone, by top-level domain",
      "Zones of which both sets are known; \".\" are the top-level domains themselves. subset: the "
      "zone names only some of the parent's servers.",
      {{"tld", "TLD", ColumnKind::kText}, {"zones", "zones", ColumnKind::kCount}});
  for (size_t i = 0; i < zonerecord::kNsClassCount; ++i) {
    const std::string code(zonerecord::NsClassCode(static_cast<zonerecord::NsClass>(i)));
    table.columns.push_back({code, code, ColumnKind::kCount});
  }
  table.columns.push_back({"differ", "differ", ColumnKind::kShare});
  for (const auto& [tld, row] : counts.ns_classes().Sorted()) {
    std::vector<Cell> cells = {std::string(tld), row->weight()};
    for (const uint64_t zones : row->zones) cells.emplace_back(zones);
    cells.emplace_back(Share{row->weight() - row->zones.front(), row->weight()});
    table.rows.push_back(std::move(cells));
  }
  table.missed = counts.ns_classes().missed();
  table.shown = kShown;
  return table;
}

Table FailingTable(const ZoneCounts& counts) {
  Table table = NewTable(
      "failing_servers", "How many of a zone's servers fail",
      "Of those that were asked: with --all-servers all, else as many as a look-up needed.",
      {{"asked", "servers asked", ColumnKind::kCount},
       {"failing", "failing", ColumnKind::kCount},
       {"zones", "zones", ColumnKind::kCount}});
  table.columns.push_back(report::ShareColumn("share"));
  for (const auto& [key, zones] : counts.failing()) {
    table.rows.push_back({key.first, key.second, zones, Share{zones, counts.asked()}});
  }
  table.shown = 2 * kShown;
  return table;
}

Table KindTable(const ZoneCounts& counts) {
  Table table = NewTable("failures", "What servers did instead of answering",
                         "A server that also answered is counted too.",
                         {{"kind", "kind", ColumnKind::kText},
                          {"zones", "zones", ColumnKind::kCount},
                          {"servers", "servers", ColumnKind::kCount}});
  for (const auto& [kind, row] : counts.kinds()) {
    table.rows.push_back({kind, row.zones, row.things});
  }
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<uint64_t>(a[1]) > std::get<uint64_t>(b[1]);
  });
  return table;
}

Table KeyTable(const ZoneCounts& counts) {
  Table table = NewTable("keys", "DNSKEY algorithms and sizes by operator",
                         "flags: 257 is a key signing key, 256 a zone signing key.",
                         {{"operator", "operator", ColumnKind::kText},
                          {"algorithm", "algorithm", ColumnKind::kCount},
                          {"bits", "bits", ColumnKind::kCount},
                          {"flags", "flags", ColumnKind::kCount},
                          {"zones", "zones", ColumnKind::kCount},
                          {"keys", "keys", ColumnKind::kCount}});
  for (const auto& [key, row] : counts.keys().Sorted()) {
    const std::vector<std::string> fields = SplitFields(key, 4);
    table.rows.push_back({fields[3], NumberCell(fields[0]), NumberCell(fields[1]),
                          NumberCell(fields[2]), row->zones, row->things});
  }
  table.missed = counts.keys().missed();
  table.shown = kShown;
  return table;
}

Table DenialTable(const ZoneCounts& counts) {
  Table table = NewTable("denial", "NSEC and NSEC3 parameters by operator",
                         "RFC 9276 wants 0 iterations and no salt.",
                         {{"operator", "operator", ColumnKind::kText},
                          {"kind", "kind", ColumnKind::kText},
                          {"iterations", "iterations", ColumnKind::kCount},
                          {"salt_length", "salt octets", ColumnKind::kCount},
                          {"opt_out", "opt-out", ColumnKind::kText},
                          {"zones", "zones", ColumnKind::kCount}});
  for (const auto& [key, row] : counts.denials().Sorted()) {
    const std::vector<std::string> fields = SplitFields(key, 5);
    const Cell opt_out = fields[3].empty() ? Cell() : Cell(fields[3]);
    table.rows.push_back(
        {fields[4], fields[0], NumberCell(fields[1]), NumberCell(fields[2]), opt_out, row->zones});
  }
  table.missed = counts.denials().missed();
  table.shown = kShown;
  return table;
}

Table WithoutDsTable(const ZoneCounts& counts) {
  Table table = NewTable("without_ds", "Signed without DS, by operator",
                         "Signed zones whose state is insecure for want of a DS record.",
                         {{"operator", "operator", ColumnKind::kText},
                          {"zones", "signed", ColumnKind::kCount},
                          {"without_ds", "without DS", ColumnKind::kCount}});
  table.columns.push_back(report::ShareColumn("share"));
  for (const auto& [name, row] : counts.without_ds().Sorted()) {
    table.rows.push_back(
        {std::string(name), row->zones, row->without_ds, Share{row->without_ds, row->zones}});
  }
  table.missed = counts.without_ds().missed();
  table.shown = kShown;
  return table;
}

Table EndTable(const ZoneCounts& counts) {
  Table table =
      NewTable("signature_ends", "Signatures that end, by day",
               "Zones by the day (UTC) on which the first of the signatures that were seen ends.",
               {{"day", "day", ColumnKind::kText},
                {"zones", "zones", ColumnKind::kCount},
                {"expired", "had ended", ColumnKind::kCount}});
  for (const auto& [day, row] : counts.ends().Sorted()) {
    table.rows.push_back({std::string(day), row->zones, row->things});
  }
  std::sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<std::string>(a[0]) < std::get<std::string>(b[0]);
  });
  table.missed = counts.ends().missed();
  table.shown = kShown;
  return table;
}

Table SystemTable(const ZoneCounts& counts) {
  Table table = NewTable("systems", "Autonomous systems of servers",
                         "Addresses of zones' servers, by the table of --asn.",
                         {{"asn", "AS", ColumnKind::kCount},
                          {"country", "country", ColumnKind::kText},
                          {"zones", "zones", ColumnKind::kCount},
                          {"addresses", "addresses", ColumnKind::kCount}});
  table.columns.push_back(report::ShareColumn("share of zones"));
  for (const auto& [key, row] : counts.systems().Sorted()) {
    const std::vector<std::string> fields = SplitFields(key, 2);
    const Cell country = fields[1].empty() ? Cell() : Cell(fields[1]);
    table.rows.push_back({NumberCell(fields[0]), country, row->zones, row->things,
                          Share{row->zones, counts.zones()}});
  }
  table.missed = counts.systems().missed();
  table.shown = kShown;
  return table;
}

}  // namespace

report::Report MakeZoneReport(const ZoneCounts& counts, uint64_t broken) {
  report::Report report;
  report.title = "Zones that were met";
  report.schema = "urn:caascan:schema:zone-report:1";
  report.tables = {SummaryTable(counts, broken),
                   NsClassTable(counts),
                   FailingTable(counts),
                   KindTable(counts),
                   KeyTable(counts),
                   DenialTable(counts),
                   WithoutDsTable(counts),
                   EndTable(counts),
                   SystemTable(counts)};
  return report;
}

absl::Status CheckZoneTables(const std::vector<std::string>& tables) {
  const report::Report report = MakeZoneReport(ZoneCounts(), 0);
  std::vector<std::string_view> known;
  for (const Table& table : report.tables) known.push_back(table.id);
  return report::CheckTableIds(tables, known);
}

}  // namespace caascan::zonereport
