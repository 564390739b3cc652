#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "caascan/outcome.h"
#include "caascan/scanner.h"

namespace caascan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ScanSummary Some() {
  ScanSummary summary;
  summary.outcomes[static_cast<size_t>(Outcome::kPermit)] = 3;
  summary.outcomes[static_cast<size_t>(Outcome::kTimeout)] = 1;
  summary.slowest = {{"slow.example", 2, std::chrono::seconds(9)},
                     {"\x1b[2J\xc3\xa9", 1, std::chrono::seconds(1)}};
  return summary;
}

TEST(SummaryScreenTest, HasOutcomesSlowOperatorsAndWhatToDoNext) {
  ScanOptions options;
  options.output_path = "out.ndjson";
  EXPECT_THAT(
      SummaryScreen(options, Some()),
      ElementsAre("  permit              3   75.0 %", "  timeout             1   25.0 %",
                  "  slowest operators, by their names that took a second or more:",
                  "    slow.example                                     2 names, 4.5 s each",
                  "    ?[2J??                                           1 name, 1.0 s each",
                  "  next: caascan report out.ndjson"));
}

struct NextRow {
  const char* name;
  const char* path;
  int signal;
  const char* next;
};

class NextStepTest : public testing::TestWithParam<NextRow> {};

TEST_P(NextStepTest, IsTheLastLine) {
  ScanOptions options;
  options.output_path = GetParam().path;
  ScanSummary summary;
  summary.signal = GetParam().signal;
  EXPECT_THAT(SummaryScreen(options, summary).back(), HasSubstr(GetParam().next));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, NextStepTest,
    testing::Values(NextRow{"StandardOutput", "", 0, "-o FILE keeps the records"},
                    NextRow{"Compressed", "a/o.zst", 0, "caascan report a/o.zst"},
                    NextRow{"Quoted", "it's mine", 0, R"(caascan report 'it'\''s mine')"},
                    NextRow{"Terminal", "\x1b[2J", 0, "caascan report '?[2J'"},
                    NextRow{"Csv", "o.csv.gz", 0, "open o.csv.gz"},
                    NextRow{"Stopped", "o.ndjson", SIGINT, "--resume goes on"},
                    NextRow{"StoppedCsv", "o.csv", SIGINT, "open o.csv"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace caascan
