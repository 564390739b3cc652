#include "scanner/input/column_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace caascan::input {
namespace {

constexpr size_t kNone = CsvColumns::kNone;

struct Choice {
  CsvColumns columns;
  absl::Status status;
  std::string notice;
  size_t rows = 0;  // That were needed.
};

Choice Choose(const std::vector<std::string>& rows, const InputFields& fields = {}) {
  ColumnChoice choice(fields, "list.csv");
  Choice result;
  for (const std::string& row : rows) {
    if (choice.done()) break;
    choice.Add(row);
    ++result.rows;
  }
  if (!choice.done()) {
    choice.End();
    ++result.rows;  // The end is one more.
  }
  result.columns = choice.columns();
  result.status = choice.status();
  result.notice = choice.notice();
  return result;
}

struct Row {
  const char* what;
  std::vector<std::string> rows;
  bool header;
  size_t name;      // From 1; 0: none.
  size_t needed;    // Rows; one more where the end was needed.
  size_t rank = 0;  // From 1; 0: none.
};

void Check(const Row& row, const InputFields& fields = {}) {
  SCOPED_TRACE(row.what);
  const Choice got = Choose(row.rows, fields);
  EXPECT_TRUE(got.status.ok()) << got.status;
  EXPECT_EQ(got.columns.header, row.header);
  EXPECT_EQ(got.columns.name, row.name == 0 ? kNone : row.name - 1);
  EXPECT_EQ(got.columns.rank, row.rank == 0 ? kNone : row.rank - 1);
  EXPECT_EQ(got.rows, row.needed);
}

TEST(ColumnChoiceTest, AHeaderDecides) {
  for (const char* word :
       {"domain", "Domain", "DOMAIN", "Domain name", "domain_name", "domain-name", "host",
        "hostname", "Host name", "fqdn", "origin", "url", "\"Domain\"", " domain "}) {
    Check({word, {std::string("x,") + word + ",y"}, true, 2, 1});
    Check({word, {word}, true, 1, 1});
  }
  for (const char* word : {"name", "Name", "site", "website"}) {
    const std::string header = std::string("x,") + word + ",y";
    Check({word, {header, "1,a.example,b.example"}, true, 2, 2});
    Check({word, {header, "1,com,7"}, true, 2, 3});
    Check({word, {header}, true, 2, 2});
    Check({word, {header, "1,Town of A,a.example"}, true, 3, 3});
  }
  const Row rows[] = {
      {".gov",
       {"Domain name,Domain type,Organization name,State,Security contact email"},
       true,
       1,
       1},
      {"domain is more than base domain and URL",
       {"Domain,Base Domain,URL", "www.a.example,a.example,https://www.a.example"},
       true,
       1,
       2},
      {"Tranco with a header", {"rank,domain"}, true, 2, 1, 1},
      {"CrUX", {"origin,rank"}, true, 1, 1, 2},
      {"Majestic", {"GlobalRank,TldRank,Domain,TLD,RefSubNets,IDN_Domain"}, true, 3, 1, 1},
      {"Moz", {"\"Rank\",\"Root Domain\",\"Linking Root Domains\""}, true, 2, 1, 1},
      {"tabs", {"rank\tdomain\tnote, and more"}, true, 2, 1, 1},
      {"semicolons", {"Domain name;Organization name, long"}, true, 1, 1},
      {"a name that is a title", {"Name,URL", "City of A,https://a.example/"}, true, 2, 3},
      {"a name that is a name", {"Name,URL", "a.example,https://b.example/"}, true, 1, 2},
      {"a gap in the better column",
       {"domain,host", ",b.example", "a.example,c.example", "d.example,e.example"},
       true,
       1,
       3},
      {"a header alone", {"domain,host"}, true, 1, 2},
      {"dotted words beside it", {"host,asn.name", "a.example,EXAMPLE"}, true, 1, 2},
      {"a number beside it, and hosts by address",
       {"url,host,200", "https://a.example/,192.0.2.1,1", "https://b.example/,192.0.2.2,1"},
       true,
       1,
       4},
      {"hosts by address", {"url,host", "https://a.example/,192.0.2.1"}, true, 1, 3},
      {"years beside it", {"domain,2025,2026", "a.example,1,2"}, true, 1, 2},
  };
  for (const Row& row : rows) Check(row);
}

TEST(ColumnChoiceTest, TheFirstRowsDecide) {
  const Row rows[] = {
      {"Tranco", {"1,a.example"}, false, 2, 1, 1},
      {"a name in front", {"a.example,42"}, false, 1, 1},
      {"one column", {"a.example"}, false, 1, 1},
      {"a number in front of another", {"1,x y,a.example"}, false, 3, 1},
      {"a number that is no rank, behind", {"a.example,7"}, false, 1, 1},
      {"a decimal number is no name", {"0.75,a.example"}, false, 2, 1},
      {"an address is no name", {"192.0.2.1,a.example"}, false, 2, 1},
      {"a date is no name", {"2026-11-22,a.example"}, false, 2, 1},
      {"a mail address is no name", {"a@b.example,a.example"}, false, 2, 1},
      {"a wildcard", {"1,*.example"}, false, 2, 1, 1},
      {"Majestic's rows: the leftmost of equals",
       {"1,1,a.example,com,5,a.example,com", "2,2,b.example,com,5,b.example,com"},
       false,
       3,
       3},
      {"the most names", {"a.example,b.example", "x y,c.example"}, false, 2, 3},
      {"no name in the first row", {"1,", "2,a.example", "3,b.example"}, false, 2, 4, 1},
      {"labels alone", {"1,com", "2,org"}, false, 2, 3, 1},
      {"URLs alone", {"1,https://a.example/"}, false, 2, 2, 1},
      {"nothing", {"1,x y"}, false, 0, 2},
      {"empty", {",,"}, false, 0, 2},
      {"a word as data", {"domain,a.example", "domain,b.example"}, false, 2, 2},
      {"a word as data, alone", {"name,a.example"}, false, 2, 2},
      {"labels under no header", {"com,gTLD", "net,gTLD"}, false, 1, 3},
      {"a label", {"localhost"}, false, 1, 2},
  };
  for (const Row& row : rows) Check(row);
}

TEST(ColumnChoiceTest, AHeaderOfOtherWords) {
  const Row rows[] = {
      {"one column has names", {"Nazwa,Domena", "Szkoła,a.example"}, true, 2, 2},
      {"two have", {"Nazwa,Domena", "b.example,a.example", "x y,c.example"}, true, 2, 4},
      {"no rows behind it", {"Nazwa,Domena"}, false, 1, 2},
      {"a number is no header", {"Nazwa,1", "x,a.example"}, false, 2, 3},
  };
  for (const Row& row : rows) Check(row);
}

TEST(ColumnChoiceTest, TheUserDecides) {
  const auto column = [](std::string word) {
    InputFields fields;
    fields.column = std::move(word);
    return fields;
  };
  Check({"by number", {"a.example,b.example"}, false, 2, 1}, column("2"));
  Check({"by number, under a header", {"domain,alias"}, true, 2, 1}, column("2"));
  Check({"by number, under other words", {"Nazwa,Domena", "x,a.example"}, true, 2, 2}, column("2"));
  Check({"by number, labels", {"Nazwa,Domena", "x,y"}, false, 2, 2}, column("2"));
  Check({"by number, one column", {"Nazwa", "a.example"}, true, 1, 2}, column("1"));
  Check({"by number, a word as data", {"domain,a.example", "domain,b.example"}, false, 2, 1},
        column("2"));
  Check({"by number, words beside names", {"domain,a.b", "c.example,x"}, true, 1, 2}, column("1"));
  Check({"by name", {"domain,Alias of it"}, true, 2, 1}, column(" ALIAS of it"));
  Check({"by name, of names", {"a.example,b.example"}, true, 2, 1}, column("b.example"));
  Check({"with its rank", {"alias,rank"}, true, 1, 1, 2}, column("alias"));
}

TEST(ColumnChoiceTest, WithFromUrlAUrlIsAName) {
  InputFields fields;
  fields.from_url = true;
  Check({"a URL", {"1,https://a.example/"}, false, 2, 1, 1}, fields);
  Check({"a host with a port", {"1,a.example:443"}, false, 2, 1, 1}, fields);
  Check({"names go first", {"https://a.example/,a.example"}, false, 2, 1}, fields);
}

TEST(ColumnChoiceTest, ColumnsOfUrls) {
  EXPECT_TRUE(Choose({"origin,rank"}).columns.takes_urls);
  EXPECT_TRUE(Choose({"id,URL"}).columns.takes_urls);
  EXPECT_FALSE(Choose({"domain,rank"}).columns.takes_urls);
  EXPECT_FALSE(Choose({"https://a.example/,1"}).columns.takes_urls) << "nothing calls it so";
  InputFields fields;
  fields.column = "2";
  EXPECT_TRUE(Choose({"domain,url"}, fields).columns.takes_urls);
}

TEST(ColumnChoiceTest, ColumnsThatAreKept) {
  const auto keys = [](const std::vector<std::string>& rows, std::vector<std::string> keep) {
    InputFields fields;
    fields.keep = std::move(keep);
    const Choice got = Choose(rows, fields);
    std::string shown(got.status.message().data(), got.status.message().size());
    for (const auto& kept : got.columns.kept) {
      shown += std::to_string(kept.column) + "=" + kept.key + " ";
    }
    return shown;
  };
  const std::vector<std::string> header = {"Domain,Type,Type,,Ort \"x\"", "a.example,1,2,3,4"};
  EXPECT_EQ(keys(header, {"type"}), "1=\"Type\" ");
  EXPECT_EQ(keys(header, {"2", "3", "4", "1"}), "1=\"Type\" 2=\"3\" 3=\"4\" 0=\"Domain\" ");
  EXPECT_EQ(keys(header, {"type", "2"}), "1=\"Type\" ") << "one column once";
  EXPECT_EQ(keys({"1,a.example"}, {"1", "2"}), "0=\"1\" 1=\"2\" ");
  EXPECT_EQ(keys({"1,a.example"}, {"3"}),
            "--keep: list.csv has no column \"3\"; the columns of its first row are \"1\", "
            "\"a.example\"");
  EXPECT_EQ(keys({"Domain,x"}, {"y"}),
            "--keep: list.csv has no column \"y\"; the columns of its first row are \"Domain\", "
            "\"x\"");
}

TEST(ColumnChoiceTest, AColumnThatIsNotThere) {
  for (const char* column : {"owner", "0", "3", "99999999999999999999"}) {
    InputFields fields;
    fields.column = column;
    const Choice got = Choose({"domain,\"two\x1B words\"", "a.example,b"}, fields);
    EXPECT_EQ(got.status.code(), absl::StatusCode::kInvalidArgument) << column;
    EXPECT_EQ(got.status.message(),
              "--column: list.csv has no column \"" + std::string(column) +
                  R"("; the columns of its first row are "domain", "two\027 words")");
  }
  std::string wide = "c1";
  for (int i = 2; i <= 1000; ++i) wide += ",c" + std::to_string(i);
  InputFields fields;
  fields.column = "x";
  EXPECT_THAT(std::string(Choose({wide}, fields).status.message()),
              testing::EndsWith("\"c40\" and 960 more"));
  EXPECT_TRUE(Choose({}, fields).status.ok()) << "an empty file lacks nothing";
}

TEST(ColumnChoiceTest, WhatIsSaid) {
  EXPECT_EQ(Choose({"1,a.example"}).notice,
            "list.csv: the names are in column 2, by its first row; --column NAME|N takes another");
  EXPECT_EQ(Choose({"Nazwa,Domena", "x y,a.example"}).notice,
            "list.csv: the names are in column 2 (\"Domena\"), by its first 2 rows; "
            "--column NAME|N takes another");
  EXPECT_EQ(Choose({"Name,URL", "City of A,https://a.example/"}).notice,
            "list.csv: the names are in column 2 (\"URL\"), by its first 2 rows; "
            "--column NAME|N takes another");
  EXPECT_EQ(Choose({"x y,1"}).notice,
            "list.csv: no column of its first 1 rows holds names; --column NAME|N takes one");
  InputFields fields;
  fields.column = "2";
  EXPECT_EQ(Choose({"1,a.example"}, fields).notice, "") << "the user knows";
  EXPECT_EQ(Choose({"rank,domain"}).notice, "") << "the header says it";
  EXPECT_EQ(Choose({"a.example"}).notice, "") << "there is no other";
}

TEST(ColumnChoiceTest, AtMostAHundredRows) {
  ColumnChoice choice({}, "list.csv");
  size_t rows = 0;
  for (; !choice.done(); ++rows) choice.Add("a.example,b.example");
  EXPECT_EQ(rows, ColumnChoice::kMaxRows);
  EXPECT_EQ(choice.columns().name, 0u);
}

TEST(FindSeparatorTest, Rows) {
  struct SeparatorRow {
    const char* what;
    std::string_view row;
    char separator;
  };
  const SeparatorRow rows[] = {
      {"commas", "1,a.example", ','},
      {"semicolons", "1;a.example", ';'},
      {"tabs", "1\ta.example", '\t'},
      {"none", "a.example", 0},
      {"commas in text between semicolons", "a.example;Org, Inc, Ltd", ';'},
      {"commas in text between tabs", "Org, Inc, Ltd\ta.example", '\t'},
      {"semicolons in text between commas", "a.example,x;y;z", ','},
      {"decimal commas", "a.example;1,5;2,5", ';'},
      {"in quotes alone", "\"a,b\"", 0},
      {"a header", "Domain name;Organization, city, state", ';'},
      {"nothing tells: the most columns", "x;y;z,w", ';'},
      {"nothing tells: the more usual", "x;y,z", ','},
      {"a URL with a comma", "https://a.example/x;y", ';'},
  };
  for (const SeparatorRow& row : rows) EXPECT_EQ(FindSeparator(row.row), row.separator) << row.what;
}

}  // namespace
}  // namespace caascan::input
