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
  void Add(std::string_view issuer) {
    record::LineReader reader;
    const std::string more =
        R"(,"caa":{"owner":"a.example","ttl":300,"records":[{"flags":0,"tag":"issue","value":")" +
        std::string(issuer) + R"("}]})";
    ASSERT_EQ(reader.Read(record::Line("a.example", "issuer_authorized", more)), "");
    use_.Add(reader.record());
  }

  const Table& Find(std::string_view id, uint64_t answered) {
    tables_.clear();
    AddCaaTables(use_, answered, &tables_);
    for (const Table& table : tables_) {
      if (table.id == id) return table;
    }
    ADD_FAILURE() << "no table " << id;
    return tables_.front();
  }

  counts::CaaUse use_{100};
  std::vector<Table> tables_;
};

TEST_F(CaaTablesTest, WithoutCaaOnlyItsAbsenceIsCounted) {
  AddCaaTables(use_, 5, &tables_);
  ASSERT_EQ(tables_.size(), 1u);
  ASSERT_EQ(tables_[0].rows.size(), 1u);
  EXPECT_EQ(tables_[0].rows[0], (std::vector<Cell>{std::string("caa"), uint64_t{0}, Share{0, 5}}));
}

TEST_F(CaaTablesTest, SharesAreOfTheNamesThatWereAnswered) {
  Add("letsencrypt.org");
  EXPECT_EQ(Find("caa_use", 4).rows[0],
            (std::vector<Cell>{std::string("caa"), uint64_t{1}, Share{1, 4}}));
  EXPECT_EQ(Find("caa_use", 4).rows[1],
            (std::vector<Cell>{std::string("issue"), uint64_t{1}, Share{1, 4}}));
}

TEST_F(CaaTablesTest, ValidationRecordsAreATableWhereThereAreSome) {
  for (const char* result : {"none", "valid", "none", "", "none"}) use_.AddPersist(result);
  counts::CaaUse sum{100};
  sum.Merge(use_);
  use_.MoveRowsInto(&sum);
  EXPECT_EQ(use_.rows(), 0u);
  AddCaaTables(sum, 5, &tables_);
  ASSERT_EQ(tables_.size(), 2u);
  EXPECT_EQ(tables_[1].id, "persist");
  ASSERT_EQ(tables_[1].rows.size(), 2u);
  EXPECT_EQ(tables_[1].rows[0], (std::vector<Cell>{std::string("none"), uint64_t{6}, Share{6, 8}}));
  EXPECT_EQ(tables_[1].rows[1],
            (std::vector<Cell>{std::string("valid"), uint64_t{2}, Share{2, 8}}));
}

TEST_F(CaaTablesTest, DepthsAreOfTheNamesWithCaa) {
  Add("letsencrypt.org");
  Add("letsencrypt.org");
  const Table& depths = Find("caa_depth", 100);
  ASSERT_EQ(depths.rows.size(), 1u) << "only where one was found";
  EXPECT_EQ(depths.rows[0],
            (std::vector<Cell>{std::string("the name itself"), uint64_t{2}, Share{2, 2}}));
}

TEST_F(CaaTablesTest, SaysWhichIssuersAreKnownAndWhatWasMeant) {
  Add("letsencrypt.org");
  Add("letsencrypt.org");
  Add("letsencrypt.rog");
  const Table& issuers = Find("issuers", 3);
  ASSERT_EQ(issuers.rows.size(), 2u);
  const Cell names = uint64_t{2};
  EXPECT_EQ(issuers.rows[0], (std::vector<Cell>{std::string("letsencrypt.org"), names, names,
                                                uint64_t{0}, uint64_t{0}, uint64_t{0}, Share{2, 3},
                                                std::string("yes"), std::string()}));
  EXPECT_EQ(issuers.rows[1][7], Cell(std::string("no")));
  EXPECT_EQ(issuers.rows[1][8], Cell(std::string("letsencrypt.org")));
  // Nobody is shown what there is nothing of.
  for (const Column& column : issuers.columns) {
    EXPECT_EQ(column.detail, column.id == "issuemail" || column.id == "issuevmc") << column.id;
  }
}

/// RFC 8657; Baseline Requirements 2.2.8.
TEST_F(CaaTablesTest, SaysWhoseVerdictTurnsWhenParametersBind) {
  Add("ca.example; accounturi=urn:a");
  Add("ca.example; validationmethods=dns-01");
  Add("ca.example");
  Add("b.example");
  const Table& parameters = Find("parameters", 4);
  ASSERT_EQ(parameters.rows.size(), 1u);
  EXPECT_EQ(parameters.rows[0],
            (std::vector<Cell>{std::string("ca.example"), uint64_t{2}, uint64_t{1}, uint64_t{1},
                               uint64_t{0}, Share{2, 4}}));
}

TEST_F(CaaTablesTest, EachRowHasACellForEachColumn) {
  Add("letsencrypt.org");
  AddCaaTables(use_, 1, &tables_);
  EXPECT_EQ(tables_.size(), 5u);
  for (const Table& table : tables_) {
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.id;
  }
}

}  // namespace
}  // namespace caascan::report
