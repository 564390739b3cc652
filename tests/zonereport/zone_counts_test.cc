#include "scanner/zonereport/zone_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/zonereport/zone_tables.h"

namespace caascan::zonereport {
namespace {

using testing::ElementsAre;
using zonerecord::ZoneRecord;

constexpr int64_t kTimeMs = 1'795'305'248'123;  // 2026-11-21.

ZoneRecord Zone(std::string name) {
  ZoneRecord zone;
  zone.zone = std::move(name);
  zone.time_ms = kTimeMs;
  return zone;
}

TEST(ZoneCountsTest, SignedWithoutDs) {
  struct Row {
    std::string dnssec;
    bool is_signed, has_ds;
    uint64_t counted;
  };
  const Row rows[] = {{"insecure", true, false, 1},  {"insecure", true, true, 0},
                      {"insecure", false, false, 0}, {"secure", true, false, 0},
                      {"bogus", true, false, 0},     {"", true, false, 0}};
  for (const Row& row : rows) {
    ZoneCounts counts;
    ZoneRecord zone = Zone("a.example");
    zone.dnssec = row.dnssec;
    zone.is_signed = row.is_signed;
    if (row.has_ds) zone.ds = {{1, 13, 2}};
    counts.Add(zone);
    EXPECT_EQ(counts.of(ZoneFact::kSignedWithoutDs), row.counted) << row.dnssec << row.is_signed;
  }
}

TEST(ZoneCountsTest, HowManyOfHowManyFail) {
  ZoneCounts counts;
  const auto add = [&counts](int answering, int failing, int idle) {
    ZoneRecord zone = Zone("a.example");
    for (int i = 0; i < answering + failing + idle; ++i) {
      auto& server = zone.servers.emplace_back();
      server.host = "ns" + std::to_string(i);
      server.asked = i < answering + failing;
      server.answers = i < answering;
      if (i >= answering && server.asked) server.fails = {"timeout"};
    }
    counts.Add(zone);
  };
  add(2, 0, 1);
  add(1, 1, 0);
  add(1, 1, 2);
  add(0, 2, 0);
  add(0, 0, 3);
  using Key = std::pair<uint64_t, uint64_t>;
  EXPECT_THAT(counts.failing(), ElementsAre(std::pair(Key(2, 0), 1U), std::pair(Key(2, 1), 2U),
                                            std::pair(Key(2, 2), 1U)));
  EXPECT_EQ(counts.asked(), 4U);
  EXPECT_EQ(counts.of(ZoneFact::kSomeServersFail), 2U);
  EXPECT_EQ(counts.of(ZoneFact::kAllServersFail), 1U);
}

TEST(ZoneCountsTest, ClassesAreByTopLevelDomain) {
  ZoneCounts counts;
  for (const char* name : {"a.com", "b.a.com", "com", ".", "x.org"}) {
    ZoneRecord zone = Zone(name);
    zone.parent_ns = {"a", "b"};
    zone.child_ns = {"b"};
    counts.Add(zone);
  }
  counts.Add(Zone("y.net"));
  std::vector<std::string> rows;
  for (const auto& [tld, row] : counts.ns_classes().Sorted()) {
    rows.push_back(std::string(tld) + " " + std::to_string(row->zones[1]));
  }
  EXPECT_THAT(rows, ElementsAre(". 2", "com 2", "org 1"));
}

TEST(ZoneCountsTest, KeysOfOneKindCountTheirZoneOnce) {
  ZoneCounts counts;
  ZoneRecord zone = Zone("a.example");
  zone.operator_name = "Example\nDNS";
  zone.dnskey = {{1, 8, 2048, 256}, {2, 8, 2048, 256}, {3, 253, 0, 257}};
  counts.Add(zone);
  counts.Add(zone);
  const auto rows = counts.keys().Sorted();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(SplitFields(rows[0].first, 4), ElementsAre("253", "", "257", "Example\nDNS"));
  EXPECT_THAT(SplitFields(rows[1].first, 4), ElementsAre("8", "2048", "256", "Example\nDNS"));
  EXPECT_EQ(rows[1].second->zones, 2U);
  EXPECT_EQ(rows[1].second->things, 4U);
}

TEST(ZoneCountsTest, ManyOperatorsTakeBoundedMemoryAndAreSaid) {
  ZoneCounts counts;
  for (size_t i = 0; i < 3 * ZoneCounts::kRows; ++i) {
    ZoneRecord zone = Zone("a.example");
    zone.is_signed = true;
    zone.operator_name = "operator " + std::to_string(i);
    counts.Add(zone);
  }
  const report::Report report = MakeZoneReport(counts, 0);
  const report::Table* const table = report.Find("without_ds");
  ASSERT_NE(table, nullptr);
  EXPECT_LE(table->rows.size(), ZoneCounts::kRows);
  EXPECT_GT(table->missed, 0U);
}

TEST(ZoneCountsTest, ATableIsAsWideAsItsColumns) {
  ZoneCounts counts;
  ZoneRecord zone = Zone("a.example");
  zone.parent_ns = zone.child_ns = {"a"};
  zone.servers = {
      {.host = "a", .address = "192.0.2.1", .asked = true, .fails = {"timeout"}, .asn = 64500}};
  zone.is_signed = true;
  zone.dnskey = {{1, 253, 0, 256}};
  zone.denial = {{false, 0, 0, false}};
  zone.signature = {{kTimeMs / 1000 - 1, "SOA", 300}};
  counts.Add(zone);
  const report::Report report = MakeZoneReport(counts, 3);
  for (const report::Table& table : report.tables) {
    EXPECT_FALSE(table.rows.empty()) << table.id;
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.id;
  }
  const auto& ends = report.Find("signature_ends")->rows[0];
  EXPECT_EQ(std::get<std::string>(ends[0]), "2026-11-21");
  EXPECT_EQ(std::get<uint64_t>(ends[2]), 1U);
}

}  // namespace
}  // namespace caascan::zonereport
