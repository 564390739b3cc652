// JSON and CSV.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "scanner/report/formats/formats.h"
#include "tests/report/hostile_table.h"

namespace caascan::report {
namespace {

struct CsvRow {
  const char* text;
  const char* field;
};

/// RFC 4180 §2.
TEST(CsvTableTest, QuotesAndDefuses) {
  for (const CsvRow& row :
       {CsvRow{"plain", "plain"}, CsvRow{"a,b", "\"a,b\""}, CsvRow{"a\"b", "\"a\"\"b\""},
        CsvRow{"a\nb", "a b"}, CsvRow{"=1+1", "'=1+1"}, CsvRow{"@x", "'@x"}}) {
    const std::string csv = CsvTable(HostileTable(row.text));
    const std::string head = "text,names,share,share_low,share_high\r\n";
    ASSERT_TRUE(csv.starts_with(head)) << csv;
    EXPECT_TRUE(csv.substr(head.size()).starts_with(std::string(row.field) + ",1,0.25,")) << csv;
  }
}

TEST(JsonReportTest, EscapesAndSaysNull) {
  Table table = HostileTable("\x1B\"</script>");
  table.rows.push_back({std::string("x"), uint64_t{2}, {}});
  table.missed = 7;
  EXPECT_EQ(JsonReport({.title = "R", .schema = "urn:x", .tables = {table}}).substr(0, 108),
            "{\"schema\":\"urn:x\",\n\"t\":{\"missed\":7,\"rows\":[\n"
            "{\"text\":\"\\u001b\\\"</script>\",\"names\":1,\"share\":0.25,\"share_low\":0");
  EXPECT_NE(JsonReport({.title = "R", .schema = "urn:x", .tables = {table}})
                .find(R"("share":null,"share_low":null,"share_high":null)"),
            std::string::npos);
}

/// A table of one column and one cell.
Table OneCell(ColumnKind kind, Cell cell) {
  Table table;
  table.id = "t";
  table.columns = {{"c", "C", kind}};
  table.rows.push_back({std::move(cell)});
  return table;
}

struct CellRow {
  const char* name;
  ColumnKind kind;
  Cell cell;
  const char* json;  // As docs/report.schema.json has it.
  const char* csv;
};

TEST(DataFormatsTest, WriteEachKindOfCell) {
  for (const CellRow& row :
       {CellRow{"text", ColumnKind::kText, std::string("x"), R"("x")", "x"},
        CellRow{"no text", ColumnKind::kText, {}, "null", ""},
        CellRow{"count", ColumnKind::kCount, uint64_t{1234567}, "1234567", "1234567"},
        CellRow{"largest count", ColumnKind::kCount, std::numeric_limits<uint64_t>::max(),
                "18446744073709551615", "18446744073709551615"},
        CellRow{"number", ColumnKind::kNumber, 0.5, "0.5", "0.5"},
        CellRow{"time", ColumnKind::kTime, int64_t{0}, R"("1970-01-01T00:00:00.000Z")",
                "1970-01-01T00:00:00.000Z"},
        CellRow{"quotes", ColumnKind::kText, std::string("a\"b"), R"("a\"b")", R"("a""b")"},
        CellRow{"line break", ColumnKind::kText, std::string("a\r\nb"), R"("a\r\nb")", "a  b"}}) {
    const Table table = OneCell(row.kind, row.cell);
    EXPECT_EQ(CsvTable(table), std::string("c\r\n") + row.csv + "\r\n") << row.name;
    EXPECT_EQ(JsonReport({.title = "R", .schema = "urn:x", .tables = {table}}),
              std::string("{\"schema\":\"urn:x\",\n\"t\":{\"missed\":0,\"rows\":[\n{\"c\":") +
                  row.json + "}]}}\n")
        << row.name;
  }
}

TEST(DataFormatsTest, AShareOfNothingIsEmpty) {
  const Table table = OneCell(ColumnKind::kShare, Share{0, 0});
  EXPECT_EQ(CsvTable(table), "c,c_low,c_high\r\n,,\r\n");
  EXPECT_NE(JsonReport({.title = "R", .schema = "urn:x", .tables = {table}})
                .find(R"({"c":null,"c_low":null,"c_high":null})"),
            std::string::npos);
}

}  // namespace
}  // namespace caascan::report
