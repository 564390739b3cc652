// Answers of a sound server: aliases inside a zone, and what fits the client.
#include "tools/caalab/serve/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

using dns::RCode;
using dns::Section;
using testing::ElementsAre;
using testing::SizeIs;

constexpr char kAliases[] =
    R"({"zones":[{"zone":"example.com","servers":[{"addresses":["127.0.0.10"]}],
  "records":["one CNAME two","two CNAME three","three CAA 0 issue \"ca\"","out CNAME a.example.net.",
             "loop CNAME pool","pool CNAME loop","gone CNAME nothing","child NS ns.child",
             "into CNAME x.child","d DNAME e","x.e CAA 0 issue \"ca\"","far DNAME example.net.",
             "@ CAA 0 issue \"ca\"","$GENERATE 1-60 big CAA 0 issue \"issuer$.example\""]}]})";

class AliasTest : public testing::Test {
 protected:
  std::vector<std::string> Answers(std::string_view name) {
    answer_ = AskResponder(&responder_, {name});
    return answer_->Records(Section::kAnswer);
  }

  const std::unique_ptr<World> world_ = WorldOf(kAliases);
  Responder responder_{*world_};
  std::unique_ptr<Answer> answer_;
};

TEST_F(AliasTest, AreFollowedInsideTheZone) {
  EXPECT_THAT(Answers("one.example.com"), ElementsAre("one.example.com 300 CNAME two.example.com",
                                                      "two.example.com 300 CNAME three.example.com",
                                                      "three.example.com 300 CAA 0 issue ca"));
}

TEST_F(AliasTest, EndOutsideTheZone) {
  EXPECT_THAT(Answers("out.example.com"), ElementsAre("out.example.com 300 CNAME a.example.net"));
  EXPECT_EQ(answer_->rcode(), RCode::kNoError);
}

TEST_F(AliasTest, ToNothingAreNxDomain) {
  EXPECT_THAT(Answers("gone.example.com"), SizeIs(1));
  EXPECT_EQ(answer_->rcode(), RCode::kNXDomain) << "RFC 6604 §3";
}

TEST_F(AliasTest, IntoADelegatedZoneEndThere) {
  EXPECT_THAT(Answers("into.example.com"), SizeIs(1));
  EXPECT_EQ(answer_->rcode(), RCode::kNoError);
}

TEST_F(AliasTest, InALoopEnd) { EXPECT_THAT(Answers("loop.example.com"), SizeIs(17)); }

TEST_F(AliasTest, OfDnameAreSynthesised) {
  EXPECT_THAT(Answers("x.d.example.com"), ElementsAre("d.example.com 300 DNAME e.example.com",
                                                      "x.d.example.com 300 CNAME x.e.example.com",
                                                      "x.e.example.com 300 CAA 0 issue ca"));
  EXPECT_THAT(Answers("y.far.example.com"),
              ElementsAre("far.example.com 300 DNAME example.net",
                          "y.far.example.com 300 CNAME y.example.net"));
}

TEST_F(AliasTest, OfDnameThatGrowTooLongAreYxDomain) {
  const std::string label(60, 'a');
  const std::string name = label + "." + label + "." + label + "." + label.substr(8);
  EXPECT_THAT(Answers(name + ".d.example.com"), SizeIs(2));
  const auto world = WorldOf(
      R"({"zones":[{"zone":"d.test","servers":[{"addresses":["127.0.0.10"]}],
      "records":["x DNAME a-rather-long-label-to-make-it-longer.d.test."]}]})");
  Responder responder(*world);
  const std::string long_name = name + ".x.d.test";
  const auto answer = AskResponder(&responder, {long_name});
  EXPECT_EQ(static_cast<int>(answer->rcode()), 6) << "RFC 6672 §2.2";
}

struct SizeRow {
  std::string name;
  bool edns;
  uint16_t payload;
  size_t at_most;
  bool truncated;
};
std::ostream& operator<<(std::ostream& out, const SizeRow& row) { return out << row.name; }

class SizeTest : public testing::TestWithParam<SizeRow> {};

TEST_P(SizeTest, UdpAnswersFitTheClient) {
  const auto world = WorldOf(kAliases);
  Responder responder(*world);
  const SizeRow& row = GetParam();
  const auto answer = AskResponder(
      &responder, {.name = "big.example.com", .edns = row.edns, .udp_payload_size = row.payload});
  ASSERT_EQ(answer->failure.error, dns::ParseError::kNone);
  EXPECT_LE(answer->bytes.size(), row.at_most);
  EXPECT_EQ(answer->message.truncated(), row.truncated);
  EXPECT_EQ(answer->message.count(Section::kAnswer), row.truncated ? 0 : 60);
}

// 60 records of 33 or 34 octets each.
INSTANTIATE_TEST_SUITE_P(Limits, SizeTest,
                         testing::Values(SizeRow{"WithoutEdns", false, 0, 512, true},
                                         SizeRow{"Small", true, 100, 512, true},
                                         SizeRow{"Usual", true, 1232, 1232, true},
                                         SizeRow{"Large", true, 4096, 4096, false},
                                         SizeRow{"Largest", true, 65535, 4096, false}),
                         [](const auto& test) { return test.param.name; });

TEST(AnswerTest, TcpCarriesWhatUdpDoesNot) {
  const auto world = WorldOf(
      R"({"zones":[{"zone":"example.com","servers":[{"addresses":["127.0.0.10"]}],
      "records":["$GENERATE 0-1000 @ CAA 0 issue \"ca$.example\""]}]})");
  Responder responder(*world);
  const auto udp = AskResponder(&responder, {.name = "example.com", .udp_payload_size = 65535});
  EXPECT_TRUE(udp->message.truncated());
  const auto tcp = AskResponder(&responder, {.name = "example.com", .transport = Transport::kTcp});
  ASSERT_EQ(tcp->failure.error, dns::ParseError::kNone);
  EXPECT_EQ(tcp->message.count(Section::kAnswer), 1001);
}

}  // namespace
}  // namespace caascan::lab
