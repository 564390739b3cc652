#include "scanner/input/csv_line.h"

#include <gtest/gtest.h>

#include <string_view>

namespace caascan::input {
namespace {

struct Row {
  const char* what;
  std::string_view line;
  std::string_view name;
};

TEST(CsvLineTest, TheLastColumnThatIsADomainName) {
  const Row rows[] = {
      {"Tranco", "1,google.com", "google.com"},
      {"Umbrella counts single labels", "7,com", "com"},
      {"Majestic", "1,1,facebook.com,com,511,2.5,facebook.com,com,1,1", "facebook.com"},
      {"a name in front", "example.org,42", "example.org"},
      {"one column", "example.org", "example.org"},
      {"a decimal number is no name", "example.org,0.75", "example.org"},
      {"an address is no name", "example.org,192.0.2.1", "example.org"},
      {"a date is no name of two labels", "example.org,2026-11-22", "example.org"},
      {"quoted", "\"1\",\"www.example.org\"", "www.example.org"},
      {"a comma in quotes", "a.example,\"x, y\"", "a.example"},
      {"quotes in quotes", "\"say \"\"b.example\"\"\",c.example", "c.example"},
      {"a quote that never ends", "d.example,\"e.example", "e.example"},
      {"behind the quote", "\"f.example\"junk,7", "f.example"},
      {"blanks", " 1 ,\t g.example \r", "g.example"},
      {"wildcard", "1,*.example.org", "*.example.org"},
      {"U-labels",
       "1,b\xC3\xBC"
       "cher.example",
       "b\xC3\xBC"
       "cher.example"},
      {"an empty column", "h.example,", "h.example"},
      {"no name: the whole line", "1,2,x y", "1,2,x y"},
      {"only commas", ",,", ",,"},
  };
  CsvLine csv;
  for (const Row& row : rows) EXPECT_EQ(csv.Name(row.line), row.name) << row.what;
}

TEST(CsvLineTest, Header) {
  CsvLine csv;
  for (const char* line : {"rank,domain", "Rank,Name", "\"rank\",\"name\"", "domain", "HostName",
                           "GlobalRank,TldRank,Domain,TLD"}) {
    EXPECT_TRUE(csv.IsHeader(line)) << line;
  }
  for (const char* line : {"1,com", "1,google.com", "com", "example.org,x", ",1", "localhost"}) {
    EXPECT_FALSE(csv.IsHeader(line)) << line;
  }
}

}  // namespace
}  // namespace caascan::input
