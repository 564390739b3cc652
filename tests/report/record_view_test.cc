#include "scanner/report/record_view.h"

#include <gtest/gtest.h>

#include "tests/report/report_lines.h"

namespace caascan::report {
namespace {

TEST(RecordReaderTest, ReadsEveryMember) {
  LineReader reader;
  ASSERT_EQ(
      reader.Read(
          R"({"name":"*.a.example","input":"x","outcome":"deny","reason":"issuer_not_authorized",)"
          R"("may_issue":false,"caa":{"owner":"example","ttl":300,"records":[)"
          R"({"flags":128,"tag":"issue","value":"ca.example"},{"flags":0,"tag":"iodef","value":"\\\\"}]},)"
          R"("cname":["b.example"],"dnssec":"secure","zone":"example","operator":"Op \u00e9",)"
          R"("servers":[{"host":"ns.example","address":"192.0.2.1","result":"rcode_11","rtt_ms":1.5}],)"
          R"("findings":[{"code":"c","host":"h","address":"a","zone":"z","evidence":"e"}],)"
          R"("decisions":{"A \"CA\"":"permit","B":"deny"},"valid_until":"2026-11-22T16:00:00.000Z",)"
          R"("queries":4,"retries":1,"attempts":2,"elapsed_ms":31.7,)"
          R"("time":"2026-11-22T08:00:00.123Z","id":7,"order":{"a": [1]}})"),
      "");
  const RecordView& record = reader.record();
  EXPECT_EQ(record.name, "*.a.example");
  EXPECT_EQ(record.outcome, Outcome::kDeny);
  EXPECT_EQ(record.reason, Reason::kIssuerNotAuthorized);
  EXPECT_FALSE(record.may_issue);
  EXPECT_EQ(record.dnssec, DnssecStatus::kSecure);
  ASSERT_TRUE(record.has_caa);
  EXPECT_EQ(record.caa_owner, "example");
  EXPECT_EQ(record.caa_ttl_s, 300u);
  ASSERT_EQ(record.caa.size(), 2u);
  EXPECT_EQ(record.caa[0].flags, 128);
  EXPECT_EQ(record.caa[0].value, "ca.example");
  EXPECT_EQ(record.caa[1].value, R"(\\)");
  EXPECT_EQ(record.zone, "example");
  EXPECT_EQ(record.operator_name, "Op \xC3\xA9");
  ASSERT_EQ(record.servers.size(), 1u);
  EXPECT_EQ(record.servers[0].result, "rcode_11");
  ASSERT_EQ(record.findings.size(), 1u);
  EXPECT_EQ(record.findings[0].evidence, "e");
  ASSERT_EQ(record.decisions.size(), 2u);
  EXPECT_EQ(record.decisions[0].ca, "A \"CA\"");
  EXPECT_TRUE(record.decisions[0].permit);
  EXPECT_FALSE(record.decisions[1].permit);
  EXPECT_EQ(record.queries, 4u);
  EXPECT_EQ(record.retries, 1u);
  EXPECT_EQ(record.attempts, 2u);
  EXPECT_EQ(record.elapsed_ms, 31.7);
  EXPECT_EQ(record.time_ms % 86'400'000, 8 * 3'600'000 + 123);
  EXPECT_EQ(record.order, R"({"a": [1]})");
}

TEST(RecordReaderTest, ForgetsTheLineBefore) {
  LineReader reader;
  ASSERT_EQ(reader.Read(Line("a.example", "refused",
                             R"(,"operator":"x","servers":[{"result":"refused"}])")),
            "");
  ASSERT_EQ(reader.Read(Line("b.example")), "");
  EXPECT_EQ(reader.record().operator_name, "");
  EXPECT_TRUE(reader.record().servers.empty());
}

