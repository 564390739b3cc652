// What a stranger writes must not become markup (HTML 13.1.2.3, 13.3).
#include "scanner/publish/html_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/report/hostile_table.h"

namespace caascan::publish {
namespace {

using report::Cell;
using report::HostileTable;
using report::Share;
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
  Table table = HostileTable("<script>alert(1)</script>\"'");
  table.plotted = true;
  const std::string page = Page(table);
  EXPECT_EQ(CountOf("<script>", page), 1u) << "the page's own";
  EXPECT_EQ(CountOf("&lt;script&gt;alert", page), 2u) << "in the table and beside its bar";
  EXPECT_EQ(CountOf("style=", page), 0u) << "the policy knows none";
}

TEST(HtmlReportTest, NumbersAreSortedByTheirValues) {
  Table table = HostileTable("x");
  table.rows[0][1] = uint64_t{1234567};
  table.rows.push_back({std::string("y"), uint64_t{2}, Share{0, 0}});
  const std::string page = Page(table);
  EXPECT_EQ(CountOf("<td class=\"n\" data-v=\"1234567\">1,234,567</td>", page), 1u);
  EXPECT_EQ(CountOf("data-v=\"0.25\"", page), 1u);
  EXPECT_EQ(CountOf("<td class=\"n\"></td>", page), 1u) << "no share, and none to sort by";
}

struct TopRow {
  const char* name;
  size_t rows;
  size_t top;
  size_t shown;
  const char* rest;
};

TEST(HtmlReportTest, ShowsSoManyRowsAndCountsTheRest) {
  for (const TopRow& row : {TopRow{"all", 3, 0, 3, ""}, TopRow{"some", 3, 2, 2, "and 1 more"},
                            TopRow{"500 unasked", 2000, 0, 500, "and 1,500 more"},
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

TEST(HtmlReportTest, DrawsABarForEachOfTheFirstRows) {
  Table table = HostileTable("x");
  table.plotted = true;
  table.rows.resize(20, table.rows[0]);
  EXPECT_EQ(CountOf("<rect ", Page(table)), 12u);
  EXPECT_EQ(CountOf("<line class=\"w\"", Page(table)), 12u) << "its interval";
  table.rows[3][2] = Cell();
  EXPECT_EQ(CountOf("<line class=\"w\"", Page(table)), 0u) << "counts, where one has no share";
}

TEST(HtmlReportTest, DrawsNothingWhereAllIsZero) {
  Table table = HostileTable("x");
  table.plotted = true;
  table.rows[0] = {std::string("x"), uint64_t{0}, Share{}};
  EXPECT_EQ(CountOf("<svg", Page(table)), 0u);
}

TEST(HtmlReportTest, DrawsADistribution) {
  Table table = HostileTable("x");
  table.curve = {{0.5, 0}, {0.9, 10}, {1, 1000}};
  table.curve_title = "So <many>";
  const std::string page = Page(table);
  EXPECT_EQ(CountOf("<polyline", page), 1u);
  EXPECT_EQ(CountOf("aria-label=\"So &lt;many&gt;\"", page), 1u);
  EXPECT_EQ(CountOf("nan", page) + CountOf("inf,", page), 0u) << "0 has no logarithm";
}

TEST(HtmlReportTest, LeavesTablesWithoutRowsOut) {
  Table table = HostileTable("x");
  table.rows.clear();
  EXPECT_EQ(CountOf("<section", Page(table)), 0u);
  EXPECT_EQ(CountOf("href", Page(table)), 0u);
}

}  // namespace
}  // namespace caascan::publish
