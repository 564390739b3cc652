// How tables are written.
#include "scanner/report/formats/formats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "scanner/report/formats/cell_text.h"
#include "scanner/report/tables.h"
#include "tests/record/record_lines.h"

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

/// A table with a stranger's text in it.
Table Hostile(std::string text) {
  Table table = {.id = "t",
                 .title = "Title",
                 .note = "A note.",
                 .columns = {{"text", "text", ColumnKind::kText},
                             {"names", "names", ColumnKind::kCount},
                             {"share", "share", ColumnKind::kShare}},
                 .rows = {}};
  table.rows.push_back({std::move(text), uint64_t{1}, Share{1, 4}});
  return table;
}

struct CsvRow {
  const char* text;
  const char* field;
};

/// RFC 4180 §2.
TEST(CsvTableTest, QuotesAndDefuses) {
  for (const CsvRow& row :
       {CsvRow{"plain", "plain"}, CsvRow{"a,b", "\"a,b\""}, CsvRow{"a\"b", "\"a\"\"b\""},
        CsvRow{"a\nb", "\"a\nb\""}, CsvRow{"=1+1", "'=1+1"}, CsvRow{"@x", "'@x"}}) {
    const std::string csv = CsvTable(Hostile(row.text));
    const std::string head = "text,names,share,share_low,share_high\r\n";
    ASSERT_TRUE(csv.starts_with(head)) << csv;
    EXPECT_TRUE(csv.substr(head.size()).starts_with(std::string(row.field) + ",1,0.25,")) << csv;
  }
}

TEST(MarkdownReportTest, ShowsMarkupAsText) {
  const std::string markdown = MarkdownReport(
      {.title = "R", .schema = "urn:x", .tables = {Hostile("<script>|[x](y)*`")}}, 0);
  EXPECT_NE(markdown.find(R"(| &lt;script&gt;\|\[x\](y)\*\` | 1 |)"), std::string::npos)
      << markdown;
}

TEST(JsonReportTest, EscapesAndSaysNull) {
  Table table = Hostile("\x1B\"</script>");
  table.rows.push_back({std::string("x"), uint64_t{2}, {}});
  table.missed = 7;
  EXPECT_EQ(JsonReport({.title = "R", .schema = "urn:x", .tables = {table}}).substr(0, 108),
            "{\"schema\":\"urn:x\",\n\"t\":{\"missed\":7,\"rows\":[\n"
            "{\"text\":\"\\u001b\\\"</script>\",\"names\":1,\"share\":0.25,\"share_low\":0");
  EXPECT_NE(JsonReport({.title = "R", .schema = "urn:x", .tables = {table}})
                .find(R"("share":null,"share_low":null,"share_high":null)"),
            std::string::npos);
}

TEST(TextReportTest, FitsAHundredColumnsAndCountsWhatIsLeftOut) {
  Table table = Hostile(std::string(500, 'x'));
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
    Table table = Hostile(std::string(300, 'x'));
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

TEST(ShortNumberTest, HasThreeDigitsAndALetter) {
  EXPECT_EQ(ShortNumber(99'999), "99999");
  EXPECT_EQ(ShortNumber(100'000), "100k");
  EXPECT_EQ(ShortNumber(999'499), "999k");
  EXPECT_EQ(ShortNumber(999'500), "1M");
  EXPECT_EQ(ShortNumber(1'234'567), "1.23M");
  EXPECT_EQ(ShortNumber(UINT64_MAX), "18.4E");
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

/// Rates of failure are only told where all names of an operator are known.
TEST(TakeLineTest, BreaksAtBlanksWhereThereAreSome) {
  std::string_view text = "one two  three abcdefghijkl ";
  EXPECT_EQ(TakeLine(7, &text), "one two") << "the blank may stand behind the last column";
  EXPECT_EQ(TakeLine(7, &text), "three");
  EXPECT_EQ(TakeLine(7, &text), "abcdefg") << "nothing is lost of a long word";
  EXPECT_EQ(TakeLine(7, &text), "hijkl ");
  EXPECT_EQ(text, "");
}

TEST(MakeReportTest, TellsNoRateFromFailuresAlone) {
  record::LineReader reader;
  Aggregate aggregate;
  const auto failure_share = [&aggregate] {
    const Report report = MakeReport(aggregate, {}, {.inputs = {}, .min_names = 1});
    return report.Find("league")->rows.at(0).at(3);
  };
  ASSERT_EQ(reader.Read(record::Line("a.example", "refused",
                                     R"(,"servers":[{"host":"ns.op.test","result":"refused"}])")),
            "");
  aggregate.Add(reader.record());
  EXPECT_TRUE(std::holds_alternative<Share>(failure_share()));
  ASSERT_EQ(reader.Read(record::Line("b.example")), "");
  aggregate.Add(reader.record());
  EXPECT_TRUE(std::holds_alternative<std::monostate>(failure_share()));
}

TEST(MakeReportTest, HasACellForEachColumn) {
  record::LineReader reader;
  Aggregate aggregate;
  ASSERT_EQ(
      reader.Read(record::Line(
          "a.example", "issuer_authorized",
          R"(,"operator":"op","caa":{"owner":"example","ttl":1,"records":[)"
          R"({"flags":0,"tag":"issue","value":"ca.example"}]},)"
          R"("servers":[{"host":"h","address":"a","result":"timeout"}],)"
          R"("findings":[{"code":"c"},{"code":"dnssec_no_dnskey"}],"decisions":{"A":"permit"})")),
      "");
  aggregate.Add(reader.record());
  BrokenLines broken;
  broken.Add(0, 2, "x");
  const Report report = MakeReport(aggregate, broken, {.inputs = {"f"}, .min_names = 1});
  EXPECT_EQ(report.tables.size(), 19u);
  for (const Table& table : report.tables) {
    EXPECT_EQ(table.rows.empty(), table.id == "league" || table.id == "orders") << table.id;
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.id;
  }
}

}  // namespace
}  // namespace caascan::report
