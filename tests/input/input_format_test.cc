#include "scanner/input/input_format.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

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

TEST(InputFormatTest, ByLine) {
  for (const auto& [line, format] : std::initializer_list<std::pair<const char*, InputFormat>>{
           {"{\"name\":\"a\"}", InputFormat::kNdjson},
           {"; a comment", InputFormat::kZone},
           {"$ORIGIN com.", InputFormat::kZone},
           {"$ttl 86400", InputFormat::kZone},
           {"com.\t900\tin\tsoa\ta.gtld-servers.net. (", InputFormat::kZone},
           {"example.com. IN NS ns1.example.com.", InputFormat::kZone},
           {"example.com. IN 3600 NS ns1.example.com.", InputFormat::kZone},
           {"1,google.com", InputFormat::kCsv},
           {"rank,domain", InputFormat::kCsv},
           {"1\tgoogle.com", InputFormat::kCsv},
           {"1;google.com", InputFormat::kCsv},
           {"https://a.example,1000", InputFormat::kCsv},
           {"1,https://a.example/", InputFormat::kCsv},
           {"https://a.example/\t1", InputFormat::kCsv},
           {"https://a b.example/x,y", InputFormat::kCsv},
           {"192.0.2.0/24,a.example", InputFormat::kCsv},
           {"https://a.example/x,y;z", InputFormat::kLines},
           {"https://a.example?x=1,2", InputFormat::kLines},
           {"https://a.example/", InputFormat::kLines},
           {"www.example.com", InputFormat::kLines},
           {"not a name", InputFormat::kLines},
           {"in a 5", InputFormat::kLines},
           {"example.com. IN NS", InputFormat::kLines},
           {"\"quoted\"", InputFormat::kLines}}) {
    EXPECT_EQ(FormatByLine(line), format) << line;
  }
}

}  // namespace
}  // namespace caascan::input
