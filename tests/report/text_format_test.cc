#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "scanner/report/formats/formats.h"
#include "tests/report/hostile_table.h"

namespace caascan::report {
namespace {

TEST(TextReportTest, FitsAHundredColumnsAndCountsWhatIsLeftOut) {
  Table table = HostileTable(std::string(500, 'x'));
  table.columns.insert(table.columns.begin() + 1, {"more", "more", ColumnKind::kText});
  for (std::vector<Cell>& row : table.rows) row.insert(row.begin() + 1, std::string(500, 'y'));
  for (int i = 0; i < 5; ++i) table.rows.push_back(table.rows.front());
  table.note = std::string(60, 'a') + ' ' + std::string(60, 'b');
  table.missed = 3;
  std::istringstream text(TextReport({.title = "R", .schema = "urn:x", .tables = {table}}, 2));
  size_t longest = 0;
  bool more = false;
  bool missed = false;
  for (std::string line; std::getline(text, line);) {
    longest = std::max(longest, line.size());
    more = more || line == "  and 4 more";
    missed = missed || line.find("too small by 3 at most") != std::string::npos;
  }
  EXPECT_LE(longest, 100u);
  EXPECT_GT(longest, 90u);
  EXPECT_TRUE(more);
  EXPECT_TRUE(missed);
}

TEST(TextReportTest, FitsAHundredColumnsWhateverTheCounts) {
  for (const uint64_t names : {uint64_t{1}, uint64_t{99'999}, uint64_t{170'000'000},
                               uint64_t{40'000'000'000}, UINT64_MAX}) {
    Table table = HostileTable(std::string(300, 'x'));
    for (const char* code : {"permit", "deny", "servfail", "timeout", "lame", "with CAA"}) {
      table.columns.insert(table.columns.end() - 1, {code, code, ColumnKind::kCount});
    }
    table.rows = {{std::string(300, 'x'), names, names, names, names, names, names, names,
                   Share{names / 1000, names}}};
    std::istringstream text(TextReport({.title = "R", .schema = "urn:x", .tables = {table}}, 0));
    size_t longest = 0;
    for (std::string line; std::getline(text, line);) longest = std::max(longest, line.size());
    EXPECT_LE(longest, 100u) << names;
    EXPECT_GT(longest, 80u) << names;
  }
}

TEST(TextReportTest, BreaksWhatIsToBeReadInFull) {
  Table table = {.id = "t",
                 .title = "T",
                 .note = "",
                 .columns = {{"a", "a", ColumnKind::kText}, {"b", "b", ColumnKind::kText}},
                 .rows = {},
                 .wrapped = true};
  table.rows.push_back({std::string("order"), std::string(60, 'x') + ' ' + std::string(60, 'y')});
  EXPECT_EQ(TextReport({.title = "R", .schema = "", .tables = {table}}, 0),
            "R\n\nT\n=\n  a      b\n  order  " + std::string(60, 'x') + "\n         " +
                std::string(60, 'y') + "\n");
}

TEST(TextReportTest, LeavesTablesWithoutRowsOut) {
  Table table = HostileTable("x");
  table.rows.clear();
  EXPECT_EQ(TextReport({.title = "R", .schema = "", .tables = {table}}, 0), "R\n");
}

TEST(MissedNoteTest, IsThereOnlyWhereCountsMayBeOff) {
  Table table;
  EXPECT_EQ(MissedNote(table), "");
  table.missed = 1234;
  EXPECT_NE(MissedNote(table).find("1,234"), std::string::npos);
}

}  // namespace
}  // namespace caascan::report
