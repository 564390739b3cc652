// What a stranger writes must not become markup (HTML 13.1.2.3, 13.3).
#include "scanner/publish/html_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/report/hostile_table.h"

namespace caascan::publish {
namespace {

using report::HostileTable;
using report::Table;

size_t CountOf(std::string_view part, const std::string& text) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

std::string Page(const Table& table, size_t top = 0) {
  return HtmlReport({.title = "R", .schema = "", .tables = {table}}, top);
}

TEST(HtmlReportTest, ShowsMarkupAsTextWhereverItStands) {
  const std::string page = Page(HostileTable("</script><script>alert(1)</script>\"'"));
  EXPECT_EQ(CountOf("<script>", page), 3u) << "the page's own";
  EXPECT_EQ(CountOf("</script>", page), 4u) << "and the data's";
  EXPECT_EQ(CountOf("&lt;script&gt;alert", page), 1u) << "in the table";
  EXPECT_EQ(CountOf("style=", page), 0u) << "the policy knows none";
}

struct TopRow {
  const char* name;
  size_t rows;
  size_t top;
  size_t shown;
  const char* rest;
};

TEST(HtmlReportTest, ShowsSoManyRowsWithoutScriptAndCountsTheRest) {
  for (const TopRow& row : {TopRow{"all", 3, 0, 3, ""}, TopRow{"some", 3, 2, 2, "and 1 more"},
                            TopRow{"50 unasked", 2000, 0, 50, "and 1,950 more"},
                            TopRow{"more where asked", 2000, 1999, 1999, "and 1 more"}}) {
    Table table = HostileTable("x");
    table.rows.resize(row.rows, table.rows[0]);
    const std::string page = Page(table, row.top);
    EXPECT_EQ(CountOf("<td class=\"t\">", page), row.shown) << row.name;
    EXPECT_NE(page.find(row.rest), std::string::npos) << row.name;
  }
}

TEST(HtmlReportTest, CutsLongCellsBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "\xC3\xA9";
  text.insert(0, "a");  // So that octet 200 is in the middle of a letter.
  const std::string page = Page(HostileTable(text));
  const size_t begin = page.find("<td class=\"t\">a");
  ASSERT_NE(begin, std::string::npos);
  const std::string cell = page.substr(begin, page.find("</td>", begin) - begin);
  EXPECT_TRUE(cell.ends_with("\xC3\xA9...")) << cell;
}

TEST(HtmlReportTest, LeavesTablesWithoutRowsOut) {
  Table table = HostileTable("x");
  table.rows.clear();
  EXPECT_EQ(CountOf("<section", Page(table)), 0u);
  EXPECT_EQ(CountOf("href=", Page(table).substr(0, Page(table).find("<script"))), 0u);
}

}  // namespace
}  // namespace caascan::publish
