// From counts to tables.
#include "scanner/report/tables.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "tests/record/record_lines.h"

namespace caascan::report {
namespace {

/// Rates of failure are only told where all names of an operator are known.
TEST(MakeReportTest, TellsNoRateFromFailuresAlone) {
  record::LineReader reader;
  Aggregate aggregate;
  const auto failure_share = [&aggregate] {
    const Report report = MakeReport(aggregate, {}, {.inputs = {}, .min_names = 1});
    return report.Find("league")->rows.at(0).at(3);
  };
  ASSERT_EQ(reader.Read(record::Line("a.example", "refused",
                                     R"(,"servers":[{"host":"ns.op.test","result":"refused"}])")),
            "");
  aggregate.Add(reader.record());
  EXPECT_TRUE(std::holds_alternative<Share>(failure_share()));
  ASSERT_EQ(reader.Read(record::Line("b.example")), "");
  aggregate.Add(reader.record());
  EXPECT_TRUE(std::holds_alternative<std::monostate>(failure_share()));
}

TEST(MakeReportTest, HasACellForEachColumn) {
  record::LineReader reader;
  Aggregate aggregate;
  ASSERT_EQ(
      reader.Read(record::Line(
          "a.example", "issuer_authorized",
          R"(,"operator":"op","rank":1,"caa":{"owner":"example","ttl":1,"records":[)"
          R"({"flags":0,"tag":"issue","value":"ca.example; accounturi=urn:a"}]},)"
          R"("servers":[{"host":"h","address":"a","result":"timeout","ede":[7]}],)"
          R"("findings":[{"code":"c"},{"code":"dnssec_no_dnskey"},{"code":"server_nxdomain"},)"
          R"({"code":"server_domain_unregistered"}],"decisions":{"A":"permit"})")),
      "");
  aggregate.Add(reader.record());
  ASSERT_EQ(reader.Read(record::Line("a.example", "no_caa", R"(,"for":"smime")")), "");
  aggregate.Add(reader.record());
  BrokenLines broken;
  broken.Add(0, 2, "x");
  const Report report = MakeReport(aggregate, broken, {.inputs = {"f"}, .min_names = 1});
  EXPECT_EQ(report.tables.size(), 30u);
  for (const Table& table : report.tables) {
    EXPECT_EQ(table.rows.empty(), table.id == "league" || table.id == "orders") << table.id;
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.id;
  }
}

TEST(MakeReportTest, OfOrdersHasOnlyWhatSpeaksOfThem) {
  record::LineReader reader;
  Aggregate aggregate;
  ASSERT_EQ(reader.Read(record::Line("a.example", "refused", R"(,"order":"one")")), "");
  aggregate.Add(reader.record());
  TableOptions options;
  options.orders_only = true;
  std::vector<std::string> ids;
  for (const Table& table : MakeReport(aggregate, {}, options).tables) ids.push_back(table.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"summary", "orders", "broken"}));
}

TEST(MakeReportTest, HasTheTablesThatAreAskedForAlone) {
  std::vector<std::string> ids;
  const TableOptions options = {.inputs = {}, .tables = {"ede", "caa_ranks"}};
  for (const Table& table : MakeReport(Aggregate(), {}, options).tables) ids.push_back(table.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"caa_ranks", "ede"}));
}

TEST(MakeReportTest, KnowsItsTables) {
  EXPECT_TRUE(CheckTables({}).ok());
  EXPECT_TRUE(CheckTables({"summary", "scans", "persist"}).ok());
  const absl::Status status = CheckTables({"summary", "nothing"});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("no table nothing; there are summary, "), std::string::npos);
  for (const Table& table : MakeReport(Aggregate(), {}, {.inputs = {}}).tables) {
    EXPECT_TRUE(CheckTables({table.id}).ok()) << table.id;
  }
}

TEST(MakeReportTest, SharesOfNamesThatExistLeaveDeadOnesOut) {
  record::LineReader reader;
  Aggregate aggregate;
  for (const char* more : {"", R"(,"nxdomain":true)", R"(,"nxdomain":true)"}) {
    ASSERT_EQ(reader.Read(record::Line("a.example", "no_caa", more)), "");
    aggregate.Add(reader.record());
  }
  ASSERT_EQ(reader.Read(record::Line("b.example", "issuance_forbidden")), "");
  aggregate.Add(reader.record());
  const Report report = MakeReport(aggregate, {}, {.inputs = {}, .min_names = 1});
  const std::vector<Cell> permit = {std::string("permit"), uint64_t{3}, Share{3, 4}, uint64_t{1},
                                    Share{1, 2}};
  EXPECT_EQ(report.Find("outcomes")->rows.at(0), permit);
  const std::vector<Cell> missing = {
      std::string("nxdomain"), uint64_t{2}, Share{2, 4}, uint64_t{0}, {}};
  EXPECT_EQ(report.Find("summary")->rows.at(1), missing);
}

}  // namespace
}  // namespace caascan::report
