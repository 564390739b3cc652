// RunReport: files in, a file out.
#include "caascan/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "scanner/io/block_reader.h"
#include "tests/io/compressed.h"
#include "tests/io/temp_file.h"
#include "tests/record/record_lines.h"

namespace caascan {
namespace {

using io::TempFile;
using io::TempFolder;
using record::Line;
using testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class RunReportTest : public testing::Test {
 protected:
  /// The JSON report of these inputs.
  std::string Json(std::vector<std::string> inputs) {
    ReportOptions options;
    options.inputs = std::move(inputs);
    options.output_path = folder_.path() + "/report.json";
    options.format = ReportFormat::kJson;
    options.threads = 3;
    const absl::Status status = RunReport(options, &summary_);
    EXPECT_TRUE(status.ok()) << status.message();
    return ReadFile(options.output_path);
  }

  TempFolder folder_;
  ReportSummary summary_;
};

TEST_F(RunReportTest, AddsUpPlainAndCompressedFiles) {
  const std::string line = Line("a.example") + "\n";
  const TempFile plain(line + line);
  const TempFile gzip(io::Gzip(line + line + line));
  const TempFile zstd(io::Zstd(line + "\n  \r\n" + line));
  const std::string json = Json({plain.path(), gzip.path(), zstd.path()});
  EXPECT_EQ(summary_.records, 7u);
  EXPECT_EQ(summary_.broken, 0u);
  EXPECT_THAT(json, HasSubstr(R"({"outcome":"permit","names":7,"share":1,)"));
}

TEST_F(RunReportTest, LocatesBrokenLinesAndGoesOn) {
  const std::string line = Line("a.example") + "\n";
  std::string many;
  while (many.size() < 3 * io::BlockReader::kBlockSize) many += line;
  const auto lines = static_cast<uint64_t>(many.size() / line.size());
  const TempFile first(many + "{\"name\":\n" + many + "torn");
  const std::string overlong(io::BlockReader::kMaxLineSize + (size_t{2} << 20), 'x');
  const TempFile second(overlong + "\n" + line + "\n");
  const TempFile third(io::Gzip(many).substr(0, 2000));
  const std::string json = Json({first.path(), second.path(), third.path()});
  EXPECT_GE(summary_.records, 2 * lines + 1);
  EXPECT_EQ(summary_.broken, 4u);
  const auto place = [](const std::string& path, uint64_t number, const char* problem) {
    return "{\"input\":\"" + path + "\",\"line\":" + std::to_string(number) + ",\"problem\":\"" +
           problem;
  };
  EXPECT_THAT(json, HasSubstr(place(first.path(), lines + 1, "no JSON object")));
  EXPECT_THAT(json, HasSubstr(place(first.path(), 2 * lines + 2, "no JSON object")));
  EXPECT_THAT(json, HasSubstr(place(second.path(), 1, "longer than 1 MiB")));
  EXPECT_THAT(json, HasSubstr(third.path()));
}

TEST_F(RunReportTest, SaysSoWhereThereIsNothing) {
  const TempFile empty("");
  EXPECT_THAT(Json({empty.path()}), HasSubstr(R"({"fact":"records","count":0,)"));
}

TEST_F(RunReportTest, WritesAFileATable) {
  const TempFile file(Line("a.example") + "\n");
  ReportOptions options;
  options.inputs = {file.path()};
  options.format = ReportFormat::kCsv;
  EXPECT_EQ(RunReport(options, &summary_).code(), absl::StatusCode::kInvalidArgument);
  options.output_path = folder_.path() + "/tables";
  ASSERT_TRUE(RunReport(options, &summary_).ok());
  EXPECT_THAT(ReadFile(options.output_path + "/tlds.csv"),
              HasSubstr("\nexample,1,1,0,0,0,0,0,0,0,"));
}

TEST_F(RunReportTest, LeavesAnOlderReportWhereItCannotWrite) {
  ReportOptions options;
  options.inputs = {folder_.path() + "/missing"};
  options.output_path = folder_.path() + "/report.txt";
  std::ofstream(options.output_path) << "old";
  EXPECT_EQ(RunReport(options, &summary_).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadFile(options.output_path), "old");
  const TempFile file(Line("a.example") + "\n");
  options.inputs = {file.path()};
  options.output_path = folder_.path() + "/no/such/folder";
  EXPECT_EQ(RunReport(options, &summary_).code(), absl::StatusCode::kInvalidArgument);
  options.output_path = folder_.path();
  EXPECT_EQ(RunReport(options, &summary_).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RunReportTest, WritesNothingAfterASignal) {
  const TempFile file(Line("a.example") + "\n");
  ReportOptions options;
  options.inputs = {file.path()};
  options.output_path = folder_.path() + "/report.txt";
  // It waits until somebody takes it, whenever that is.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &set, nullptr), 0);
  ASSERT_EQ(kill(getpid(), SIGTERM), 0);
  EXPECT_TRUE(RunReport(options, &summary_).ok());
  EXPECT_EQ(summary_.signal, SIGTERM);
  EXPECT_EQ(ReadFile(options.output_path), "");
}

}  // namespace
}  // namespace caascan
