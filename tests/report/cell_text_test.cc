#include "scanner/report/formats/cell_text.h"

#include <gtest/gtest.h>

#include <string>

namespace caascan::report {
namespace {

struct PrintableRow {
  const char* name;
  std::string text;
  std::string printable;
};

TEST(PrintableTextTest, LetsNothingThroughThatATerminalObeys) {
  for (const PrintableRow& row :
       {PrintableRow{"plain", "a b", "a b"},
        PrintableRow{"colour", "\x1B[31mred", "\\u{1B}[31mred"},
        PrintableRow{"C1", "\xC2\x9B", "\\u{9B}"}, PrintableRow{"feed", "a\nb", "a\\u{A}b"},
        PrintableRow{"letter", "caf\xC3\xA9", "caf\xC3\xA9"},
        PrintableRow{"right to left", "\xE2\x80\xAE", "\\u{202E}"},
        PrintableRow{"no UTF-8", "\xFF", "\\u{FFFD}"},
        PrintableRow{"NUL", std::string(1, '\0'), "\\u{0}"}}) {
    EXPECT_EQ(PrintableText(row.text), row.printable) << row.name;
  }
}

TEST(CellTextTest, WritesForPeople) {
  EXPECT_EQ(CellText(uint64_t{1234567}, ColumnKind::kCount), "1,234,567");
  EXPECT_EQ(CellText(uint64_t{999}, ColumnKind::kCount), "999");
  EXPECT_EQ(CellText(Share{1, 2}, ColumnKind::kShare), "50.0 % (9.5 - 90.5)");
  EXPECT_EQ(CellText(Share{0, 0}, ColumnKind::kShare), "");
  EXPECT_EQ(CellText(12.345, ColumnKind::kNumber), "12.3");
  EXPECT_EQ(CellText(4503599627370496.0, ColumnKind::kNumber), "4.5e+15");
  EXPECT_EQ(CellText({}, ColumnKind::kText), "");
  EXPECT_EQ(CellText(int64_t{1'795'334'400'123}, ColumnKind::kTime), "2026-11-22 08:00:00");
}

TEST(ShortNumberTest, HasThreeDigitsAndALetter) {
  EXPECT_EQ(ShortNumber(99'999), "99999");
  EXPECT_EQ(ShortNumber(100'000), "100k");
  EXPECT_EQ(ShortNumber(999'499), "999k");
  EXPECT_EQ(ShortNumber(999'500), "1M");
  EXPECT_EQ(ShortNumber(1'234'567), "1.23M");
  EXPECT_EQ(ShortNumber(UINT64_MAX), "18.4E");
}

struct WidthRow {
  const char* name;
  const char* text;
  size_t width;
};

TEST(DisplayWidthTest, CountsCharactersAndNotOctets) {
  for (const WidthRow& row : {WidthRow{"empty", "", 0}, WidthRow{"ASCII", "abc", 3},
                              WidthRow{"two octets each", "\xC3\xA9\xD0\x96", 2}}) {
    EXPECT_EQ(DisplayWidth(row.text), row.width) << row.name;
  }
}

TEST(NumberTextTest, IsAsShortAsItCanBeReadBack) {
  EXPECT_EQ(NumberText(0.1), "0.1");
  EXPECT_EQ(NumberText(0.25), "0.25");
  EXPECT_EQ(NumberText(0), "0");
  EXPECT_EQ(std::stod(NumberText(1.0 / 3)), 1.0 / 3);
}

// RFC 3339, in UTC with milliseconds.
TEST(TimeTextTest, HasMilliseconds) {
  EXPECT_EQ(TimeText(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(TimeText(951'782'399'999), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(TimeText(951'782'400'000), "2000-02-29T00:00:00.000Z");
}

TEST(TakeLineTest, BreaksAtBlanksWhereThereAreSome) {
  std::string_view text = "one two  three abcdefghijkl ";
  EXPECT_EQ(TakeLine(7, &text), "one two") << "the blank may stand behind the last column";
  EXPECT_EQ(TakeLine(7, &text), "three");
  EXPECT_EQ(TakeLine(7, &text), "abcdefg") << "nothing is lost of a long word";
  EXPECT_EQ(TakeLine(7, &text), "hijkl ");
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace caascan::report
