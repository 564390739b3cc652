#include "scanner/history/history_tables.h"

#include <gtest/gtest.h>

namespace caascan::history {
namespace {

TEST(FindChangesTest, PutsTheLargestFirst) {
  const auto changes = FindChanges({{"small", {{1000, 10}, {1000, 90}}},
                                    {"none", {{1000, 10}, {1000, 10}}},
                                    {"large", {{1000, 900}, {1000, 90}}}},
                                   3);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].series.key, "large");
  EXPECT_EQ(changes[1].series.key, "small");
}

ScanRow Scan(const char* date, uint64_t names, uint64_t denied) {
  ScanRow scan;
  scan.key.date = date;
  scan.outcomes.names = names;
  scan.outcomes.by_outcome[static_cast<size_t>(Outcome::kDeny)] = denied;
  scan.outcomes.by_outcome[static_cast<size_t>(Outcome::kPermit)] = names - denied;
  scan.existing = names;
  return scan;
}

TEST(HistoryReportTest, ShowsTheLatestScanFirst) {
  HistoryFacts facts;
  facts.scans = {Scan("2027-03-01", 100, 10), Scan("2027-03-02", 100, 12)};
  const report::Report report = MakeHistoryReport(facts, "list");
  const report::Table* scans = report.Find("scans");
  ASSERT_NE(scans, nullptr);
  ASSERT_EQ(scans->rows.size(), 2U);
  EXPECT_EQ(std::get<std::string>(scans->rows[0][0]), "2027-03-02");
  EXPECT_EQ(report.title, "CAA scans over time: list");
}

TEST(HistoryReportTest, SaysSinceWhen) {
  HistoryFacts facts;
  facts.scans = {Scan("2027-03-01", 1000, 10), Scan("2027-03-02", 1000, 10),
                 Scan("2027-03-03", 1000, 200)};
  auto outcomes = OutcomeSeries(facts.scans);
  facts.outcomes = FindChanges(std::move(outcomes), 8);
  const report::Report report = MakeHistoryReport(facts, "");
  const report::Table* table = report.Find("outcomes");
  ASSERT_NE(table, nullptr);
  ASSERT_EQ(table->rows.size(), 2U) << "deny, and permit as much less";
  EXPECT_EQ(std::get<std::string>(table->rows[0][1]), "2027-03-03");
  ASSERT_EQ(table->lines.size(), 2U);
  EXPECT_EQ(table->lines[0].points.size(), 3U);
  const report::Table* samples = report.Find("samples");
  ASSERT_NE(samples, nullptr);
  EXPECT_EQ(samples->rows.size(), 6U);
}

}  // namespace
}  // namespace caascan::history
