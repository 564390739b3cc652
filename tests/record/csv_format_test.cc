#include "scanner/record/csv_format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/record/record_samples.h"

namespace caascan::record {
namespace {

/// By RFC 4180 §2. A quote where none may be makes a field of its own text, which no test expects.
std::vector<std::string> Fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  EXPECT_FALSE(quoted) << line;
  return fields;
}

std::vector<std::string> Header() {
  const std::string_view header = CsvFormat().header();
  EXPECT_TRUE(header.ends_with("\r\n"));
  return Fields(header.substr(0, header.size() - 2));
}

TEST(CsvFormatTest, AFullRecordHasAllColumns) {
  std::string line;
  Record record = FullRecord();
  record.persist = ValidPersist();
  record.rank = 0;
  record.input_columns = {R"({"type":"x"})"};
  CsvFormat().Append(record, &line);
  ASSERT_TRUE(line.ends_with("\r\n"));
  const std::vector<std::string> columns = Header();
  const std::vector<std::string> fields = Fields(std::string_view(line).substr(0, line.size() - 2));
  ASSERT_EQ(fields.size(), columns.size());
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"name", "*.www.example.com"},
      {"outcome", "deny"},
      {"may_issue", "false"},
      {"nxdomain", "false"},
      {"caa_ttl", "86400"},
      {"caa", "0 issue \"ca.example.net\"; 128 issuewild \";\""},
      {"cname", "web1.example.net web2.example.net"},
      {"failed_at", ""},
      {"servers",
       "ns1.example.net 192.0.2.1 answer; ns2.example.net 2001:db8::2 rcode_9; 192.0.2.3 "
       "malformed"},
      {"ede", "0 22 65535"},
      {"findings", "notimp_on_caa single_server"},
      {"decisions", "Let's Encrypt: deny; Example CA: permit"},
      {"valid_until", "2026-11-22T23:54:08.123Z"},
      {"elapsed_ms", "31.7"},
      {"time", "2026-11-21T23:54:08.123Z"},
      {"id", R"({"ticket":[1,2.50,null]})"},
      {"order", "7"},
      {"rank", "0"},
      {"persist", "valid"},
      {"persist_reason", ""},
      {"persist_records",
       R"("ca.example; accounturi=urn:a"; "ca.example; accounturi=urn:b; persistUntil=1")"},
      {"input_columns", R"({"type":"x"})"},
  };
  for (const auto& [column, value] : expected) {
    const auto at = std::find(columns.begin(), columns.end(), column);
    ASSERT_NE(at, columns.end()) << column;
    EXPECT_EQ(fields[static_cast<size_t>(at - columns.begin())], value) << column;
  }
}

TEST(CsvFormatTest, OctetsOfASetAreAsInAZoneFile) {
  Record record = FullRecord();
  record.caa->records = {{0, "issue", "a\"\\\x07\xFF"}};
  std::string line;
  CsvFormat().Append(record, &line);
  EXPECT_NE(line.find(R"("0 issue ""a\034\092\007\255""")"), std::string::npos) << line;
}

TEST(CsvFormatTest, WhyALineIsNoNameAndThePurposeStandLast) {
  Record record;
  record.reason = Reason::kInvalidName;
  record.line = 7;
  record.detail = "empty label";
  std::string line;
  CsvFormat().Append(record, &line);
  EXPECT_TRUE(line.ends_with(",,,7,empty label,tls,,,\r\n")) << line;
  EXPECT_TRUE(CsvFormat().header().ends_with(
      ",id,order,rank,input_columns,line,detail,for,persist,persist_reason,persist_records\r\n"));
  record.purpose = Purpose::kSmime;
  CsvFormat().Append(record, &line);
  EXPECT_TRUE(line.ends_with(",7,empty label,smime,,,\r\n")) << line;
}

TEST(CsvFormatTest, EachRecordIsOneLineOfAsManyFields) {
  const size_t columns = Header().size();
  for (const RecordSample& sample : RecordSamples()) {
    std::string line;
    CsvFormat().Append(sample.record, &line);
    ASSERT_TRUE(line.ends_with("\r\n")) << sample.name;
    line.resize(line.size() - 2);
    EXPECT_EQ(line.find_first_of("\r\n"), std::string::npos) << sample.name;
    const std::vector<std::string> fields = Fields(line);
    EXPECT_EQ(fields.size(), columns) << sample.name;
    for (const std::string& field : fields) {
      EXPECT_NE(field.find_first_of("=+-@\t\r"), 0u) << sample.name << ": " << field;
    }
  }
}

}  // namespace
}  // namespace caascan::record