TEST(RecordReaderTest, TakesMembersInAnyOrderAndTimesInAnyForm) {
  LineReader reader;
  ASSERT_EQ(reader.Read(R"( { "time":"2026-11-22T08:00:00Z","dnssec":"bogus","may_issue":false,)"
                        R"("reason":"refused","outcome":"lame","name":"a.example" } )"
                        "\r"),
            "");
  EXPECT_EQ(reader.record().reason, Reason::kRefused);
  const int64_t second = reader.record().time_ms;
  ASSERT_EQ(reader.Read(Line("a")), "");
  EXPECT_EQ(reader.record().time_ms, second);
}

struct BrokenRow {
  const char* name;
  std::string line;
  std::string problem;
};

class BrokenLineTest : public testing::TestWithParam<BrokenRow> {};

TEST_P(BrokenLineTest, IsRefusedAndTheNextLineIsRead) {
  LineReader reader;
  EXPECT_EQ(reader.Read(GetParam().line), GetParam().problem);
  EXPECT_EQ(reader.Read(Line("good.example")), "");
  EXPECT_EQ(reader.record().name, "good.example");
}

const std::string kGood = Line("a.example");

INSTANTIATE_TEST_SUITE_P(
    Hostile, BrokenLineTest,
    testing::Values(
        BrokenRow{"Text", "hello", "no JSON object"}, BrokenRow{"Array", "[1]", "no JSON object"},
        BrokenRow{"Torn", kGood.substr(0, kGood.size() / 2), "no JSON object"},
        BrokenRow{"NotUtf8", Line("a\xFF.example"), "no JSON object"},
        BrokenRow{"Empty", "{}", "name is missing"},
        BrokenRow{"TwoObjects", kGood + kGood, "something stands behind the object"},
        BrokenRow{"Trailing", kGood + " x", "no JSON object"},
        BrokenRow{"Twice", Line("a", "no_caa", R"(,"name":"b")"), "name stands there twice"},
        BrokenRow{"HugeCount", Line("a", "no_caa", R"(,"attempts":1e999)"), "attempts is no count"},
        BrokenRow{"NegativeCount", Line("a", "no_caa", R"(,"attempts":-1)"),
                  "attempts is no count"},
        BrokenRow{"HugeTtl",
                  Line("a", "no_caa", R"(,"caa":{"owner":"a","ttl":4294967296,"records":[]})"),
                  "caa is no set of CAA records"},
        BrokenRow{"NoRecords", Line("a", "no_caa", R"(,"caa":{"owner":"a","ttl":1,"records":[]})"),
                  "caa is no set of CAA records"},
        BrokenRow{"OtherOutcome",
                  R"({"name":"a","outcome":"deny","reason":"no_caa","may_issue":false,)"
                  R"("dnssec":"insecure","time":"2026-11-22T08:00:00.000Z"})",
                  "reason belongs to another outcome"},
        BrokenRow{"UnknownReason", R"({"name":"a","outcome":"deny","reason":"mood"})",
                  "reason is none of those that this version knows"},
        BrokenRow{"UnknownOutcome", R"({"name":"a","outcome":"maybe"})",
                  "outcome is none of the six"},
        BrokenRow{"BadTime", R"({"name":"a","time":"2026-13-22T08:00:00.000Z"})",
                  "time is no time in UTC of the years 1970 to 2100"},
        BrokenRow{"BadDecision", Line("a", "no_caa", R"(,"decisions":{"A":"maybe"})"),
                  "decisions holds something else than permit and deny"},
        BrokenRow{"Overlong", "{" + std::string(RecordReader::kMaxLineSize, ' '),
                  "longer than 1 MiB"}),
    [](const auto& row) { return std::string(row.param.name); });

/// A record cut off anywhere is none.
TEST(RecordReaderTest, RefusesEveryBeginningOfALine) {
  const std::string line = Line("a.example", "refused",
                                R"(,"servers":[{"host":"h","result":"refused"}],"order":[1,{}])");
  LineReader reader;
  for (size_t size = 0; size < line.size(); ++size) {
    EXPECT_NE(reader.Read(line.substr(0, size)), "") << size;
  }
  EXPECT_EQ(reader.Read(line), "");
}

}  // namespace
}  // namespace caascan::report
