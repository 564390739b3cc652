// Where a report goes, and in which form.
#include "scanner/publish/report_output.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/io/temp_file.h"
#include "tests/report/hostile_table.h"

namespace caascan::publish {
namespace {

using report::HostileTable;
using report::Report;

Report Small() { return {.title = "R", .schema = "urn:x", .tables = {HostileTable("x")}}; }

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct CheckRow {
  const char* name;
  const char* file;  // In an existing folder, but for one that begins with '/'.
  ReportFormat format;
  bool ok;
};

TEST(CheckOutputTest, KnowsBeforehandWhatCannotBeWritten) {
  const io::TempFolder folder;
  for (const CheckRow& row :
       {CheckRow{"a new file", "r.txt", ReportFormat::kText, true},
        CheckRow{"in a folder that is not there", "/nonexistent/r.txt", ReportFormat::kText, false},
        CheckRow{"a folder for CSV", "csv", ReportFormat::kCsv, true}}) {
    const std::string path = *row.file == '/' ? row.file : folder.path() + "/" + row.file;
    EXPECT_EQ(CheckOutput({.path = path, .format = row.format}).ok(), row.ok) << row.name;
  }
  for (const char* standard : {"", "-"}) {
    EXPECT_TRUE(CheckOutput({.path = standard}).ok());
    EXPECT_EQ(CheckOutput({.path = standard, .format = ReportFormat::kCsv}).code(),
              absl::StatusCode::kInvalidArgument)
        << "one file a table";
  }
}

struct FormRow {
  ReportFormat format;
  const char* begin;
};

TEST(WriteReportTest, WritesEachForm) {
  for (const FormRow& row : {FormRow{ReportFormat::kText, "R\n\nTitle\n====="},
                             FormRow{ReportFormat::kMarkdown, "# R\n\n## Title\n"},
                             FormRow{ReportFormat::kJson, "{\"schema\":\"urn:x\""},
                             FormRow{ReportFormat::kHtml, "<!DOCTYPE html>\n"}}) {
    const io::TempFile file("older");
    ASSERT_TRUE(WriteReport(Small(), {.path = file.path(), .format = row.format}).ok());
    EXPECT_TRUE(file.Read().starts_with(row.begin)) << file.Read().substr(0, 40);
  }
}

TEST(WriteReportTest, OfCsvIsAFileATable) {
  const io::TempFolder folder;
  const std::string path = folder.path() + "/csv";
  for (int times = 0; times < 2; ++times) {  // Also over older ones.
    ASSERT_TRUE(WriteReport(Small(), {.path = path, .format = ReportFormat::kCsv}).ok());
  }
  EXPECT_TRUE(ReadFile(path + "/t.csv").starts_with("text,names,share,"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path), {}), 1) << "nothing else";
  std::filesystem::remove_all(path);
}

TEST(WriteReportTest, SaysWhatCannotBeWritten) {
  EXPECT_FALSE(WriteReport(Small(), {.path = "/nonexistent/r.txt"}).ok());
  const absl::Status csv =
      WriteReport(Small(), {.path = "/nonexistent/csv", .format = ReportFormat::kCsv});
  EXPECT_EQ(csv.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(csv.message().find("/nonexistent/csv"), absl::string_view::npos);
}

}  // namespace
}  // namespace caascan::publish
