// Answers that look like something they are not: a row per behaviour, asked as a client asks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

using dns::RCode;
using dns::RRType;
using dns::Section;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kApex = "example.com";
constexpr uint16_t kFlagBits = dns::kFlagAA | dns::kFlagTC | dns::kFlagRA;

/// One behaviour: the faults, how it is asked, and what comes back.
struct Row {
  std::string name;
  std::string faults;
  Ask ask;
  RCode rcode = RCode::kNoError;
  uint16_t flags = dns::kFlagAA;  // Of AA, TC and RA.
  std::vector<std::string> answer;
  std::vector<std::string> authority;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.faults; }

class OddAnswerTest : public testing::TestWithParam<Row> {};

TEST_P(OddAnswerTest, Shows) {
  const Row& row = GetParam();
  const auto world = WorldOf(R"({"zones":[
    {"zone":"com"},
    {"zone":"example.com","servers":[{"addresses":["127.0.0.10"]}],
     "records":["@ CAA 0 issue \"ca\"","www A 127.0.0.1","out CNAME www.elsewhere.net.",
                "old DNAME elsewhere.net.","in CNAME www"],
     "faults":[)" + row.faults +
                             "]}]}");
  Responder responder(*world);
  const auto answer = AskResponder(&responder, row.ask);
  ASSERT_EQ(answer->reply.kind, Reply::Kind::kSend);
  ASSERT_EQ(answer->failure.error, dns::ParseError::kNone);
  EXPECT_EQ(answer->rcode(), row.rcode);
  const auto flags = static_cast<uint16_t>(answer->bytes[2] << 8 | answer->bytes[3]);
  EXPECT_EQ(flags & kFlagBits, row.flags);
  EXPECT_EQ(answer->Records(Section::kAnswer), row.answer);
  EXPECT_EQ(answer->Records(Section::kAuthority), row.authority);
}

const std::vector<std::string> kCaa = {"example.com 300 CAA 0 issue ca"};
const std::vector<std::string> kSoa = {"example.com 300 SOA ns1.example.com"};
const auto kRowName = [](const auto& test) { return test.param.name; };

/// A question over TCP.
Ask OverTcp(std::string_view name) { return {.name = name, .transport = Transport::kTcp}; }

INSTANTIATE_TEST_SUITE_P(
    UpwardReferral, OddAnswerTest,
    testing::Values(Row{"Root",
                        R"({"fault":"upward-referral","authoritative":true})",
                        {kApex},
                        RCode::kNoError,
                        dns::kFlagAA,
                        {},
                        {". 518400 NS a.root-servers.test"}},
                    Row{"Parent",
                        R"({"fault":"upward-referral","to":"parent"})",
                        {kApex},
                        RCode::kNoError,
                        0,
                        {},
                        {"com 518400 NS ns1.com"}},
                    Row{"Zone",
                        R"({"fault":"upward-referral","to":"zone","authoritative":true})",
                        {kApex},
                        RCode::kNoError,
                        dns::kFlagAA,
                        {},
                        {"example.com 3600 NS ns1.example.com"}}),
    kRowName);

constexpr uint16_t kTruncated = dns::kFlagAA | dns::kFlagTC;

INSTANTIATE_TEST_SUITE_P(Truncation, OddAnswerTest,
                         testing::Values(Row{"Empty",
                                             R"({"fault":"truncate-always"})",
                                             {kApex},
                                             RCode::kNoError,
                                             kTruncated,
                                             {},
                                             {}},
                                         Row{"EmptyOverTcp",
                                             R"({"fault":"truncate-always"})",
                                             OverTcp(kApex),
                                             RCode::kNoError,
                                             kTruncated,
                                             {},
                                             {}},
                                         Row{"WithRecordsOverTcp",
                                             R"({"fault":"tc-set"})",
                                             OverTcp(kApex),
                                             RCode::kNoError,
                                             kTruncated,
                                             kCaa,
                                             {}},
                                         Row{"OnlyOverTcp",
                                             R"({"fault":"tc-set","transport":"tcp"})",
                                             {kApex},
                                             RCode::kNoError,
                                             dns::kFlagAA,
                                             kCaa,
                                             {}}),
                         kRowName);

INSTANTIATE_TEST_SUITE_P(
    OtherData, OddAnswerTest,
    testing::Values(
        Row{"Recursive",
            R"({"fault":"recursive"})",
            {kApex},
            RCode::kNoError,
            dns::kFlagRA,
            kCaa,
            {}},
        Row{"OtherRecords",
            R"({"fault":"other-records","records":["@ 60 CAA 0 issue \"x\"","@ CAA 0 issue \"y\""]})",
            {kApex},
            RCode::kNoError,
            dns::kFlagAA,
            {"example.com 60 CAA 0 issue x", "example.com 60 CAA 0 issue y"},
            {}},
        Row{"OtherRecordsOfAnAbsentName",
            R"({"fault":"other-records","records":["new CAA 0 issue \"x\""]})",
            {"new.example.com"},
            RCode::kNoError,
            dns::kFlagAA,
            {"new.example.com 300 CAA 0 issue x"},
            {}},
        Row{"OtherRecordsOfAnotherName",
            R"({"fault":"other-records","records":["new CAA 0 issue \"x\""]})",
            {kApex},
            RCode::kNoError,
            dns::kFlagAA,
            kCaa,
            {}},
        Row{"OtherType",
            R"({"fault":"other-type","types":["CAA"]})",
            {kApex},
            RCode::kNoError,
            dns::kFlagAA,
            {"example.com 300 A 127.9.9.9"},
            {}},
        Row{"NothingAtAll",
            R"({"fault":"nodata"},{"fault":"no-soa"})",
            {kApex},
            RCode::kNoError,
            dns::kFlagAA,
            {},
            {}},
        Row{"NxDomain",
            R"({"fault":"nxdomain"})",
            {kApex},
            RCode::kNXDomain,
            dns::kFlagAA,
            {},
            kSoa}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(Alias, OddAnswerTest,
                         testing::Values(Row{"Denied",
                                             R"({"fault":"alias-denial"})",
                                             {"out.example.com"},
                                             RCode::kNoError,
                                             dns::kFlagAA,
                                             {"out.example.com 300 CNAME www.elsewhere.net"},
                                             kSoa},
                                         Row{"DeniedAsAbsent",
                                             R"({"fault":"alias-denial","rcode":"NXDOMAIN"})",
                                             {"out.example.com"},
                                             RCode::kNXDomain,
                                             dns::kFlagAA,
                                             {"out.example.com 300 CNAME www.elsewhere.net"},
                                             kSoa},
                                         Row{"DnameDenied",
                                             R"({"fault":"alias-denial"})",
                                             {"www.old.example.com"},
                                             RCode::kNoError,
                                             dns::kFlagAA,
                                             {"old.example.com 300 DNAME elsewhere.net",
                                              "www.old.example.com 300 CNAME www.elsewhere.net"},
                                             kSoa},
                                         Row{"InsideTheZone",
                                             R"({"fault":"alias-denial","rcode":"NXDOMAIN"})",
                                             {"in.example.com"},
                                             RCode::kNoError,
                                             dns::kFlagAA,
                                             {"in.example.com 300 CNAME www.example.com"},
                                             kSoa}),
                         kRowName);

