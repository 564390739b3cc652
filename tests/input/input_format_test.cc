#include "scanner/input/input_format.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace caascan::input {
namespace {

TEST(InputFormatTest, ByPath) {
  for (const auto& [path, format] : std::initializer_list<std::pair<const char*, InputFormat>>{
           {"tranco.csv", InputFormat::kCsv},
           {"top-1m.CSV.zst", InputFormat::kCsv},
           {"top-1m.csv.zip", InputFormat::kCsv},
           {"top-1m.csv.bz2", InputFormat::kCsv},
           {"se.zone.xz", InputFormat::kZone},
           {"names.jsonl.lz4", InputFormat::kNdjson},
           {"se.zone.gz", InputFormat::kZone},
           {"names.ndjson", InputFormat::kNdjson},
           {"x/names.jsonl.gz", InputFormat::kNdjson},
           {"names.tsv.gz", InputFormat::kCsv},
           {"com.txt.gz", InputFormat::kAuto},
           {"names", InputFormat::kAuto},
           {"-", InputFormat::kAuto},
           {"csv", InputFormat::kAuto}}) {
    EXPECT_EQ(FormatByPath(path), format) << path;
  }
}

struct LineRow {
  const char* name;
  const char* line;
  InputFormat format;
};

void PrintTo(const LineRow& row, std::ostream* out) { *out << row.name; }

class FormatByLineTest : public testing::TestWithParam<LineRow> {};

TEST_P(FormatByLineTest, IsMadeOut) {
  EXPECT_EQ(FormatByLine(GetParam().line), GetParam().format) << GetParam().line;
}

std::string RowName(const testing::TestParamInfo<LineRow>& row) { return row.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Zone, FormatByLineTest,
    testing::ValuesIn(std::vector<LineRow>{
        {"Comment", "; a comment", InputFormat::kZone},
        {"Origin", "$ORIGIN com.", InputFormat::kZone},
        {"Ttl", "$ttl 86400", InputFormat::kZone},
        {"Include", "$INCLUDE other", InputFormat::kZone},
        {"Generate", "$GENERATE 1-9 a$ NS b.", InputFormat::kZone},
        {"Soa", "com.\t900\tin\tsoa\ta.gtld-servers.net. (", InputFormat::kZone},
        {"AllInParentheses", "com. IN SOA ( a. b.", InputFormat::kZone},
        {"SoaOfOldStyle", "@ SOA ns hostmaster 1 2 3 4 5", InputFormat::kZone},
        {"SoaInParentheses", "@ IN SOA ns hostmaster (", InputFormat::kZone},
        {"WithoutTtl", "example.com. IN NS ns1.example.com.", InputFormat::kZone},
        {"ClassFirst", "example.com. IN 3600 NS ns1.example.com.", InputFormat::kZone},
        {"WithoutClass", "example.com. 3600 NS ns1.example.com.", InputFormat::kZone},
        {"TtlWithUnits", "example.com. 1h30m NS ns1.example.com.", InputFormat::kZone},
        {"WithoutBoth", "example.com. NS ns1.example.com. ; a comment", InputFormat::kZone},
        {"RelativeOwner", "www A 192.0.2.1", InputFormat::kZone},
        {"RelativeOwnerOfCaa", "www CAA 0 issue \"ca.example\"", InputFormat::kZone},
        {"RelativeOwnerOfUri", "w IN URI 10 1 \"https://example.com\"", InputFormat::kZone},
        {"RelativeOwnerOfHinfo", "h HINFO \"a\" \"b\"", InputFormat::kZone},
        {"RelativeOwnerOfDs", "x DS 1 8 2 00", InputFormat::kZone},
        {"Nsec3First", "0p9.com. 86400 IN NSEC3 1 1 0 - 0P9 NS SOA", InputFormat::kZone},
        {"Nsec3WithoutClass", "0p9.com. NSEC3 1 1 0 - 0P9 NS", InputFormat::kZone},
        {"RrsigFirst",
         "com. 86400 IN RRSIG SOA 8 1 86400 20261201 20261101 5 com. AwE=", InputFormat::kZone},
        {"RrsigWithoutBoth",
         "com. RRSIG SOA 8 1 86400 20261201 20261101 5 com. AwE=", InputFormat::kZone},
        {"NsecWithoutBoth", "a.com. NSEC b.com. NS RRSIG NSEC", InputFormat::kZone},
        {"TypeByNumber", "a.com. TYPE65280 \\# 0", InputFormat::kZone},
        {"TypeUnknownToLdns", "a.com. 60 IN RESINFO qnamemin", InputFormat::kZone},
        {"OwnerLeftOut", "  IN NS ns1.example.com.", InputFormat::kZone},
        {"OwnerLeftOutWithoutClass", "\tNS ns1.example.com.", InputFormat::kZone},
        {"OwnerBehindBlanks", " example.com. IN NS ns1.example.com.", InputFormat::kZone},
    }),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    Other, FormatByLineTest,
    testing::ValuesIn(std::vector<LineRow>{
        {"Object", "{\"name\":\"a\"}", InputFormat::kNdjson},
        {"ObjectBehindBlanks", "  {\"name\":\"a\"}", InputFormat::kNdjson},
        {"Rank", "1,google.com", InputFormat::kCsv},
        {"Header", "rank,domain", InputFormat::kCsv},
        {"CsvWithBlanks", "1, example.com, A, x", InputFormat::kCsv},
        {"CsvOfARecordsWords", "example.com, NS, ns1.example.com", InputFormat::kCsv},
        {"CsvThatSpeaks", "1 in a million,example.com", InputFormat::kCsv},
        {"CsvOfACompany", "Company A (UK),example.com", InputFormat::kCsv},
        {"CsvNameServers", "my ns record,example.com", InputFormat::kCsv},
        {"Tab", "1\tgoogle.com", InputFormat::kCsv},
        {"Semicolon", "1;google.com", InputFormat::kCsv},
        {"UrlFirst", "https://a.example,1000", InputFormat::kCsv},
        {"UrlLast", "1,https://a.example/", InputFormat::kCsv},
        {"UrlAndTab", "https://a.example/\t1", InputFormat::kCsv},
        {"UrlOfNoName", "https://a b.example/x,y", InputFormat::kCsv},
        {"Prefix", "192.0.2.0/24,a.example", InputFormat::kCsv},
        {"UrlWithSeparators", "https://a.example/x,y;z", InputFormat::kLines},
        {"UrlWithQuery", "https://a.example?x=1,2", InputFormat::kLines},
        {"Url", "https://a.example/", InputFormat::kLines},
        {"Name", "www.example.com", InputFormat::kLines},
        {"IndentedName", "  www.example.com ", InputFormat::kLines},
        {"NameThatLooksLikeAClass", "in.example", InputFormat::kLines},
        {"NameThatIsAType", "ns", InputFormat::kLines},
        {"Blanks", "not a name", InputFormat::kLines},
        {"BlanksAndAClass", "in a 5", InputFormat::kLines},
        {"NoRdata", "example.com. IN NS", InputFormat::kLines},
        {"NoRdataButASeparator", "example.com. IN NS ; none", InputFormat::kCsv},
        {"WordsThatAreTypes", "buy ns records", InputFormat::kLines},
        {"MoreWordsThatAreTypes", "its soa record is here", InputFormat::kLines},
        {"TwoNames", "a.example NS b.example c.example", InputFormat::kLines},
        {"NoType", "example.com. 3600 IN NSX a.", InputFormat::kLines},
        {"TwoTtls", "example.com. 60 60 IN NS a.", InputFormat::kLines},
        {"OtherDirective", "$HOME", InputFormat::kLines},
        {"Quoted", "\"quoted\"", InputFormat::kLines},
        {"Empty", "", InputFormat::kLines},
    }),
    RowName);

}  // namespace
}  // namespace caascan::input
