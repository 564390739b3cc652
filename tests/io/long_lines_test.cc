#include "scanner/io/long_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/io/compressed.h"
#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Lines(const std::string& content, absl::Status* status) {
  const TempFile file(content);
  std::vector<std::string> lines;
  *status = ForEachLine(file.path(), [&lines](std::string_view line) {
    lines.emplace_back(line);
    return true;
  });
  return lines;
}

TEST(LongLinesTest, EveryLineComes) {
  absl::Status status;
  EXPECT_THAT(Lines("a\n\nb\n", &status), ElementsAre("a", "", "b"));
  EXPECT_TRUE(status.ok());
  EXPECT_THAT(Lines("", &status), ElementsAre());
  EXPECT_TRUE(status.ok());
  EXPECT_THAT(Lines(Zstd("a\n") + Zstd("b\n"), &status), ElementsAre("a", "b"));
}

TEST(LongLinesTest, LinesMayBeLong) {
  absl::Status status;
  const std::string longest(3'000'000, 'x');
  EXPECT_THAT(Lines("a\n" + longest + "\nb\n", &status), ElementsAre("a", longest, "b"));
  EXPECT_TRUE(status.ok());
  (void)Lines(std::string((16u << 20) + (1u << 20), 'x'), &status);
  EXPECT_TRUE(absl::IsDataLoss(status));
}

TEST(LongLinesTest, ItSaysWhatIsWrongBehindWhatCanBeRead) {
  absl::Status status;
  EXPECT_THAT(Lines("a\nb", &status), ElementsAre("a"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("torn"));
  const std::string whole = Zstd("a\n");
  (void)Lines(whole.substr(0, whole.size() - 2), &status);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_TRUE(
      absl::IsDataLoss(ForEachLine("/no/such/file", [](std::string_view) { return true; })));
}

TEST(LongLinesTest, ItEndsWhereItIsTold) {
  const TempFile file("a\nb\ntorn");
  int lines = 0;
  EXPECT_TRUE(ForEachLine(file.path(), [&lines](std::string_view) { return ++lines < 2; }).ok());
  EXPECT_EQ(lines, 2);
}

}  // namespace
}  // namespace caascan::io
