// Servers whose copy of a zone is not the others': a row per behaviour, asked as a client asks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

using dns::RRType;
using dns::Section;

struct Row {
  std::string name;
  std::string fault;
  std::string question;
  RRType type;
  std::vector<std::string> answer;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.fault; }

class DataFaultTest : public testing::TestWithParam<Row> {};

TEST_P(DataFaultTest, Answers) {
  const Row& row = GetParam();
  const auto world = WorldOf(R"({"zones":[{"zone":"a.test","servers":[{"addresses":["127.0.0.10"]}],
    "records":["@ TXT x","@ CAA 0 issue \"ca\"","@ CAA 0 issue \"cb\"",
               "both CNAME @","both CAA 0 issue \"ca\""],"faults":[)" +
                             row.fault + "]}]}");
  Responder responder(*world);
  const auto answer = AskResponder(&responder, {.name = row.question, .type = row.type});
  EXPECT_EQ(answer->rcode(), dns::RCode::kNoError);
  EXPECT_TRUE(answer->message.authoritative());
  EXPECT_EQ(answer->Records(Section::kAnswer), row.answer);
  EXPECT_EQ(answer->message.count(Section::kAuthority), row.answer.empty() ? 1 : 0) << "the SOA";
}

INSTANTIATE_TEST_SUITE_P(
    Copies, DataFaultTest,
    testing::Values(
        Row{"Sound",
            "",
            "a.test",
            RRType::kCAA,
            {"a.test 300 CAA 0 issue ca", "a.test 300 CAA 0 issue cb"}},
        Row{"NoData", R"({"fault":"nodata","types":["CAA"]})", "a.test", RRType::kCAA, {}},
        Row{"NoDataForOtherType",
            R"({"fault":"nodata","types":["TXT"]})",
            "a.test",
            RRType::kCAA,
            {"a.test 300 CAA 0 issue ca", "a.test 300 CAA 0 issue cb"}},
        Row{"FewerRecords",
            R"({"fault":"fewer-records"})",
            "a.test",
            RRType::kCAA,
            {"a.test 300 CAA 0 issue ca"}},
        Row{"CnameOrData", "", "both.a.test", RRType::kCAA, {"both.a.test 300 CAA 0 issue ca"}},
        Row{"CnameToo",
            R"({"fault":"cname-too"})",
            "both.a.test",
            RRType::kCAA,
            {"both.a.test 300 CNAME a.test", "both.a.test 300 CAA 0 issue ca"}}),
    [](const auto& test) { return test.param.name; });

TEST(OlderSerialTest, IsOneLessInAnswersAndBesideEmptyOnes) {
  const auto world = WorldOf(R"({"zones":[{"zone":"a.test","servers":[{"addresses":["127.0.0.10"]}],
    "records":["@ SOA ns1 hostmaster 256 1 1 1 1"],"faults":[{"fault":"older-serial"}]}]})");
  Responder responder(*world);
  for (const RRType type : {RRType::kSOA, RRType::kTXT}) {
    const auto answer = AskResponder(&responder, {.name = "a.test", .type = type});
    const Section section = type == RRType::kSOA ? Section::kAnswer : Section::kAuthority;
    int seen = 0;
    for (const dns::RecordView& record : answer->message.records(section)) {
      const auto serial = record.rdata.last(20).first<4>();
      EXPECT_THAT(serial, testing::ElementsAre(0, 0, 0, 255));
      ++seen;
    }
    EXPECT_EQ(seen, 1);
  }
}

}  // namespace
}  // namespace caascan::lab
