#include "scanner/report/caa_tables.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/record/record_lines.h"

namespace caascan::report {
namespace {

class CaaTablesTest : public testing::Test {
 protected:
  /// A name whose relevant RRset names the issuer; `more` are further members of its record.
  void Add(std::string_view issuer, std::string_view more_members = "") {
    record::LineReader reader;
    const std::string more =
        R"(,"caa":{"owner":"a.example","ttl":300,"records":[{"flags":0,"tag":"issue","value":")" +
        std::string(issuer) + R"("}]})" + std::string(more_members);
    ASSERT_EQ(reader.Read(record::Line("a.example", "issuer_authorized", more)), "");
    aggregate_.Add(reader.record());
  }
  void AddWithoutCaa(int names, std::string_view more_members = "") {
    record::LineReader reader;
    for (int i = 0; i < names; ++i) {
      ASSERT_EQ(reader.Read(record::Line("a.example", "no_caa", more_members)), "");
      aggregate_.Add(reader.record());
    }
  }

  const Table& Find(std::string_view id) {
    tables_.clear();
    AddCaaTables(aggregate_, &tables_);
    for (const Table& table : tables_) {
      if (table.id == id) return table;
    }
    ADD_FAILURE() << "no table " << id;
    return tables_.front();
  }

  Aggregate aggregate_;
  std::vector<Table> tables_;
};

TEST_F(CaaTablesTest, WithoutCaaOnlyItsAbsenceIsCounted) {
  AddWithoutCaa(5);
  AddCaaTables(aggregate_, &tables_);
  ASSERT_EQ(tables_.size(), 1u);
  ASSERT_EQ(tables_[0].rows.size(), 1u);
  EXPECT_EQ(tables_[0].rows[0], (std::vector<Cell>{std::string("caa"), uint64_t{0}, Share{0, 5},
                                                   uint64_t{0}, Share{0, 5}}));
}

TEST_F(CaaTablesTest, SharesAreOfTheNamesThatWereAnswered) {
  Add("letsencrypt.org");
  AddWithoutCaa(2);
  AddWithoutCaa(1, R"(,"nxdomain":true)");
  EXPECT_EQ(Find("caa_use").rows[0], (std::vector<Cell>{std::string("caa"), uint64_t{1},
                                                        Share{1, 4}, uint64_t{1}, Share{1, 3}}));
  EXPECT_EQ(Find("caa_use").rows[1], (std::vector<Cell>{std::string("issue"), uint64_t{1},
                                                        Share{1, 4}, uint64_t{1}, Share{1, 3}}));
}

TEST_F(CaaTablesTest, ValidationRecordsAreATableWhereThereAreSome) {
  for (const char* result : {"none", "valid", "none", "none"}) {
    AddWithoutCaa(1, R"(,"persist":{"result":")" + std::string(result) + R"("})");
  }
  AddWithoutCaa(1);
  Aggregate sum;
  sum.Merge(aggregate_);
  aggregate_.MoveRowsInto(&sum);
  EXPECT_EQ(aggregate_.caa().rows(), 0u);
  AddCaaTables(sum, &tables_);
  ASSERT_EQ(tables_.size(), 2u);
  EXPECT_EQ(tables_[1].id, "persist");
  ASSERT_EQ(tables_[1].rows.size(), 2u);
  EXPECT_EQ(tables_[1].rows[0], (std::vector<Cell>{std::string("none"), uint64_t{6}, Share{6, 8},
                                                   uint64_t{6}, Share{6, 8}}));
  EXPECT_EQ(tables_[1].rows[1], (std::vector<Cell>{std::string("valid"), uint64_t{2}, Share{2, 8},
                                                   uint64_t{2}, Share{2, 8}}));
}

TEST_F(CaaTablesTest, DepthsAreOfTheNamesWithCaa) {
  Add("letsencrypt.org");
  Add("letsencrypt.org", R"(,"nxdomain":true)");
  AddWithoutCaa(5);
  const Table& depths = Find("caa_depth");
  ASSERT_EQ(depths.rows.size(), 1u) << "only where one was found";
  EXPECT_EQ(depths.rows[0], (std::vector<Cell>{std::string("the name itself"), uint64_t{2},
                                               Share{2, 2}, uint64_t{1}, Share{1, 1}}));
}

TEST_F(CaaTablesTest, SaysWhichIssuersAreKnownAndWhatWasMeant) {
  Add("letsencrypt.org");
  Add("letsencrypt.org");
  Add("letsencrypt.rog");
  const Table& issuers = Find("issuers");
  ASSERT_EQ(issuers.rows.size(), 2u);
  const Cell names = uint64_t{2};
  EXPECT_EQ(issuers.rows[0],
            (std::vector<Cell>{std::string("letsencrypt.org"), names, names, uint64_t{0},
                               uint64_t{0}, uint64_t{0}, Share{2, 3}, names, Share{2, 3},
                               std::string("yes"), std::string()}));
  EXPECT_EQ(issuers.rows[1][9], Cell(std::string("no")));
  EXPECT_EQ(issuers.rows[1][10], Cell(std::string("letsencrypt.org")));
  // Nobody is shown what there is nothing of.
  for (const Column& column : issuers.columns) {
    if (!column.id.starts_with("issue")) continue;
    EXPECT_EQ(column.detail, column.id == "issuemail" || column.id == "issuevmc") << column.id;
  }
}

TEST_F(CaaTablesTest, ASetOfIssuersIsARow) {
  Add("b.example");
  Add(";");
  Add("b.example");
  const Table& sets = Find("issuer_sets");
  ASSERT_EQ(sets.rows.size(), 2u);
  EXPECT_EQ(sets.rows[0], (std::vector<Cell>{std::string("b.example"), uint64_t{2}, Share{2, 3},
                                             uint64_t{2}, Share{2, 3}}));
  EXPECT_EQ(sets.rows[1][0], Cell(std::string("(none)")));
}

/// RFC 8657; Baseline Requirements 2.2.8.
TEST_F(CaaTablesTest, SaysWhoseVerdictTurnsWhenParametersBind) {
  Add("ca.example; accounturi=urn:a");
  Add("ca.example; validationmethods=dns-01");
  Add("ca.example");
  Add("b.example");
  const Table& parameters = Find("parameters");
  ASSERT_EQ(parameters.rows.size(), 1u);
  EXPECT_EQ(parameters.rows[0],
            (std::vector<Cell>{std::string("ca.example"), uint64_t{2}, uint64_t{1}, uint64_t{1},
                               uint64_t{0}, Share{2, 4}, uint64_t{2}, Share{2, 4}}));
}

TEST_F(CaaTablesTest, EachRowHasACellForEachColumn) {
  Add("letsencrypt.org");
  AddCaaTables(aggregate_, &tables_);
  EXPECT_EQ(tables_.size(), 6u);
  for (const Table& table : tables_) {
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.id;
  }
}

}  // namespace
}  // namespace caascan::report
