#include "scanner/report/cross_tables.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scanner/report/tables.h"
#include "tests/record/record_lines.h"

namespace caascan::report {
namespace {

constexpr const char* kMissing = R"(,"nxdomain":true)";

/// The relevant RRset of a line with these issuers.
std::string Caa(std::initializer_list<const char*> issuers) {
  std::string records;
  for (const char* issuer : issuers) {
    records += std::string(records.empty() ? "" : ",") + R"({"flags":0,"tag":"issue","value":")" +
               issuer + R"("})";
  }
  return R"(,"caa":{"owner":"t","ttl":300,"records":[)" + records + "]}";
}

class CrossTablesTest : public testing::Test {
 protected:
  void Add(std::string_view name, std::string_view reason, const std::string& more) {
    ASSERT_EQ(reader_.Read(record::Line(name, reason, more)), "");
    aggregate_.Add(reader_.record());
  }
  std::vector<std::vector<Cell>> Rows(const std::string& table) const {
    const Report report = MakeReport(aggregate_, {}, {.inputs = {}, .min_names = 1});
    return report.Find(table)->rows;
  }

  record::LineReader reader_;
  Aggregate aggregate_;
};

TEST_F(CrossTablesTest, AdoptionIsOfAnsweredNamesAndApartOfThoseThatExist) {
  const std::string op = R"(,"operator":"Op")";
  Add("a.t", "no_caa", op);
  Add("b.t", "issuer_authorized", op + Caa({"ca.example"}));
  Add("gone.t", "issuer_authorized", op + Caa({"ca.example"}) + kMissing);
  Add("failed.t", "servfail", op);
  Add("gone.failed.t", "servfail", op + kMissing);
  const std::vector<Cell> expected = {std::string("Op"), uint64_t{3}, uint64_t{2}, Share{2, 3},
                                      uint64_t{2},       uint64_t{1}, Share{1, 2}};
  EXPECT_EQ(Rows("caa_operators"), (std::vector<std::vector<Cell>>{expected}));
  std::vector<Cell> by_tld = expected;
  by_tld[0] = std::string("t");
  EXPECT_EQ(Rows("caa_tlds"), (std::vector<std::vector<Cell>>{by_tld}));
  // Five names, two of which failed; of the three that exist, one.
  const std::vector<Cell> tlds = Rows("tlds").at(0);
  EXPECT_EQ(tlds.at(9), Cell(Share(2, 5)));
  EXPECT_EQ(tlds.at(10), Cell(uint64_t{3}));
  EXPECT_EQ(tlds.at(11), Cell(Share(1, 3)));
}

TEST_F(CrossTablesTest, GroupsWithoutAnAnswerHaveNoRow) {
  Add("failed.t", "servfail", R"(,"operator":"Op","rank":7)");
  for (const char* table : {"caa_operators", "caa_tlds", "caa_dnssec", "caa_ranks"}) {
    EXPECT_TRUE(Rows(table).empty()) << table;
  }
}

TEST_F(CrossTablesTest, RanksAreByPowersOfTen) {
  struct Row {
    const char* rank;
    const char* bucket;
  };
  for (const Row& row :
       {Row{"0", "1 to 100"}, Row{"1", "1 to 100"}, Row{"100", "1 to 100"},
        Row{"101", "101 to 1000"}, Row{"1000", "101 to 1000"}, Row{"1001", "1001 to 10000"},
        Row{"1000000", "100001 to 1000000"}, Row{"1000001", "1000001 to 10000000"},
        Row{"4294967295", "1000000001 to 10000000000"}}) {
    aggregate_ = Aggregate();
    Add("a.t", "no_caa", R"(,"rank":)" + std::string(row.rank));
    const auto rows = Rows("caa_ranks");
    ASSERT_EQ(rows.size(), 1u) << row.rank;
    EXPECT_EQ(rows[0][0], Cell(std::string(row.bucket))) << row.rank;
  }
}

TEST_F(CrossTablesTest, BestRanksComeFirst) {
  for (const char* rank : {"5000", "50000", "50", "50001"}) {
    Add("a.t", "no_caa", R"(,"rank":)" + std::string(rank));
  }
  const auto rows = Rows("caa_ranks");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0][0], Cell(std::string("1 to 100")));
  EXPECT_EQ(rows[2][0], Cell(std::string("10001 to 100000")));
}

TEST_F(CrossTablesTest, IssuersOfAnOperatorAreOfItsNamesWithCaa) {
  const std::string op = R"(,"operator":"An Op")";
  Add("a.t", "issuer_authorized", op + Caa({"a.example", "b.example", "a.example"}));
  Add("b.t", "issuer_authorized", op + Caa({"a.example"}) + kMissing);
  Add("c.t", "no_caa", op);
  const std::vector<std::vector<Cell>> expected = {
      {std::string("An Op"), std::string("a.example"), uint64_t{2}, Share{2, 2}, uint64_t{1},
       Share{1, 1}},
      {std::string("An Op"), std::string("b.example"), uint64_t{1}, Share{1, 2}, uint64_t{1},
       Share{1, 1}}};
  EXPECT_EQ(Rows("operator_issuers"), expected);
}

TEST_F(CrossTablesTest, ANameCountsOnceForAnExtendedError) {
  Add("a.t", "dnssec_bogus",
      R"(,"servers":[{"address":"a","result":"servfail","ede":[7,7]},)"
      R"({"address":"b","result":"servfail","ede":[7]}],)"
      R"("findings":[{"code":"x","ede":7},{"code":"y","ede":7}])");
  Add("b.t", "servfail", R"(,"findings":[{"code":"x","ede":65535}])" + std::string(kMissing));
  const std::vector<std::vector<Cell>> expected = {
      {65535.0, std::string(), uint64_t{1}, uint64_t{0}, uint64_t{1}, Share{1, 2}, uint64_t{0},
       Share{0, 1}, std::string("servfail 1")},
      {7.0, std::string("Signature Expired"), uint64_t{1}, uint64_t{1}, uint64_t{1}, Share{1, 2},
       uint64_t{1}, Share{1, 1}, std::string("dnssec_bogus 1")}};
  EXPECT_EQ(Rows("ede"), expected);
}

TEST_F(CrossTablesTest, LapsedServersAreApartFromMissingOnes) {
  Add("a.t", "no_caa",
      R"(,"findings":[{"code":"server_domain_unregistered","host":"ns.lapsed"},)"
      R"({"code":"server_domain_unregistered","host":"ns.lapsed","zone":"z"},)"
      R"({"code":"server_nxdomain","host":"ns.gone"}])");
  Add("b.t", "unresolvable_servers",
      R"(,"findings":[{"code":"server_domain_unregistered","host":"ns.lapsed"}])" +
          std::string(kMissing));
  const std::vector<std::vector<Cell>> lapsed = {
      {std::string("ns.lapsed"), uint64_t{2}, uint64_t{1}, Share{1, 2}, uint64_t{1}, Share{0, 1}}};
  const std::vector<std::vector<Cell>> gone = {
      {std::string("ns.gone"), uint64_t{1}, uint64_t{0}, Share{0, 1}, uint64_t{1}, Share{0, 1}}};
  EXPECT_EQ(Rows("lapsed_servers"), lapsed);
  EXPECT_EQ(Rows("missing_servers"), gone);
}

}  // namespace
}  // namespace caascan::report
