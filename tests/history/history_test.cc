#include "caascan/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/temp_file.h"
#include "tests/record/record_lines.h"

namespace caascan {
namespace {

using io::TempFile;
using record::Line;
using testing::HasSubstr;
using testing::Not;

/// So many names of one operator, the first `failed` of which fail.
std::string Names(int count, int failed, const std::string& operator_name) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    lines += Line("n" + std::to_string(i) + "." + operator_name, i < failed ? "servfail" : "no_caa",
                  R"(,"operator":")" + operator_name + "\"") +
             "\n";
  }
  return lines;
}

class HistoryTest : public testing::Test {
 protected:
  HistoryTest() { (void)remove(store_.path().c_str()); }

  absl::Status Add(const std::string& records, HistoryScan scan,
                   HistoryConflict conflict = HistoryConflict::kRefuse) {
    const TempFile input(records);
    HistoryAddOptions options;
    options.store_path = store_.path();
    options.inputs = {input.path()};
    options.scan = std::move(scan);
    options.conflict = conflict;
    options.threads = 1;
    return AddToHistory(options, &added_, &summary_);
  }

  absl::Status Show(HistoryShowOptions options, std::string* report) {
    const TempFile output;
    options.store_path = store_.path();
    options.output_path = output.path();
    absl::Status status = ShowHistory(options);
    *report = output.Read();
    return status;
  }
  std::string Json(HistoryShowOptions options = {}) {
    options.format = ReportFormat::kJson;
    std::string report;
    const absl::Status status = Show(options, &report);
    EXPECT_TRUE(status.ok()) << status;
    return report;
  }

  const TempFile store_;
  HistoryScan added_;
  ReportSummary summary_;
};

TEST_F(HistoryTest, TellsWhoGotWorseAndSinceWhen) {
  for (int day = 1; day <= 6; ++day) {
    const int failed = day < 4 ? 1 : 40;
    const std::string records = Names(100, failed, "worse.test") + Names(100, 3, "same.test");
    ASSERT_TRUE(Add(records, {"2027-03-0" + std::to_string(day), ""}).ok());
  }
  const std::string report = Json();
  EXPECT_THAT(report, HasSubstr(R"("key":"worse.test","since":"2027-03-04","points":39,)"
                                R"("before":1,"after":40)"));
  EXPECT_THAT(report, Not(HasSubstr("same.test")));
  EXPECT_THAT(report, HasSubstr(R"("key":"servfail","since":"2027-03-04")"));
}

TEST_F(HistoryTest, ShowsTheTimeThatIsAskedFor) {
  for (int day = 1; day <= 6; ++day) {
    ASSERT_TRUE(
        Add(Names(100, day < 4 ? 1 : 40, "x.test"), {"2027-03-0" + std::to_string(day), ""}).ok());
  }
  const std::string report = Json({.since = "2027-03-04", .until = "2027-03-05"});
  EXPECT_THAT(report, HasSubstr(R"("date":"2027-03-05")"));
  EXPECT_THAT(report, Not(HasSubstr("2027-03-06")));
  EXPECT_THAT(report, Not(HasSubstr("x.test"))) << "nothing changed since";
}

TEST_F(HistoryTest, TakesTheDayOfTheFirstRecord) {
  ASSERT_TRUE(Add(Names(1, 0, "x.test"), {}).ok());
  EXPECT_EQ(added_.date, "2026-11-22");
}

