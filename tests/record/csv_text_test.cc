#include "scanner/record/csv_text.h"

#include <gtest/gtest.h>

#include <string>

namespace caascan::record {
namespace {

struct CsvRow {
  const char* name;
  std::string text;
  std::string field;
};

class CsvTextTest : public testing::TestWithParam<CsvRow> {};

TEST_P(CsvTextTest, IsOneFieldOfOneLine) {
  std::string out = "x,";
  AppendOneLineCsvField(GetParam().text, &out);
  EXPECT_EQ(out, "x," + GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CsvTextTest,
    testing::Values(CsvRow{"Empty", "", ""}, CsvRow{"Plain", "a.example", "a.example"},
                    CsvRow{"Comma", "a,b", "\"a,b\""}, CsvRow{"Quote", "a\"b", "\"a\"\"b\""},
                    CsvRow{"Blank", " a b", " a b"}, CsvRow{"Formula", "=1+1", "'=1+1"},
                    CsvRow{"FormulaInQuotes", "=a(\"x\",1)", "\"'=a(\"\"x\"\",1)\""},
                    CsvRow{"Plus", "+1", "'+1"}, CsvRow{"Minus", "-a.example", "'-a.example"},
                    CsvRow{"At", "@a", "'@a"}, CsvRow{"Tab", "\t=1", " =1"},
                    CsvRow{"EqualsWithin", "a=1", "a=1"}, CsvRow{"LineEnds", "a\r\nb", "a  b"},
                    CsvRow{"Terminal", "\x1b[2J", " [2J"},
                    CsvRow{"Zero", std::string("\0", 1), " "}, CsvRow{"C1Control", "\xc2\x9b", " "},
                    CsvRow{"RightToLeft",
                           "a\xe2\x80\xae"
                           "b",
                           "a b"},
                    CsvRow{"ArabicMark",
                           "a\xd8\x9c"
                           "b",
                           "a b"},
                    CsvRow{"Isolate",
                           "\xe2\x81\xa7"
                           "b",
                           " b"},
                    CsvRow{"LineSeparator", "\xe2\x80\xa8", " "},
                    CsvRow{"Utf8", "b\xc3\xbc", "b\xc3\xbc"},
                    CsvRow{"NoUtf8", "a\xff", "a\xef\xbf\xbd"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(CsvFieldTest, KeepsLineEnds) {
  std::string out;
  AppendCsvField("\ta\r\nb", &out);
  EXPECT_EQ(out, "\"'\ta\r\nb\"");
}

}  // namespace
}  // namespace caascan::record
