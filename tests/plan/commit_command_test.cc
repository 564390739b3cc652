#include "scanner/plan/commit_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>

#include "tests/io/temp_file.h"

namespace caascan::plan {
namespace {

using testing::HasSubstr;

const CommitFacts kFacts = {"abc-00007", "/out/chunk-00007.ndjson.zst", "chunk-00007.ndjson.zst"};

struct Row {
  const char* name;
  std::string command;
  std::string file;
  std::string want;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class CommitLineTest : public testing::TestWithParam<Row> {};

TEST_P(CommitLineTest, ReplacesWhatStandsForTheResult) {
  CommitFacts facts = kFacts;
  if (!GetParam().file.empty()) facts.file = GetParam().file;
  EXPECT_EQ(CommitLine(GetParam().command, facts), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Rows, CommitLineTest,
                         testing::ValuesIn(std::vector<Row>{
                             {"Nothing", "true", "", "true"},
                             {"Chunk", "put --token '{chunk}' <{file}", "",
                              "put --token 'abc-00007' </out/chunk-00007.ndjson.zst"},
                             {"Braces", "copy {} x:{name}", "",
                              "copy /out/chunk-00007.ndjson.zst x:chunk-00007.ndjson.zst"},
                             {"OtherBraces", "awk '{print}' {other}", "", "awk '{print}' {other}"},
                             {"Blank", "cat {file}", "/my out/f", "cat '/my out/f'"},
                             {"Quote", "cat {file}", "/it's $(x)/f", "cat '/it'\\''s $(x)/f'"},
                         }),
                         [](const testing::TestParamInfo<Row>& row) { return row.param.name; });

class RunCommitTest : public testing::Test {
 protected:
  absl::Status Run(const std::string& command) const {
    return RunCommit(command, kFacts, abandon_);
  }
  std::string Read(const std::string& name) const {
    std::ifstream in(folder_.path() + "/" + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  const io::TempFolder folder_;
  std::atomic<bool> abandon_{false};
};

TEST_F(RunCommitTest, TheShellRunsIt) {
  ASSERT_TRUE(Run("echo $CAASCAN_CHUNK {name} $CAASCAN_FILE > " + folder_.path() + "/got").ok());
  EXPECT_EQ(Read("got"), "abc-00007 chunk-00007.ndjson.zst /out/chunk-00007.ndjson.zst\n");
}

TEST_F(RunCommitTest, ItHasNothingToRead) { EXPECT_TRUE(Run("test -z \"$(cat)\"").ok()); }

TEST_F(RunCommitTest, AnythingButExitStatusZeroIsAFailure) {
  EXPECT_THAT(std::string(Run("exit 7").message()),
              HasSubstr("chunk-00007.ndjson.zst: exit status 7"));
  EXPECT_THAT(std::string(Run("kill -9 $$").message()), HasSubstr("signal 9"));
  EXPECT_THAT(std::string(Run("no-such-program 2>/dev/null").message()),
              HasSubstr("exit status 127"));
}

TEST_F(RunCommitTest, OnceAbandonedItIsEnded) {
  abandon_ = true;
  EXPECT_THAT(std::string(Run("sleep 100").message()), HasSubstr("signal 15"));
}

}  // namespace
}  // namespace caascan::plan