TEST_F(HistoryTest, NeedsADateWhereThereIsNoRecord) {
  EXPECT_EQ(Add("", {}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Add("", {"2027-03-15", ""}).ok());
}

TEST_F(HistoryTest, KeepsOneScanADateAndLabel) {
  const std::string ten = Names(10, 5, "x.test");
  ASSERT_TRUE(Add(ten, {"2027-03-01", "a"}).ok());
  ASSERT_TRUE(Add(ten, {"2027-03-01", "b"}).ok()) << "another label";
  const absl::Status again = Add(ten, {"2027-03-01", "a"});
  EXPECT_EQ(again.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(again.message()), HasSubstr("--merge"));
  const HistoryShowOptions label_a = {.label = "a", .any_label = false};
  EXPECT_THAT(Json(label_a), HasSubstr(R"("names":10,)"));
  ASSERT_TRUE(Add(ten, {"2027-03-01", "a"}, HistoryConflict::kMerge).ok());
  EXPECT_THAT(Json(label_a), HasSubstr(R"("names":20,)"));
  ASSERT_TRUE(Add(Names(3, 0, "x.test"), {"2027-03-01", "a"}, HistoryConflict::kReplace).ok());
  EXPECT_THAT(Json(label_a), HasSubstr(R"("names":3,)"));
}

TEST_F(HistoryTest, AsksForALabelWhereThereAreSeveral) {
  ASSERT_TRUE(Add(Names(1, 0, "x.test"), {"2027-03-01", "a"}).ok());
  std::string report;
  EXPECT_TRUE(Show({}, &report).ok()) << "the only one";
  ASSERT_TRUE(Add(Names(1, 0, "x.test"), {"2027-03-01", "b"}).ok());
  const absl::Status status = Show({}, &report);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(R"("a", "b")"));
}

TEST_F(HistoryTest, RemovesAScan) {
  const std::string ten = Names(10, 5, "x.test");
  ASSERT_TRUE(Add(ten, {"2027-03-01", ""}).ok());
  ASSERT_TRUE(Add(ten, {"2027-03-02", ""}).ok());
  EXPECT_TRUE(RemoveFromHistory(store_.path(), {"2027-03-01", ""}).ok());
  EXPECT_THAT(Json(), Not(HasSubstr("2027-03-01")));
  EXPECT_EQ(RemoveFromHistory(store_.path(), {"2027-03-01", ""}).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(HistoryTest, GivesTheCountsBack) {
  ASSERT_TRUE(Add(Names(20, 5, "x.test"), {"2027-03-01", ""}).ok());
  const TempFile partial;
  ASSERT_TRUE(ExportFromHistory(store_.path(), {"2027-03-01", ""}, partial.path(), true).ok());
  ASSERT_TRUE(RemoveFromHistory(store_.path(), {"2027-03-01", ""}).ok());
  ASSERT_TRUE(Add(partial.Read(), {"2027-03-01", ""}).ok());
  EXPECT_EQ(summary_.records, 20U);
  EXPECT_THAT(Json(), HasSubstr(R"("names":20,)"));
}

TEST_F(HistoryTest, DrawsSharesOverTime) {
  for (int day = 1; day <= 4; ++day) {
    ASSERT_TRUE(
        Add(Names(100, day < 3 ? 1 : 40, "<x>.test"), {"2027-03-0" + std::to_string(day), "l<i>st"})
            .ok());
  }
  std::string page;
  ASSERT_TRUE(Show({.format = ReportFormat::kHtml}, &page).ok());
  EXPECT_THAT(page, HasSubstr("<script id=\"data\""));
  EXPECT_THAT(page, HasSubstr("&lt;x&gt;.test"));
  EXPECT_THAT(page, Not(HasSubstr("<x>")));
  EXPECT_THAT(page, Not(HasSubstr("l<i>st")));
}

TEST_F(HistoryTest, LeavesAnotherFileAlone) {
  const TempFile other("some text that is no database, and longer than a header of one: " +
                       std::string(200, 'x') + "\n");
  const std::string before = other.Read();
  HistoryAddOptions options;
  options.store_path = other.path();
  options.scan = {"2027-03-01", ""};
  const TempFile input(Names(1, 0, "x.test"));
  options.inputs = {input.path()};
  EXPECT_EQ(AddToHistory(options, &added_, &summary_).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(other.Read(), before);
}

TEST(HistoryDateTest, IsADayOfTheCalendar) {
  for (const char* good : {"1970-01-01", "2028-02-29", "2099-12-31"}) {
    EXPECT_TRUE(IsHistoryDate(good)) << good;
  }
  for (const char* bad : {"", "2027-02-29", "2027-3-1", "2027-03-15 ", " 2027-03-15", "15.03.2027",
                          "2100-01-01", "1969-12-31", "2027-13-01", "20270315"}) {
    EXPECT_FALSE(IsHistoryDate(bad)) << bad;
  }
}

}  // namespace
}  // namespace caascan
