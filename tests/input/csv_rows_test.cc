#include "scanner/input/csv_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace caascan::input {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The rows of a text, each with its number in front; overlong ones begin with `!`.
std::vector<std::string> RowsOf(std::string_view text, const InputFields& fields = {}) {
  CsvRows rows(fields, "list.csv");
  std::vector<std::string> shown;
  io::Line row;
  const auto take = [&] {
    while (rows.Next(&row)) {
      shown.push_back((row.overlong ? "!" : "") + std::to_string(row.number) + " " +
                      std::string(row.text));
    }
  };
  io::Line line;
  while (!text.empty()) {
    line.text = io::TakeLine(&text);
    ++line.number;
    line.overlong = line.text.starts_with("OVERLONG");
    if (rows.IsPlainRow(line, line.text)) {
      shown.push_back(std::to_string(line.number) + " " + std::string(line.text));
    } else {
      rows.Add(line, line.text);
    }
    take();
  }
  rows.End();
  take();
  EXPECT_TRUE(rows.status().ok()) << rows.status();
  return shown;
}

TEST(CsvRowsTest, WhatIsNoRow) {
  EXPECT_THAT(RowsOf(""), IsEmpty());
  EXPECT_THAT(RowsOf("\n# a list\n \t\nrank,domain\n"), IsEmpty());
  EXPECT_THAT(RowsOf("# a list\nrank,domain\n\n1,a.example\n # x\n\n2,b.example\n"),
              ElementsAre("4 1,a.example", "7 2,b.example"));
}

TEST(CsvRowsTest, RowsThatWereHeldComeInOrder) {
  std::string text;
  std::vector<std::string> expected;
  for (int i = 1; i <= 150; ++i) {
    const std::string row = "a" + std::to_string(i) + ".example,b.example";
    text += row + "\n";
    expected.push_back(std::to_string(i) + " " + row);
  }
  EXPECT_EQ(RowsOf(text), expected);
  EXPECT_THAT(RowsOf("OVERLONG\nrank,domain\nOVERLONG\n1,a.example\n"),
              ElementsAre("!1 OVERLONG", "!3 OVERLONG", "4 1,a.example"));
  EXPECT_THAT(RowsOf("OVERLONG\n"), ElementsAre("!1 OVERLONG"));
}

TEST(CsvRowsTest, HeldRowsAreBounded) {
  InputFields fields;
  CsvRows rows(fields, "list.csv");
  const std::string filler(CsvRows::kMaxRowSize - 100, 'x');
  io::Line row;
  size_t lines = 0;
  while (!rows.columns_known()) {
    const std::string text = "a.example,b.example," + filler;
    rows.Add({text, ++lines, false, false}, text);
    (void)rows.Next(&row);
  }
  EXPECT_LE(lines, CsvRows::kMaxHeld / filler.size() + 1);
}

TEST(CsvRowsTest, QuotedLineFeeds) {
  struct Row {
    const char* what;
    std::string_view text;
    std::vector<std::string> rows;
  };
  const Row rows[] = {
      {"one", "a.example,\"x\ny\"\nb.example,z\n", {"1 a.example,\"x\ny\"", "3 b.example,z"}},
      {"several",
       "a.example,\"x\n\n# y\n\",\"z\nw\"\nb.example,1",
       {"1 a.example,\"x\n\n# y\n\",\"z\nw\"", "6 b.example,1"}},
      {"in the first row",
       "\"x\ny\",a.example\n1,b.example",
       {"1 \"x\ny\",a.example", "3 1,b.example"}},
      {"in a header", "domain,\"type\nof it\"\na.example,1", {"3 a.example,1"}},
      {"two quotes stand for one",
       "a.example,\"x\"\"\ny\"\nb.example,1",
       {"1 a.example,\"x\"\"\ny\"", "3 b.example,1"}},
      {"never closed",
       "a.example,\"x\nb.example,y\nc.example,z\n",
       {"1 a.example,\"x", "2 b.example,y", "3 c.example,z"}},
      {"not closed well",
       "a.example,\"x\nb.example,\"y\nc.example,z\n",
       {"1 a.example,\"x", "2 b.example,\"y", "3 c.example,z"}},
      {"the next one is",
       "a.example,\"x\nb.example,\"y\nz\"\nc.example,w\n",
       {"1 a.example,\"x", "2 b.example,\"y\nz\"", "4 c.example,w"}},
      {"broken in its own line",
       "a.example,\"x\"y\nb.example,z\n",
       {"1 a.example,\"x\"y", "2 b.example,z"}},
      {"a line that is too long",
       "a.example,\"x\nOVERLONG\"\nb.example,z\n",
       {"1 a.example,\"x", "!2 OVERLONG\"", "3 b.example,z"}},
      {"semicolons",
       "a.example;\"x\ny\"\nb.example;z\n",
       {"1 a.example;\"x\ny\"", "3 b.example;z"}},
  };
  for (const Row& row : rows) EXPECT_EQ(RowsOf(row.text), row.rows) << row.what;
}

