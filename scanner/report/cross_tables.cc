// Tested by cross_tables_test.cc and report_totals_test.py.
#include "scanner/report/cross_tables.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/numbers.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "scanner/dns/extended_error_name.h"
#include "scanner/report/table_builder.h"

namespace caascan::report {
namespace {

constexpr size_t kShown = 20;

/// A table of CAA by something. The rows' shares are of the names that were answered.
Table AdoptionTable(std::string id, std::string title, Column key) {
  Table table = {.id = std::move(id),
                 .title = std::move(title),
                 .note =
                     "Names that were looked up with success, and those of them with a relevant "
                     "RRset; the same of names that exist.",
                 .columns = {std::move(key),
                             {"answered", "answered", ColumnKind::kCount},
                             {"with_caa", "with CAA", ColumnKind::kCount}},
                 .rows = {},
                 .shown = kShown};
  table.columns.push_back(ShareColumn("share"));
  table.columns.push_back({"existing", "existing", ColumnKind::kCount, true});
  table.columns.push_back({"with_caa_existing", "with CAA", ColumnKind::kCount, true});
  table.columns.push_back({"share_existing", "share of existing", ColumnKind::kShare});
  return table;
}

/// None for a group of which no name was answered.
void AddAdoption(std::string key, const OutcomeCounts& outcomes, const NameFacts& facts,
                 Table* table) {
  const uint64_t answered = outcomes.of(Outcome::kPermit) + outcomes.of(Outcome::kDeny);
  if (answered == 0) return;
  const uint64_t existing = LessBy(answered, facts.missing_answered);
  const uint64_t with_caa = std::min(LessBy(facts.with_caa, facts.missing_with_caa), existing);
  std::vector<Cell> row = {std::move(key), answered, facts.with_caa};
  row.emplace_back(Share{facts.with_caa, answered});
  row.emplace_back(existing);
  row.emplace_back(with_caa);
  row.emplace_back(Share{with_caa, existing});
  table->rows.push_back(std::move(row));
}

/// The most names with CAA first, then the most names.
void SortByCaa(Table* table) {
  std::stable_sort(table->rows.begin(), table->rows.end(), [](const auto& a, const auto& b) {
    const auto weight = [](const auto& row) {
      return std::pair(std::get<uint64_t>(row[2]), std::get<uint64_t>(row[1]));
    };
    return weight(a) > weight(b);
  });
}

Table ByDnssec(const Aggregate& aggregate) {
  Table table = AdoptionTable("caa_dnssec", "CAA by DNSSEC status", {"status", "status"});
  for (size_t i = 0; i < kDnssecStatusCount && aggregate.has_facts(); ++i) {
    const auto status = static_cast<DnssecStatus>(i);
    AddAdoption(std::string(DnssecStatusCode(status)), aggregate.counts(status),
                aggregate.facts(status), &table);
  }
  return table;
}

Table ByTld(const Aggregate& aggregate) {
  Table table = AdoptionTable("caa_tlds", "CAA by top-level domain", {"tld", "TLD"});
  table.missed = aggregate.tlds().missed();
  if (!aggregate.has_facts()) return table;
  for (const auto& [tld, counts] : aggregate.tlds().Sorted()) {
    AddAdoption(std::string(tld), counts->outcomes, counts->facts, &table);
  }
  SortByCaa(&table);
  return table;
}

Table ByOperator(const Aggregate& aggregate) {
  Table table = AdoptionTable("caa_operators", "CAA by operator", {"operator", "operator"});
  table.missed = aggregate.operators().missed();
  if (!aggregate.has_facts()) return table;
  for (const auto& [name, counts] : aggregate.operators().Sorted()) {
    AddAdoption(std::string(name), counts->outcomes, counts->facts, &table);
  }
  SortByCaa(&table);
  return table;
}

/// Ranks of a bucket: the n-th ends at the n-th power of 10.
std::string RankText(uint64_t bucket) {
  constexpr uint64_t kFirst = 2;
  const auto power = [](uint64_t zeros) { return "1" + std::string(zeros, '0'); };
  const std::string last = " to " + power(bucket);
  return bucket == kFirst ? "1" + last : power(bucket - 1).replace(bucket - 1, 1, "1") + last;
}

Table ByRank(const Aggregate& aggregate) {
  constexpr uint64_t kMaxBucket = 10;
  Table table = AdoptionTable("caa_ranks", "CAA by rank", {"rank", "rank"});
  table.missed = aggregate.ranks().missed();
  std::vector<std::pair<uint64_t, const GroupRow*>> buckets;
  for (const auto& [key, counts] : aggregate.ranks().Sorted()) {
    uint64_t bucket = 0;
    if (absl::SimpleAtoi(absl::string_view(key.data(), key.size()), &bucket) && bucket > 1 &&
        bucket <= kMaxBucket) {
      buckets.emplace_back(bucket, counts);
    }
  }
  std::sort(buckets.begin(), buckets.end());
  for (const auto& [bucket, counts] : buckets) {
    AddAdoption(RankText(bucket), counts->outcomes, counts->facts, &table);
  }
  return table;
}

/// A share of an operator's names with CAA records.
Table IssuersByOperator(const Aggregate& aggregate) {
  Table table = {.id = "operator_issuers",
                 .title = "Issuers by operator",
                 .note =
                     "Names whose relevant RRset names the issuer; shares are of the operator's "
                     "names with CAA records.",
                 .columns = {{"operator", "operator", ColumnKind::kText},
                             {"issuer", "issuer", ColumnKind::kText},
                             {"names", "names", ColumnKind::kCount}},
                 .rows = {},
                 .missed = aggregate.operator_issuers().missed(),
                 .shown = kShown};
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns);
  if (!aggregate.has_facts()) return table;
  absl::flat_hash_map<std::string, const NameFacts*> with_caa;
  for (const auto& [name, counts] : aggregate.operators().Sorted()) {
    with_caa.emplace(std::string(name), &counts->facts);
  }
  for (const auto& [key, names] : aggregate.operator_issuers().Sorted()) {
    const size_t blank = std::min(key.find(' '), key.size());
    const std::string issuer(key.substr(0, blank));
    const std::string name(key.substr(std::min(blank + 1, key.size())));
    std::vector<Cell> row = {name, issuer, names->names};
    const auto found = with_caa.find(name);
    // The operator may have been forgotten where there are too many.
    if (found == with_caa.end()) {
      row.resize(table.columns.size());
    } else {
      const Share all = {std::min(names->names, found->second->with_caa), found->second->with_caa};
      row.emplace_back(all);
      AddExistingCells(all, {names->missing, found->second->missing_with_caa}, true, &row);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table EdeTable(const Aggregate& aggregate) {
  Table table = {.id = "ede",
                 .title = "Extended DNS errors",
                 .note =
                     "Names by INFO-CODE (RFC 8914): reported by a server or resolver with an "
                     "answer that the record shows, or meant by a finding of the scan's own.",
                 .columns = {{"code", "code", ColumnKind::kNumber},
                             {"meaning", "meaning", ColumnKind::kText},
                             {"names", "names", ColumnKind::kCount},
                             {"reported", "reported", ColumnKind::kCount},
                             {"found", "found", ColumnKind::kCount}},
                 .rows = {},
                 .missed = aggregate.ede().missed(),
                 .shown = kShown};
  table.columns.push_back(ShareColumn("share"));
  AddExistingColumns(&table.columns, /*detail=*/true);
  table.columns.push_back({"reasons", "reasons", ColumnKind::kText});
  for (const auto& [key, counts] : aggregate.ede().Sorted()) {
    uint32_t code = 0;
    if (!absl::SimpleAtoi(absl::string_view(key.data(), key.size()), &code) || code > UINT16_MAX) {
      continue;
    }
    std::vector<Cell> row = {static_cast<double>(code),
                             std::string(dns::ExtendedErrorName(static_cast<uint16_t>(code))),
                             counts->names, counts->reported, counts->found};
    const Share all = {counts->names, aggregate.outcomes().names};
    row.emplace_back(all);
    AddExistingCells(all, {counts->missing, aggregate.missing().names()}, aggregate.has_facts(),
                     &row);
    row.emplace_back(CountsText(counts->reasons));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table LostServerTable(std::string id, std::string title, std::string note,
                      const BoundedTable<LostServerRow>& servers) {
  Table table = {.id = std::move(id),
                 .title = std::move(title),
                 .note = std::move(note),
                 .columns = {{"host", "server", ColumnKind::kText},
                             {"names", "names", ColumnKind::kCount},
                             {"failed", "failed", ColumnKind::kCount}},
                 .rows = {},
                 .missed = servers.missed(),
                 .shown = kShown};
  table.columns.push_back(ShareColumn("share"));
  table.columns.push_back({"existing", "existing", ColumnKind::kCount, true});
  table.columns.push_back({"share_existing", "failed of existing", ColumnKind::kShare});
  for (const auto& [host, counts] : servers.Sorted()) {
    const uint64_t existing = LessBy(counts->names, counts->missing);
    table.rows.push_back(
        {std::string(host), counts->names, counts->failed, Share{counts->failed, counts->names},
         existing,
         Share{std::min(LessBy(counts->failed, counts->missing_failed), existing), existing}});
  }
  return table;
}

}  // namespace

void AddCrossTables(const Aggregate& aggregate, std::vector<Table>* tables) {
  tables->push_back(ByDnssec(aggregate));
  tables->push_back(ByTld(aggregate));
  tables->push_back(ByOperator(aggregate));
  tables->push_back(ByRank(aggregate));
  tables->push_back(IssuersByOperator(aggregate));
  tables->push_back(EdeTable(aggregate));
  tables->push_back(LostServerTable(
      "lapsed_servers", "Servers whose domain has lapsed",
      "Names delegated to a server whose domain anyone could register: its registry says that it "
      "does not exist. The share of them whose look-up failed all the same.",
      aggregate.lapsed_servers()));
  tables->push_back(LostServerTable(
      "missing_servers", "Servers that do not exist",
      "Names delegated to a server whose name does not exist, in a domain that does. The share of "
      "them whose look-up failed all the same.",
      aggregate.missing_servers()));
}

}  // namespace caascan::report
