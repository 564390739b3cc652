// Blocks of lines, their numbers, and lists of broken lines.
#include "scanner/report/record_blocks.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/io/temp_file.h"

namespace caascan::report {
namespace {

TEST(BrokenLinesTest, LocatesTheFirstAndCountsAll) {
  BrokenLines one;
  BrokenLines two;
  for (uint64_t line = 100; line > 0; --line) (line % 2 == 0 ? one : two).Add(1, line, "x");
  two.Add(0, 500, "y");
  one.Merge(two);
  EXPECT_EQ(one.count(), 101u);
  ASSERT_EQ(one.located().size(), BrokenLines::kMaxLocated);
  EXPECT_EQ(one.located()[0].line, 500u);
  EXPECT_EQ(one.located()[0].problem, "y");
  for (size_t i = 1; i < one.located().size(); ++i) EXPECT_EQ(one.located()[i].line, i);
}

using NumberedLines = std::vector<std::pair<uint64_t, std::string>>;

struct LinesRow {
  const char* name;
  std::string text;
  NumberedLines lines;
};

TEST(ForEachLineTest, NumbersLinesAndLeavesBlankOnesOut) {
  for (const LinesRow& row :
       {LinesRow{"nothing", "", {}}, LinesRow{"one", "a\n", {{7, "a"}}},
        LinesRow{"without its line feed", "a\nb", {{7, "a"}, {8, "b"}}},
        LinesRow{"blank lines count", "\n \t\r\na\n", {{9, "a"}}},
        LinesRow{"a carriage return is the line's", "a\r\nb\n", {{7, "a\r"}, {8, "b"}}}}) {
    NumberedLines lines;
    ForEachLine(row.text, 7, [&lines](std::string_view line, uint64_t number) {
      lines.emplace_back(number, line);
    });
    EXPECT_EQ(lines, row.lines) << row.name;
  }
}

class RecordBlocksTest : public testing::Test {
 protected:
  /// All lines as "input:number line".
  std::vector<std::string> ReadAll(std::vector<std::string> paths) {
    RecordBlocks blocks(std::move(paths), wake_.get());
    std::vector<std::string> lines;
    io::Block block;
    size_t input = 0;
    uint64_t first = 0;
    while (blocks.Next(&block, &input, &first, &broken_)) {
      ForEachLine(block.text(), first, [&](std::string_view line, uint64_t number) {
        lines.push_back(std::to_string(input) + ":" + std::to_string(number) + " " +
                        std::string(line));
      });
    }
    bytes_ = blocks.bytes();
    return lines;
  }

  std::unique_ptr<io::WakeFd> wake_ = *io::WakeFd::Create();
  BrokenLines broken_;
  uint64_t bytes_ = 0;
};

TEST_F(RecordBlocksTest, NumbersTheLinesOfEachInputAnew) {
  const io::TempFile one("a\nb");
  const io::TempFile two("\nc\n");
  EXPECT_EQ(ReadAll({one.path(), two.path()}),
            (std::vector<std::string>{"0:1 a", "0:2 b", "1:2 c"}));
  EXPECT_EQ(bytes_, 6u);
  EXPECT_EQ(broken_.count(), 0u);
}

TEST_F(RecordBlocksTest, KnowsTheNumberOfEveryLineOfManyBlocks) {
  std::string text;
  constexpr uint64_t kLines = 200'000;
  for (uint64_t line = 1; line <= kLines; ++line) {
    text += std::to_string(line) + std::string(line % 50, '.') + "\n";
  }
  const io::TempFile file(text);
  const std::vector<std::string> lines = ReadAll({file.path()});
  ASSERT_EQ(lines.size(), kLines);
  for (uint64_t line = 1; line <= kLines; ++line) {
    const std::string number = std::to_string(line);
    ASSERT_TRUE(lines[line - 1].starts_with("0:" + number + " " + number)) << lines[line - 1];
  }
}

TEST_F(RecordBlocksTest, NotesAnInputThatBreaksOffAndGoesOn) {
  const io::TempFile torn(std::string("\x1F\x8B\x08", 3));  // The beginning of a gzip member.
  const io::TempFile sound("a\n");
  EXPECT_EQ(ReadAll({torn.path(), sound.path()}), (std::vector<std::string>{"1:1 a"}));
  ASSERT_EQ(broken_.located().size(), 1u);
  EXPECT_EQ(broken_.located()[0].input, 0u);
  EXPECT_EQ(broken_.located()[0].line, 1u);
  EXPECT_NE(broken_.located()[0].problem, "");
}

}  // namespace
}  // namespace caascan::report
