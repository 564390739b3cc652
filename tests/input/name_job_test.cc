#include "scanner/input/name_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scanner/record/utf8.h"
#include "tests/record/record_samples.h"

namespace caascan::input {
namespace {

std::string Repeat(std::string_view part, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) text += part;
  return text;
}

struct Row {
  const char* name;
  std::string typed;
  std::string want_name;
  std::string want_input;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class MarkInvalidTest : public testing::TestWithParam<Row> {};

TEST_P(MarkInvalidTest, KeepsWhatWasTyped) {
  NameJob job;
  job.valid = true;
  MarkInvalid(GetParam().typed, &job, "why");
  EXPECT_FALSE(job.valid);
  EXPECT_EQ(job.details().invalid_name, GetParam().want_name);
  EXPECT_EQ(job.details().input, GetParam().want_input);
  EXPECT_EQ(job.details().detail, "why");
}

INSTANTIATE_TEST_SUITE_P(
    Rows, MarkInvalidTest,
    testing::ValuesIn(std::vector<Row>{
        {"Blanks", "not a name", "not a name", ""},
        {"Empty", "", "", ""},
        {"Root", ".", ".", ""},
        {"UpperCase", "Not A Name", "Not A Name", ""},
        {"Nul", std::string("a\0b", 3), "a\\000b", std::string("a\0b", 3)},
        {"Tab", "a\tb", "a\\009b", "a\tb"},
        {"Backslash", "a\\.b", "a\\\\.b", "a\\.b"},
        {"Delete", "\x7F", "\\127", "\x7F"},
        {"Latin1",
         "b\xFC"
         "cher",
         "b\\252cher",
         "b\xEF\xBF\xBD"
         "cher"},
        {"Utf8", "☃.example", "\\226\\152\\131.example", "☃.example"},
        {"Printable255", std::string(255, 'a'), std::string(255, 'a'), ""},
        {"Printable256", std::string(256, 'a'), std::string(255, 'a'), std::string(256, 'a')},
        {"CutBeforeAnEscape", std::string(252, 'a') + "\xFF", std::string(252, 'a'),
         std::string(252, 'a') + "\xEF\xBF\xBD"},
        {"EscapeThatFits", std::string(251, 'a') + "\x01", std::string(251, 'a') + "\\001",
         std::string(251, 'a') + "\x01"},
        {"Input1024", std::string(1024, 'a'), std::string(255, 'a'), std::string(1024, 'a')},
        {"Input1025", std::string(1025, 'a'), std::string(255, 'a'), std::string(1024, 'a')},
        {"CutAtACharacter", Repeat("€", 342), Repeat("\\226\\130\\172", 21), Repeat("€", 341)},
    }),
    [](const auto& row) { return std::string(row.param.name); });

TEST(CleanTypedTextTest, IsAlwaysUtf8AndShort) {
  for (const std::string& typed : {std::string(70000, '\xFF'), Repeat("\xF0\x9F\x98", 9000),
                                   Repeat("a\xED\xA0\x80", 4000), Repeat("😀", 5000)}) {
    const std::string clean = CleanTypedText(typed);
    EXPECT_LE(clean.size(), kMaxInputSize);
    EXPECT_GT(clean.size(), kMaxInputSize - 4);
    for (size_t i = 0; i < clean.size();) {
      const record::Utf8Character character = record::DecodeUtf8(clean, i);
      ASSERT_TRUE(character.valid);
      i += character.size;
    }
  }
}

NameJob ValidJob(bool wildcard) {
  NameJob job;
  job.valid = true;
  job.wildcard = wildcard;
  dns::Name parsed;
  EXPECT_EQ(dns::Name::FromText("www.example.com", &parsed), dns::NameError::kNone);
  job.name = parsed;
  job.mutable_details()->input = "WWW.example.com";
  job.mutable_details()->id.text = "17";
  job.mutable_details()->order.text = R"("first")";
  return job;
}

TEST(StartRecordTest, FillsWhatIsKnown) {
  Record record;
  StartRecord(ValidJob(false), &record);
  EXPECT_EQ(record.name, "www.example.com");
  EXPECT_EQ(record.input, "WWW.example.com");
  EXPECT_EQ(record.id.text, "17");
  EXPECT_EQ(record.order.text, R"("first")");
  StartRecord(ValidJob(true), &record);
  EXPECT_EQ(record.name, "*.www.example.com");
}

/// A record is used for name after name: nothing of the one before may show.
TEST(StartRecordTest, LeavesNothingOfTheRecordBefore) {
  NameJob job = ValidJob(false);
  job.mutable_details()->input.clear();
  job.mutable_details()->id.text.clear();
  job.mutable_details()->order.text.clear();
  Record fresh;
  Record used = FullRecord();
  std::string from_fresh;
  std::string from_used;
  StartRecord(job, &fresh);
  StartRecord(job, &used);
  AppendRecord(fresh, &from_fresh);
  AppendRecord(used, &from_used);
  EXPECT_EQ(from_used, from_fresh);
}

TEST(RequestOfTest, TheJobsOwnMembersTakeThePlaceOfTheScans) {
  IssuanceRequest of_scan;
  of_scan.issuer_domains = {"ca.example"};
  of_scan.account_uris = {"https://ca.example/1"};
  of_scan.validation_methods = {"dns-01"};
  of_scan.purpose = Purpose::kMark;
  of_scan.wildcard = true;
  NameJob job = ValidJob(false);
  IssuanceRequest request = RequestOf(job, of_scan);
  EXPECT_EQ(request.issuer_domains, of_scan.issuer_domains);
  EXPECT_EQ(request.account_uris, of_scan.account_uris);
  EXPECT_EQ(request.validation_methods, of_scan.validation_methods);
  EXPECT_EQ(request.purpose, Purpose::kTls) << "the job says it";
  EXPECT_FALSE(request.wildcard);
  job.mutable_details()->account_uris = {"https://ca.example/2", "urn:a"};
  job.mutable_details()->validation_methods = {"http-01"};
  job.purpose = Purpose::kSmime;
  request = RequestOf(job, of_scan);
  EXPECT_EQ(request.account_uris, (std::vector<std::string>{"https://ca.example/2", "urn:a"}));
  EXPECT_EQ(request.validation_methods, std::vector<std::string>{"http-01"});
  EXPECT_EQ(request.purpose, Purpose::kSmime);
}

/// What the records of a job come to.
std::string Lines(const NameJob& job, Record record) {
  std::string lines;
  AppendRecords(job, record::NdjsonFormat(), &record, &lines);
  return lines;
}

TEST(AppendRecordsTest, EachTwinHasItsOwnInput) {
  NameJob job = ValidJob(false);
  job.rank = 3;
  job.mutable_details()->input_columns.text = R"({"type":"x"})";
  job.mutable_details()->twins.push_back({"Www.example.com", {"18"}, {}, {}, kNoRank});
  job.mutable_details()->twins.push_back({"", {}, {}, {R"({"type":"y"})"}, 0});
  const std::string lines =
      Lines(job, ErrorRecord(job, Reason::kStopped, std::chrono::system_clock::time_point()));
  EXPECT_THAT(lines, testing::MatchesRegex(".*WWW.example.com.*Z\",\"rank\":3,\"input_columns\":."
                                           "\"type\":\"x\"},\"id\":17,\"order\":\"first\"}\n"
                                           ".*Www.example.com.*Z\",\"id\":18}\n"
                                           ".*Z\",\"rank\":0,\"input_columns\":."
                                           "\"type\":\"y\"}}\n"));
}

TEST(ErrorRecordTest, WritesTheLine) {
  const std::string_view tail =
      R"("may_issue":false,"would_issue":false,"dnssec":"unchecked","queries":0,"retries":0,"elapsed_ms":0,)"
      R"("time":"1970-01-01T00:00:01.000Z")";
  const std::chrono::system_clock::time_point time{std::chrono::seconds(1)};
  const std::string blocklisted =
      Lines(ValidJob(true), ErrorRecord(ValidJob(true), Reason::kBlocklisted, time));
  EXPECT_EQ(blocklisted,
            R"({"name":"*.www.example.com","input":"WWW.example.com","outcome":"error",)"
            R"("reason":"blocklisted",)" +
                std::string(tail) + R"(,"id":17,"order":"first"})" + "\n");
  NameJob invalid;
  MarkInvalid(std::string("a\0b", 3), &invalid);
  EXPECT_EQ(Lines(invalid, ErrorRecord(invalid, Reason::kStopped, time)),
            R"({"name":"a\\000b","input":"a\u0000b","outcome":"error","reason":"invalid_name",)" +
                std::string(tail) + "}\n");
}

}  // namespace
}  // namespace caascan::input
