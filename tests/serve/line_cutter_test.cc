#include "scanner/serve/line_cutter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace caascan::serve {
namespace {

/// Lines as text, with a + behind an overlong one; cut into pieces of `size` octets.
std::vector<std::string> Lines(std::string_view body, size_t size) {
  std::vector<std::string> lines;
  LineCutter cutter(8);
  const auto take = [&lines](const LineCutter::Line& line) {
    EXPECT_EQ(line.number, lines.size() + 1);
    lines.push_back(std::string(line.text) + (line.overlong ? "+" : ""));
  };
  for (size_t at = 0; at < body.size(); at += size) cutter.Add(body.substr(at, size), take);
  cutter.End(take);
  return lines;
}

TEST(LineCutterTest, LinesDoNotDependOnThePieces) {
  struct Row {
    const char* name;
    std::string body;
    std::vector<std::string> lines;
  };
  const Row rows[] = {
      {"nothing", "", {}},
      {"a line", "abc\n", {"abc"}},
      {"the last without a line feed", "abc\nde", {"abc", "de"}},
      {"empty lines count", "\n\nx\n\n", {"", "", "x", ""}},
      {"as long as may be", "12345678\nx\n", {"12345678", "x"}},
      {"longer", "123456789\nx\n", {"12345678+", "x"}},
      {"much longer, at the end", "x\n" + std::string(100, '1'), {"x", "11111111+"}},
      {"NUL and what is no UTF-8",
       std::string("a\0b\n\xff\n", 6),
       {std::string("a\0b", 3), "\xff"}},
  };
  for (const Row& row : rows) {
    for (size_t size = 1; size <= row.body.size() + 1; ++size) {
      EXPECT_EQ(Lines(row.body, size), row.lines) << row.name << " by " << size;
    }
  }
}

}  // namespace
}  // namespace caascan::serve
