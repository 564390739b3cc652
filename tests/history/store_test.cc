#include "scanner/history/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/io/temp_file.h"
#include "tests/record/record_lines.h"

namespace caascan::history {
namespace {

using io::TempFile;

report::Aggregate Counts(int names, const std::string& operator_name) {
  report::Aggregate counts;
  record::LineReader reader;
  for (int i = 0; i < names; ++i) {
    const std::string name = "n" + std::to_string(i) + ".test";
    EXPECT_EQ(
        reader.Read(record::Line(name, "no_response", R"(,"operator":")" + operator_name + "\"")),
        "");
    counts.Add(reader.record());
  }
  return counts;
}

void Execute(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() { (void)remove(file_.path().c_str()); }

  std::unique_ptr<Store> Open(Store::Mode mode) {
    auto store = Store::Open(file_.path(), mode);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }
  absl::Status OpenError(Store::Mode mode) { return Store::Open(file_.path(), mode).status(); }

  const TempFile file_;
};

TEST_F(StoreTest, KeepsOperatorsOfTenNamesAndMore) {
  const auto store = Open(Store::Mode::kCreate);
  report::Aggregate counts = Counts(10, "ten");
  counts.Merge(Counts(9, "nine"));
  ASSERT_TRUE(store->Add({"2027-03-01", ""}, counts, HistoryConflict::kRefuse).ok());
  const auto scans = store->Scans({});
  ASSERT_TRUE(scans.ok());
  ASSERT_EQ(scans->size(), 1U);
  EXPECT_EQ(scans->front().outcomes.names, 19U);
  EXPECT_EQ(scans->front().outcomes.of(Outcome::kTimeout), 19U);
  const auto operators = store->Operators(scans->front());
  ASSERT_TRUE(operators.ok());
  ASSERT_EQ(operators->size(), 1U);
  EXPECT_EQ(operators->front().name, "ten");
  EXPECT_EQ(operators->front().sample.trials, 10U);
  EXPECT_EQ(operators->front().sample.hits, 10U);
}

TEST_F(StoreTest, IsAsBeforeWhereAScanIsRefused) {
  const auto store = Open(Store::Mode::kCreate);
  ASSERT_TRUE(store->Add({"2027-03-01", ""}, Counts(10, "a"), HistoryConflict::kRefuse).ok());
  EXPECT_FALSE(store->Add({"2027-03-01", ""}, Counts(20, "b"), HistoryConflict::kRefuse).ok());
  const auto scans = store->Scans({});
  ASSERT_TRUE(scans.ok());
  EXPECT_EQ(scans->front().outcomes.names, 10U);
}

TEST_F(StoreTest, IsNotCreatedByReading) {
  EXPECT_EQ(OpenError(Store::Mode::kRead).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenError(Store::Mode::kWrite).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(StoreTest, IsRefusedWhereItIsOfAnotherProgramOrVersion) {
  Execute(file_.path(), "CREATE TABLE bookmarks (url TEXT)");
  EXPECT_EQ(OpenError(Store::Mode::kCreate).code(), absl::StatusCode::kInvalidArgument);
  Execute(file_.path(), "DROP TABLE bookmarks");
  EXPECT_TRUE(OpenError(Store::Mode::kCreate).ok()) << "an empty database";
  Execute(file_.path(), "PRAGMA user_version = 2");
  EXPECT_EQ(OpenError(Store::Mode::kRead).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(StoreTest, SaysWhereCountsCannotBeRead) {
  {
    const auto store = Open(Store::Mode::kCreate);
    ASSERT_TRUE(store->Add({"2027-03-01", ""}, Counts(10, "a"), HistoryConflict::kRefuse).ok());
  }
  const struct {
    const char* name;
    const char* sql;
  } rows[] = {
      {"no zstd", "UPDATE partials SET report = x'00112233'"},
      {"a torn frame", "UPDATE partials SET report = x'28B52FFD24'"},
      {"nothing", "DELETE FROM partials"},
  };
  for (const auto& row : rows) {
    Execute(file_.path(), row.sql);
    const auto store = Open(Store::Mode::kWrite);
    EXPECT_EQ(store->Partial({"2027-03-01", ""}).status().code(), absl::StatusCode::kDataLoss)
        << row.name;
    EXPECT_EQ(store->Add({"2027-03-01", ""}, Counts(1, "a"), HistoryConflict::kMerge).code(),
              absl::StatusCode::kDataLoss)
        << row.name;
  }
}

TEST_F(StoreTest, ReadsCountsThatCannotBeAsCounts) {
  {
    const auto store = Open(Store::Mode::kCreate);
    ASSERT_TRUE(store->Add({"2027-03-01", ""}, Counts(10, "a"), HistoryConflict::kRefuse).ok());
  }
  Execute(file_.path(), "UPDATE operator_names SET names = -5, failed = 99");
  const auto store = Open(Store::Mode::kRead);
  const auto scans = store->Scans({});
  ASSERT_TRUE(scans.ok());
  const auto operators = store->Operators(scans->front());
  ASSERT_TRUE(operators.ok());
  EXPECT_EQ(operators->front().sample.trials, 0U);
  EXPECT_EQ(operators->front().sample.hits, 0U);
}

TEST_F(StoreTest, SeriesHaveASampleForEachScan) {
  const auto store = Open(Store::Mode::kCreate);
  ASSERT_TRUE(store->Add({"2027-03-02", ""}, Counts(10, "a"), HistoryConflict::kRefuse).ok());
  ASSERT_TRUE(store->Add({"2027-03-01", ""}, Counts(20, "b"), HistoryConflict::kRefuse).ok());
  const auto scans = store->Scans({});
  ASSERT_TRUE(scans.ok());
  ASSERT_EQ(scans->size(), 2U);
  EXPECT_EQ(scans->front().key.date, "2027-03-01") << "by date";
  const auto last = store->Operators(scans->back());
  ASSERT_TRUE(last.ok());
  const auto series = store->OperatorSeries(last->front(), *scans);
  ASSERT_TRUE(series.ok());
  ASSERT_EQ(series->samples.size(), 2U);
  EXPECT_EQ(series->samples[0].trials, 0U);
  EXPECT_EQ(series->samples[1].trials, 10U);
  const auto reasons = store->SeriesOf(Grouping::kReason, *scans);
  ASSERT_TRUE(reasons.ok());
  ASSERT_EQ(reasons->size(), 1U);
  EXPECT_EQ(reasons->front().key, "no_response");
  EXPECT_EQ(reasons->front().samples[0].hits, 20U);
}

}  // namespace
}  // namespace caascan::history
