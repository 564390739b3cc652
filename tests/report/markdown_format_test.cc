#include <gtest/gtest.h>

#include <string>

#include "scanner/report/formats/formats.h"
#include "tests/report/hostile_table.h"

namespace caascan::report {
namespace {

TEST(MarkdownReportTest, ShowsMarkupAsText) {
  const std::string markdown = MarkdownReport(
      {.title = "R", .schema = "urn:x", .tables = {HostileTable("<script>|[x](y)*`")}}, 0);
  EXPECT_NE(markdown.find(R"(| &lt;script&gt;\|\[x\](y)\*\` | 1 |)"), std::string::npos)
      << markdown;
}

struct MarkdownRow {
  const char* name;
  const char* text;
  const char* markdown;
};

// GitHub Flavored Markdown 0.29: backslash escapes (6.1), raw HTML (6.10), tables (4.10).
TEST(MarkdownTextTest, EscapesWhatWouldBeMarkup) {
  for (const MarkdownRow& row :
       {MarkdownRow{"plain", "a b", "a b"}, MarkdownRow{"column", "a|b", "a\\|b"},
        MarkdownRow{"backslash", "\\|", "\\\\\\|"}, MarkdownRow{"code", "`x`", "\\`x\\`"},
        MarkdownRow{"emphasis", "*x* _y_", "\\*x\\* \\_y\\_"},
        MarkdownRow{"strikethrough", "~~x~~", "\\~\\~x\\~\\~"},
        MarkdownRow{"link", "[x](y)", "\\[x\\](y)"}, MarkdownRow{"image", "![x]", "\\!\\[x\\]"},
        MarkdownRow{"heading", "# x", "\\# x"}, MarkdownRow{"HTML", "<b>", "&lt;b&gt;"},
        MarkdownRow{"entity", "&lt;", "&amp;lt;"}}) {
    EXPECT_EQ(MarkdownText(row.text), row.markdown) << row.name;
  }
}

TEST(MarkdownReportTest, IsATableOfThoseColumnsThatThereIsRoomFor) {
  Table table = HostileTable("x");
  table.columns[2].detail = true;
  table.rows.push_back(table.rows[0]);
  table.rows.push_back(table.rows[0]);
  table.missed = 2;
  EXPECT_EQ(MarkdownReport({.title = "R", .schema = "", .tables = {table}}, 2),
            "# R\n\n## Title\n\nA note.\n\n" + MissedNote(table) +
                "\n\n| text | names |\n| --- | ---: |\n| x | 1 |\n| x | 1 |\n\nand 1 more\n");
}

TEST(MarkdownReportTest, LeavesTablesWithoutRowsOut) {
  Table table = HostileTable("x");
  table.rows.clear();
  EXPECT_EQ(MarkdownReport({.title = "R", .schema = "", .tables = {table}}, 0), "# R\n");
}

}  // namespace
}  // namespace caascan::report