constexpr char kRefusesCapitals[] = R"({"fault":"rcode","rcode":"REFUSED","letters":"capitals"})";

INSTANTIATE_TEST_SUITE_P(
    Letters, OddAnswerTest,
    testing::Values(
        Row{"Capitals",
            kRefusesCapitals,
            {.name = kApex, .case_bits = 0x2aa},
            RCode::kRefused,
            0,
            {},
            {}},
        Row{"Small", kRefusesCapitals, {kApex}, RCode::kNoError, dns::kFlagAA, kCaa, {}}),
    kRowName);

/// The types of a referral's authority section, with DO set.
std::vector<std::string> ReferralTypes(const std::string& fault, std::string_view child) {
  const auto world = WorldOf(R"({"zones":[{"zone":".","dnssec":true},
    {"zone":"com","dnssec":true,"servers":[{"addresses":["127.0.0.10"]}],"faults":[)" +
                             fault + R"(]},
    {"zone":"signed.com","dnssec":true,"servers":1},{"zone":"plain.com","servers":1}]})");
  Responder responder(*world);
  const auto answer = AskResponder(&responder, {.name = child, .dnssec_ok = true});
  std::vector<std::string> types;
  for (const dns::RecordView& record : answer->message.records(Section::kAuthority)) {
    types.emplace_back(dns::TypeName(record.type));
  }
  return types;
}

TEST(ReferralTest, LacksDsOrItsSignature) {
  EXPECT_THAT(ReferralTypes("", "signed.com"), ElementsAre("NS", "DS", "RRSIG"));
  EXPECT_THAT(ReferralTypes("", "plain.com"), ElementsAre("NS", "NSEC", "RRSIG"));
  const std::string nothing = R"({"fault":"no-ds-in-referral"})";
  EXPECT_THAT(ReferralTypes(nothing, "signed.com"), ElementsAre("NS"));
  EXPECT_THAT(ReferralTypes(nothing, "plain.com"), ElementsAre("NS"));
  EXPECT_THAT(ReferralTypes(R"({"fault":"no-ds-signature"})", "signed.com"),
              ElementsAre("NS", "DS"));
}

TEST(ReferralTest, DoesNotTouchTheAnswerToDs) {
  const auto world = WorldOf(R"({"zones":[{"zone":".","dnssec":true},
    {"zone":"com","dnssec":true,"servers":[{"addresses":["127.0.0.10"]}],
     "faults":[{"fault":"no-ds-in-referral"},{"fault":"no-ds-signature"}]},
    {"zone":"signed.com","dnssec":true,"servers":1}]})");
  Responder responder(*world);
  const auto answer =
      AskResponder(&responder, {.name = "signed.com", .type = RRType::kDS, .dnssec_ok = true});
  EXPECT_EQ(answer->message.count(Section::kAnswer), 2) << "the DS and its signature";
}

}  // namespace
}  // namespace caascan::lab
