#include "scanner/input/csv_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace caascan::input {
namespace {

using Columns = std::vector<std::string_view>;

TEST(CsvRowTest, Columns) {
  struct Row {
    const char* what;
    std::string_view row;
    char separator;
    Columns columns;
  };
  const Row rows[] = {
      {"commas", "1,a.example", ',', {"1", "a.example"}},
      {"semicolons", "1;a.example", ';', {"1", "a.example"}},
      {"tabs", "1\ta.example", '\t', {"1", "a.example"}},
      {"one column", "a.example", ',', {"a.example"}},
      {"no separator", "a,b;c", 0, {"a,b;c"}},
      {"nothing", "", ',', {""}},
      {"nothing, without a separator", "", 0, {""}},
      {"empty columns", ",a,,b,", ',', {"", "a", "", "b", ""}},
      {"an empty column of tabs in front", "\ta.example", '\t', {"", "a.example"}},
      {"blanks", " 1 ,\t a.example \r", ',', {"1", "a.example"}},
      {"blanks beside tabs", " 1 \t a.example \r", '\t', {"1", "a.example"}},
      {"another separator", "1;2,a.example", ',', {"1;2", "a.example"}},
      {"quoted", R"("1","a.example")", ',', {"1", "a.example"}},
      {"a separator in quotes", R"("x, y",a.example)", ',', {"x, y", "a.example"}},
      {"quotes in quotes", R"("say ""b"" now",c)", ',', {R"(say "b" now)", "c"}},
      {"an empty quoted column", R"("",a)", ',', {"", "a"}},
      {"a quote alone", "\"", ',', {""}},
      {"a quote that never ends", R"(a,"b,c)", ',', {"a", "b,c"}},
      {"text behind the quote", R"("a"junk,7)", ',', {"a", "7"}},
      {"blanks around the quotes", R"( "a" ,7)", ',', {"a", "7"}},
      {"a quote inside", R"(5" disk,7)", ',', {"5\" disk", "7"}},
      {"a line feed in quotes", "\"a\nb\",7", ',', {"a\nb", "7"}},
      {"many quoted", R"("a","b","c""","d")", ',', {"a", "b", "c\"", "d"}},
  };
  CsvRow splitter;
  for (const Row& row : rows) {
    EXPECT_EQ(splitter.Split(row.row, row.separator), row.columns) << row.what;
  }
}

TEST(CsvRowTest, CutAnywhereItStaysInBounds) {
  const std::string row = R"(1,"a ""b"" c" ,d.example," ",x)";
  CsvRow splitter;
  for (size_t size = 0; size <= row.size(); ++size) {
    const std::string cut = row.substr(0, size);
    for (const char separator : {',', ';', '\t', '\0'}) {
      size_t octets = 0;
      for (const std::string_view column : splitter.Split(cut, separator)) octets += column.size();
      EXPECT_LE(octets, cut.size());
    }
  }
}

TEST(QuoteScannerTest, WhereALineLeavesOff) {
  struct Row {
    const char* what;
    std::string_view text;
    bool open;
    bool broken;
  };
  const Row rows[] = {
      {"no quotes", "a,b", false, false},
      {"quotes that end", R"("a","b")", false, false},
      {"quotes that do not", R"(a,"b)", true, false},
      {"two quotes stand for one", R"("a"")", true, false},
      {"three end", R"("a""")", false, false},
      {"an empty column", R"("")", false, false},
      {"a quote within a plain column", R"(5" disk)", false, false},
      {"a blank in front", R"(a, "b)", true, false},
      {"text behind the quote", R"("a"b)", false, true},
      {"a blank behind the quote", R"("a" ,b)", false, false},
      {"text behind the blank", R"("a" b)", false, true},
      {"a line feed inside", "\"a\nb\",c", false, false},
      {"broken stays so", R"("a"b,"c")", false, true},
  };
  for (const Row& row : rows) {
    QuoteScanner scanner(',');
    scanner.Read(row.text);
    EXPECT_EQ(scanner.open(), row.open) << row.what;
    EXPECT_EQ(scanner.broken(), row.broken) << row.what;
  }
}

TEST(QuoteScannerTest, WithoutASeparatorEachIsOne) {
  for (const char separator : kSeparators) {
    QuoteScanner any(0);
    any.Read(std::string("a") + separator + "\"b");
    EXPECT_TRUE(any.open());
  }
  QuoteScanner commas(',');
  commas.Read("a;\"b");
  EXPECT_FALSE(commas.open()) << "the quote is within a column";
}

}  // namespace
}  // namespace caascan::input
