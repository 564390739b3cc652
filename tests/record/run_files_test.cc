#include "scanner/record/run_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "scanner/io/file_lock.h"
#include "tests/io/temp_file.h"

namespace caascan::record {
namespace {

using io::TempFile;
using io::TempFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kRecord = R"({"name":"a.example","outcome":"permit","reason":"no_caa"})";

class RunFilesTest : public testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
    return Path(name);
  }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  static std::string Complaint(const std::vector<RunFile>& inputs,
                               const std::vector<RunFile>& outputs) {
    const absl::Status status = CheckRunFiles(inputs, outputs);
    EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status));
    return std::string(status.message());
  }

  const TempFolder folder_;
};

TEST_F(RunFilesTest, AnInputIsNoOutputWhateverItIsCalled) {
  const std::string list = File("list", "a.example\n");
  ASSERT_EQ(symlink(list.c_str(), Path("soft").c_str()), 0);
  ASSERT_EQ(symlink("soft", Path("softer").c_str()), 0);
  ASSERT_EQ(link(list.c_str(), Path("hard").c_str()), 0);
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  for (const std::string& other :
       {list, Path("soft"), Path("softer"), Path("hard"), Path("./list"),
        Path("../") + folder_.path().substr(folder_.path().rfind('/') + 1) + "/list"}) {
    EXPECT_THAT(Complaint({{"", list}}, {{"-o", other}}),
                AllOf(HasSubstr("same file: " + list), HasSubstr("-o " + other)));
    EXPECT_THAT(Complaint({{"--blocklist", other}}, {{"--status", list}}),
                HasSubstr("--blocklist " + other + " and --status " + list));
  }
  EXPECT_THAT(Complaint({{"", Path("fifo")}}, {{"-o", Path("fifo")}}), HasSubstr("same file"));
  EXPECT_EQ(Complaint({{"", list}}, {{"-o", Path("new")}}), "");
  EXPECT_EQ(Complaint({{"", list}}, {{"-o", File("copy", "a.example\n")}}), "");
}

TEST_F(RunFilesTest, TwoOutputsAreTwoFilesThoughNeitherIsThere) {
  EXPECT_THAT(Complaint({}, {{"-o", Path("x")}, {"--status", Path("./x")}}),
              AllOf(HasSubstr("two outputs"), HasSubstr("-o"), HasSubstr("--status")));
  EXPECT_EQ(Complaint({}, {{"-o", Path("x")}, {"--status", Path("y")}}), "");
  EXPECT_EQ(Complaint({}, {{"-o", Path("none/x")}, {"--status", Path("none/x")}}), "")
      << "which cannot be created: that is said later";
}

TEST_F(RunFilesTest, DevicesMayBeAnything) {
  EXPECT_EQ(Complaint({{"", "/dev/null"}}, {{"-o", "/dev/null"}, {"--status", "/dev/null"}}), "");
}

TEST_F(RunFilesTest, WhatAnotherProgramWritesIsInUse) {
  const std::string path = File("out", "");
  const auto lock = io::FileLock::Take(path);
  EXPECT_THAT(Complaint({}, {{"-o", path}}), HasSubstr(path + ": it is in use"));
}

TEST_F(RunFilesTest, NoOperandIsStandardInput) {
  ASSERT_EQ(Operands({}).size(), 1u);
  EXPECT_EQ(Operands({})[0].path, "-");
  EXPECT_EQ(Operands({"a", "b"})[1].path, "b");
}

struct HoldsRow {
  const char* name;
  std::string text;
  bool holds;
};

class HoldsRecordsTest : public testing::TestWithParam<HoldsRow> {};

TEST_P(HoldsRecordsTest, LooksAtTheFirstLine) {
  const TempFile file(GetParam().text);
  EXPECT_EQ(HoldsRecords(file.path()), GetParam().holds);
  const absl::Status replaced = CheckReplaced({}, {{"-o", file.path()}}, /*overwrite=*/false);
  EXPECT_EQ(replaced.ok(), !GetParam().holds);
  if (!replaced.ok()) {
    EXPECT_THAT(std::string(replaced.message()),
                AllOf(HasSubstr("--overwrite"), HasSubstr("--resume"), HasSubstr(file.path())));
  }
  EXPECT_TRUE(CheckReplaced({}, {{"-o", file.path()}}, /*overwrite=*/true).ok());
}

const std::string& Record() {
  static const std::string text = kRecord;
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, HoldsRecordsTest,
    testing::Values(HoldsRow{"Empty", "", false}, HoldsRow{"Record", Record() + "\n", true},
                    HoldsRow{"Records", Record() + "\n" + Record() + "\n", true},
                    HoldsRow{"TornBehindOne", Record() + "\n{\"na", true},
                    HoldsRow{"TornAlone", Record(), false}, HoldsRow{"List", "a.example\n", false},
                    HoldsRow{"Report", "{\"report\":{}}\n", false},
                    HoldsRow{"Change",
                             R"({"name":"a.example","changed":["caa"],"old":{}})"
                             "\n",
                             false},
                    HoldsRow{"Long", std::string(3'000'000, 'x') + "\n", false},
                    HoldsRow{"LongRecord",
                             R"({"name":"a.example","reason":"no_caa","x":")" +
                                 std::string(900'000, 'x') + "\"}\n",
                             true}),
    [](const auto& row) { return row.param.name; });

TEST(HoldsRecordsTest, WhatIsNoFileHoldsNone) {
  EXPECT_FALSE(HoldsRecords("/dev/null"));
  EXPECT_FALSE(HoldsRecords("/missing"));
  EXPECT_FALSE(HoldsRecords("/tmp"));
}

}  // namespace
}  // namespace caascan::record
