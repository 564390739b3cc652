#include "caascan/record.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/record/record_samples.h"

namespace caascan {
namespace {

std::string Line(const Record& record) {
  std::string out;
  AppendRecord(record, &out);
  return out;
}

TEST(AppendRecordTest, WritesEveryMemberInTheContractsOrder) {
  Record record = FullRecord();
  record.failed_at = "www.example.com";
  record.rank = 17;
  record.input_columns = {R"({"type":"x"})"};
  EXPECT_EQ(
      Line(record),
      R"({"name":"*.www.example.com","input":"*.WWW.Example.COM.","outcome":"deny",)"
      R"("reason":"issuer_not_authorized","may_issue":false,"would_issue":false,)"
      R"("caa":{"owner":"example.com","ttl":86400,"records":[)"
      R"({"flags":0,"tag":"issue","value":"ca.example.net"},)"
      R"({"flags":128,"tag":"issuewild","value":";"}]},)"
      R"("cname":["web1.example.net","web2.example.net"],"dnssec":"insecure",)"
      R"("failed_at":"www.example.com","zone":"example.com","operator":"Example DNS",)"
      R"("servers":[{"host":"ns1.example.net","address":"192.0.2.1","result":"answer","rtt_ms":11.2},)"
      R"({"host":"ns2.example.net","address":"2001:db8::2","result":"rcode_9"},)"
      R"({"address":"192.0.2.3","result":"malformed","detail":"answer 2: RDLENGTH beyond the end",)"
      R"("ede":[0,22,65535]}],)"
      R"("findings":[{"code":"notimp_on_caa","ede":21,"host":"ns2.example.net","address":"2001:db8::2",)"
      R"("zone":"example.com","evidence":"CAA NOTIMP, SOA NOERROR"},{"code":"single_server"}],)"
      R"("decisions":{"Let's Encrypt":"deny","Example CA":"permit"},)"
      R"("valid_until":"2026-11-22T23:54:08.123Z","queries":4,"retries":1,"attempts":2,)"
      R"("elapsed_ms":31.7,"time":"2026-11-21T23:54:08.123Z",)"
      R"("rank":17,"input_columns":{"type":"x"},"id":{"ticket":[1,2.50,null]},"order":7})"
      "\n");
}

TEST(AppendRecordTest, LeavesOutWhatIsNotThere) {
  Record record;
  record.name = "example.com";
  record.reason = Reason::kNoCaa;
  record.may_issue = record.would_issue = true;
  EXPECT_EQ(
      Line(record),
      R"({"name":"example.com","outcome":"permit","reason":"no_caa","may_issue":true,)"
      R"("would_issue":true,"dnssec":"unchecked","valid_until":"1970-01-01T08:00:00.000Z","queries":0,)"
      R"("retries":0,"elapsed_ms":0,"time":"1970-01-01T00:00:00.000Z"})"
      "\n");
}

struct ValidityRow {
  const char* name;
  std::optional<uint32_t> ttl_s;
  std::string_view want;
};

/// BR 4.2.2.1: the TTL or 8 hours, whichever is longer.
TEST(AppendRecordTest, IsValidForTheLongerOfTtlAndEightHours) {
  const std::vector<ValidityRow> rows = {
      {"no CAA", std::nullopt, "1970-01-01T08:00:00.000Z"},
      {"TTL 0", 0, "1970-01-01T08:00:00.000Z"},
      {"a second less", 28799, "1970-01-01T08:00:00.000Z"},
      {"the same", 28800, "1970-01-01T08:00:00.000Z"},
      {"a second more", 28801, "1970-01-01T08:00:01.000Z"},
      {"largest", 4294967295, "2106-02-07T06:28:15.000Z"},
  };
  for (const ValidityRow& row : rows) {
    SCOPED_TRACE(row.name);
    Record record;
    record.reason = Reason::kNoCaa;
    if (row.ttl_s.has_value())
      record.caa = CaaRrset{.owner = "com", .ttl_s = *row.ttl_s, .records = {}};
    const std::string want = R"("valid_until":")" + std::string(row.want) + "\"";
    EXPECT_NE(Line(record).find(want), std::string::npos) << Line(record);
  }
}

TEST(AppendRecordTest, FailuresAreNotValid) {
  for (const Reason reason : {Reason::kServfail, Reason::kRefused, Reason::kNoResponse,
                              Reason::kInvalidName, Reason::kStopped}) {
    Record record;
    record.reason = reason;
    EXPECT_EQ(Line(record).find("valid_until"), std::string::npos) << ReasonCode(reason);
  }
}

TEST(AppendRecordTest, SaysWhyALineIsNoName) {
  Record record;
  record.reason = Reason::kInvalidName;
  record.line = 12;
  record.detail = "empty label";
  EXPECT_NE(Line(record).find(R"("would_issue":false,"line":12,"detail":"empty label",)"),
            std::string::npos)
      << Line(record);
}

TEST(AppendRecordTest, AppendsBehindWhatIsThere) {
  Record record;
  record.name = "a.example";
  std::string out = "before\n";
  AppendRecord(record, &out);
  AppendRecord(record, &out);
  EXPECT_EQ(out, "before\n" + Line(record) + Line(record));
}

TEST(AppendRecordTest, RawJsonKeepsTheLineOneLine) {
  Record record;
  record.id.text = "[1,\n2]";
  const std::string line = Line(record);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(line.find(R"("id":[1, 2])"), std::string::npos);
}

/// Whatever the record holds: one line, ASCII, an object that another reader accepts.
TEST(AppendRecordTest, IsValidJsonWhateverComes) {
  simdjson::dom::parser parser;
  for (const RecordSample& sample : RecordSamples()) {
    SCOPED_TRACE(sample.name);
    const std::string line = Line(sample.record);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    for (size_t i = 0; i + 1 < line.size(); ++i) {
      ASSERT_TRUE(line[i] >= 0x20 && line[i] < 0x7F) << "byte " << i;
    }
    simdjson::dom::object object;
    ASSERT_EQ(parser.parse(line).get_object().get(object), simdjson::SUCCESS) << line;
    std::string_view reason;
    ASSERT_EQ(object["reason"].get_string().get(reason), simdjson::SUCCESS);
    EXPECT_EQ(reason, ReasonCode(sample.record.reason));
  }
}

/// Names come from our own code; were one of them wrong, the line would still be JSON.
TEST(AppendRecordTest, IsValidJsonEvenWithWrongNames) {
  simdjson::dom::parser parser;
  for (const std::string& text : {std::string("a\"\\\n\0b", 6), std::string("\xFF\xED\xA0\x80")}) {
    Record record = FullRecord();
    record.name = record.zone = record.failed_at = record.caa->owner = text;
    record.cname = {text, text};
    record.servers[0].host = record.servers[0].address = text;
    Finding& finding = record.findings[0];
    finding.host = finding.address = finding.zone = finding.evidence = text;
    const std::string line = Line(record);
    simdjson::dom::object object;
    ASSERT_EQ(parser.parse(line).get_object().get(object), simdjson::SUCCESS) << line;
    EXPECT_EQ(line.find('\n'), line.size() - 1);
  }
}

TEST(AppendRecordTest, ReadsBackTheSame) {
  const Record record = FullRecord();
  const std::string line = Line(record);
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(line).get(root), simdjson::SUCCESS);
  std::string_view text;
  ASSERT_EQ(root.at_pointer("/caa/records/1/tag").get(text), simdjson::SUCCESS);
  EXPECT_EQ(text, record.caa->records[1].tag);
  ASSERT_EQ(root.at_pointer("/servers/1/address").get(text), simdjson::SUCCESS);
  EXPECT_EQ(text, record.servers[1].address);
  ASSERT_EQ(root.at_pointer("/decisions/Let's Encrypt").get(text), simdjson::SUCCESS);
  EXPECT_EQ(text, "deny");
  double rtt_ms = 0;
  ASSERT_EQ(root.at_pointer("/servers/0/rtt_ms").get(rtt_ms), simdjson::SUCCESS);
  EXPECT_DOUBLE_EQ(rtt_ms, 11.2);
}

}  // namespace
}  // namespace caascan