TEST(CsvRowsTest, ARowOfLinesIsBounded) {
  const std::string line(1000, 'x');
  std::string text = "a.example,\"";
  size_t lines = 1;
  for (; text.size() + line.size() + 2 <= CsvRows::kMaxRowSize; ++lines) text += "\n" + line;
  EXPECT_EQ(RowsOf(text + "\"").size(), 1u);
  EXPECT_EQ(RowsOf(text + "\n" + line + "\"").size(), lines + 1);
}

/// Each line opens a quote that none closes, or that the next one breaks: no line is read often.
TEST(CsvRowsTest, HostileQuotesCostLittle) {
  const size_t kLines = 40'000;
  for (const char* line : {"a.example,\"", "a.example,\"\"\"", "\"", "\"\"\"x", "a,\"\"\"\"\"x"}) {
    std::string text;
    for (size_t i = 0; i < kLines; ++i) text.append(line).push_back('\n');
    size_t octets = 0;
    for (const std::string& row : RowsOf(text)) octets += row.size();
    EXPECT_GE(octets, text.size()) << line << ": nothing is lost";
  }
}

TEST(CsvRowsTest, APauseDecides) {
  InputFields fields;
  CsvRows rows(fields, "list.csv");
  io::Line row;
  EXPECT_FALSE(rows.Pause()) << "there is nothing to decide by";
  const std::string_view both = "a.example,b.example";
  rows.Add({both, 1, false, false}, both);
  EXPECT_FALSE(rows.Next(&row)) << "either may be the name";
  EXPECT_TRUE(rows.Pause());
  ASSERT_TRUE(rows.Next(&row));
  EXPECT_EQ(row.text, both);
  EXPECT_FALSE(rows.Next(&row));
  EXPECT_FALSE(rows.Pause());
  const std::string_view open = "c.example,\"x";
  rows.Add({open, 2, false, false}, open);
  EXPECT_FALSE(rows.Next(&row));
  EXPECT_FALSE(rows.Pause()) << "its quote may still close";
  rows.End();
  ASSERT_TRUE(rows.Next(&row));
  EXPECT_EQ(row.text, open);
}

TEST(CsvRowsTest, APauseBehindWhatMayBeAHeaderDecidesNothing) {
  for (const std::string_view header : {"Nazwa,Domena", "domain,host", "domain,2026"}) {
    InputFields fields;
    CsvRows rows(fields, "list.csv");
    io::Line row;
    rows.Add({header, 1, false, false}, header);
    EXPECT_FALSE(rows.Next(&row));
    EXPECT_FALSE(rows.Pause()) << header;
    const std::string_view next = "a.example,b.example";
    rows.Add({next, 2, false, false}, next);
    const bool known = rows.Next(&row) || (rows.Pause() && rows.Next(&row));
    ASSERT_TRUE(known) << header;
    EXPECT_EQ(row.text, next) << header;
    EXPECT_TRUE(rows.columns().header) << header;
  }
}

TEST(CsvRowsTest, OverlongLinesInFrontDecideNothing) {
  InputFields fields;
  CsvRows rows(fields, "list.csv");
  io::Line row;
  const std::string overlong(CsvRows::kMaxRowSize, 'x');
  for (size_t i = 0; i < 2 * CsvRows::kMaxHeld / overlong.size(); ++i) {
    rows.Add({overlong, i + 1, true, false}, overlong);
    ASSERT_TRUE(rows.Next(&row));
    EXPECT_TRUE(row.overlong);
    EXPECT_FALSE(rows.Pause());
  }
  const std::string_view next = "1,a.example";
  rows.Add({next, 99, false, false}, next);
  ASSERT_TRUE(rows.Next(&row));
  EXPECT_EQ(rows.columns().name, 1u);
}

TEST(CsvRowsTest, AMissingColumnEndsIt) {
  InputFields fields;
  fields.column = "owner";
  CsvRows rows(fields, "list.csv");
  const std::string_view header = "domain,type";
  rows.Add({header, 1, false, false}, header);
  io::Line row;
  EXPECT_FALSE(rows.Next(&row));
  EXPECT_TRUE(rows.columns_known());
  EXPECT_EQ(rows.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace caascan::input
