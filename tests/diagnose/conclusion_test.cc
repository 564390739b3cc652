// What one server did with the probes, and the findings that follow: a row each.
#include "scanner/diagnose/conclusion.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/client.h"
#include "tests/query/names.h"

namespace caascan::diagnose {
namespace {

using testing::ElementsAreArray;

using Kind = ProbeKind;
using Result = ServerResult;

struct Row {
  const char* name;
  Result met;
  std::vector<std::pair<Kind, Result>> probes;
  std::vector<std::string> codes;
  bool gave_no_keys = false;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

Examination ExaminationOf(const Row& row) {
  Examination examination;
  examination.host = dns::CompactName(query::N("ns1.example"));
  examination.met = {true, row.met, 0, 1, {}};
  examination.gave_no_keys = row.gave_no_keys;
  for (const auto& [kind, result] : row.probes) {
    Heard& heard = examination.heard(kind);
    heard = {true, result, 0, 5, {}};
    if (result == Result::kMismatched) heard.mismatches.question = 1;
  }
  return examination;
}

class ExaminedTest : public testing::TestWithParam<Row> {};

TEST_P(ExaminedTest, GivesTheFindingsThatTheEvidenceBears) {
  std::vector<Finding> findings;
  AddExamined(ExaminationOf(GetParam()), &findings);
  std::vector<std::string> codes;
  for (const Finding& finding : findings) {
    codes.emplace_back(FindingCodeText(finding.code));
    EXPECT_EQ(finding.host, "ns1.example");
    EXPECT_FALSE(finding.evidence.empty());
  }
  EXPECT_THAT(codes, ElementsAreArray(GetParam().codes));
}

// RFC 8906 §3.1.2, RFC 3597 §3.
INSTANTIATE_TEST_SUITE_P(
    TheZoneIsServed, ExaminedTest,
    testing::Values(Row{"NotimpOnCaa",
                        Result::kNotimp,
                        {{Kind::kSoa, Result::kAnswer},
                         {Kind::kCaa, Result::kNotimp},
                         {Kind::kUnknownType, Result::kAnswer}},
                        {"notimp_on_caa", "notimp_for_type"}},
                    Row{"RefusedOnCaa",
                        Result::kRefused,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kCaa, Result::kRefused}},
                        {"refused_on_caa"}},
                    Row{"OtherRcodeOnCaa",
                        Result::kRcode,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kCaa, Result::kRcode}},
                        {"rcode_on_caa"}},
                    Row{"UnknownTypesRejectedToo",
                        Result::kServfail,
                        {{Kind::kSoa, Result::kAnswer},
                         {Kind::kCaa, Result::kServfail},
                         {Kind::kUnknownType, Result::kNotimp}},
                        {"servfail_on_caa", "unknown_types_rejected", "notimp_for_type"}},
                    Row{"CaaDropped",
                        Result::kTimeout,
                        {{Kind::kSoa, Result::kAnswer},
                         {Kind::kCaa, Result::kTimeout},
                         {Kind::kUnknownType, Result::kAnswer}},
                        {"caa_dropped"}},
                    Row{"UnknownTypesDroppedToo",
                        Result::kTimeout,
                        {{Kind::kSoa, Result::kAnswer},
                         {Kind::kCaa, Result::kTimeout},
                         {Kind::kUnknownType, Result::kTimeout}},
                        {"caa_dropped", "unknown_types_dropped"}},
                    // It was an answer that the look-up missed, or an error that is over.
                    Row{"AnswersNow",
                        Result::kTimeout,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kCaa, Result::kAnswer}},
                        {}},
                    Row{"WasCutShort", Result::kTimeout, {{Kind::kSoa, Result::kAnswer}}, {}},
                    Row{"OnlyAnOptionIsMinded",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer},
                         {Kind::kUnknownType, Result::kAnswer},
                         {Kind::kSoaWithOption, Result::kFormerr}},
                        {"edns_option_rejected"}},
                    Row{"AnOptionIsDropped",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kSoaWithOption, Result::kTimeout}},
                        {"edns_option_rejected"}},
                    Row{"TcpIsSilent",
                        Result::kTruncated,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kCaa, Result::kTruncated}},
                        {"truncated_no_tcp"}},
                    Row{"TcpWasSilentOnce",
                        Result::kTruncated,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kCaa, Result::kAnswer}},
                        {}}),
    [](const auto& row) { return row.param.name; });

// RFC 1034 §4.3.2: an error for one name says nothing of a type.
INSTANTIATE_TEST_SUITE_P(OneName, ExaminedTest,
                         testing::Values(Row{"IsBroken",
                                             Result::kServfail,
                                             {{Kind::kSoa, Result::kAnswer},
                                              {Kind::kCaa, Result::kServfail},
                                              {Kind::kA, Result::kServfail},
                                              {Kind::kTxt, Result::kServfail},
                                              {Kind::kUnknownType, Result::kServfail}},
                                             {"name_broken"}},
                                         Row{"AnswersA",
                                             Result::kServfail,
                                             {{Kind::kSoa, Result::kAnswer},
                                              {Kind::kCaa, Result::kServfail},
                                              {Kind::kA, Result::kAnswer},
                                              {Kind::kTxt, Result::kServfail},
                                              {Kind::kUnknownType, Result::kServfail}},
                                             {"servfail_on_caa", "unknown_types_rejected"}},
                                         Row{"AnswersTxt",
                                             Result::kRefused,
                                             {{Kind::kSoa, Result::kAnswer},
                                              {Kind::kCaa, Result::kRefused},
                                              {Kind::kA, Result::kRefused},
                                              {Kind::kTxt, Result::kAnswer}},
                                             {"refused_on_caa"}},
                                         Row{"AnswersCaaNow",
                                             Result::kServfail,
                                             {{Kind::kSoa, Result::kAnswer},
                                              {Kind::kCaa, Result::kAnswer},
                                              {Kind::kA, Result::kServfail},
                                              {Kind::kTxt, Result::kServfail}},
                                             {}},
                                         // The zone itself is not served.
                                         Row{"NorDoesTheZone",
                                             Result::kServfail,
                                             {{Kind::kSoa, Result::kServfail},
                                              {Kind::kCaa, Result::kServfail},
                                              {Kind::kA, Result::kServfail},
                                              {Kind::kTxt, Result::kServfail}},
                                             {"lame_servfail"}}),
                         [](const auto& row) { return row.param.name; });

// RFC 4035 §3.1, where the parent has a DS.
INSTANTIATE_TEST_SUITE_P(
    NoKeys, ExaminedTest,
    testing::Values(Row{"Dropped",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer},
                         {Kind::kDnskey, Result::kTimeout},
                         {Kind::kDnskeyWithoutEdns, Result::kTimeout}},
                        {"dnskey_dropped"},
                        true},
                    // It is the size or EDNS, and not the type, that does not get through.
                    Row{"DroppedWithEdnsOnly",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer},
                         {Kind::kDnskey, Result::kTimeout},
                         {Kind::kDnskeyWithoutEdns, Result::kTruncated}},
                        {},
                        true},
                    Row{"CutShort",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kDnskey, Result::kTimeout}},
                        {},
                        true},
                    Row{"Refused",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kDnskey, Result::kRefused}},
                        {"dnskey_refused"},
                        true},
                    Row{"Servfail",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kDnskey, Result::kServfail}},
                        {"dnskey_servfail"},
                        true},
                    Row{"Notimp",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kDnskey, Result::kNotimp}},
                        {"dnskey_notimp"},
                        true},
                    Row{"Formerr",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kDnskey, Result::kFormerr}},
                        {"dnskey_rcode"},
                        true},
                    Row{"TruncatedAndNoTcp",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kDnskey, Result::kTruncated}},
                        {"truncated_no_tcp"},
                        true},
                    Row{"GivenNow",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kDnskey, Result::kAnswer}},
                        {},
                        true},
                    Row{"ZoneIsNotServed",
                        Result::kAnswer,
                        {{Kind::kSoa, Result::kRefused}, {Kind::kDnskey, Result::kRefused}},
                        {},
                        true}),
    [](const auto& row) { return row.param.name; });

// RFC 1912 §2.8.
INSTANTIATE_TEST_SUITE_P(
    TheZoneIsNotServed, ExaminedTest,
    testing::Values(
        Row{"Refused", Result::kRefused, {{Kind::kSoa, Result::kRefused}}, {"lame_refused"}},
        Row{"Servfail", Result::kServfail, {{Kind::kSoa, Result::kServfail}}, {"lame_servfail"}},
        Row{"Formerr", Result::kFormerr, {{Kind::kSoa, Result::kFormerr}}, {"lame_rcode"}},
        Row{"Notimp",
            Result::kNotimp,
            {{Kind::kSoa, Result::kNotimp}},
            {"lame_rcode", "notimp_for_type"}},
        Row{"AnswersWithoutAuthority",
            Result::kRefused,
            {{Kind::kSoa, Result::kNotAuthoritative}},
            {"lame_not_authoritative"}},
        Row{"CaaSilentSoaRefused",
            Result::kTimeout,
            {{Kind::kSoa, Result::kRefused}},
            {"lame_refused"}},
        Row{"SoaSilentCaaRefused", Result::kRefused, {{Kind::kSoa, Result::kTimeout}}, {}},
        Row{"NotAsked", Result::kRefused, {}, {}},
        Row{"CaaAnsweredSoaRefused", Result::kAnswer, {{Kind::kSoa, Result::kRefused}}, {}}),
    [](const auto& row) { return row.param.name; });

// RFC 8906 §3, RFC 6891 §7.
INSTANTIATE_TEST_SUITE_P(
    NothingComes, ExaminedTest,
    testing::Values(Row{"Silent",
                        Result::kTimeout,
                        {{Kind::kSoa, Result::kTimeout},
                         {Kind::kSoaWithoutEdns, Result::kTimeout},
                         {Kind::kSoaOverTcp, Result::kTimeout}},
                        {"server_silent"}},
                    Row{"SilentAndTcpRefused",
                        Result::kTimeout,
                        {{Kind::kSoa, Result::kTimeout},
                         {Kind::kSoaWithoutEdns, Result::kTimeout},
                         {Kind::kSoaOverTcp, Result::kUnreachable}},
                        {"server_silent"}},
                    Row{"OnlyUdpIsSilent",
                        Result::kTimeout,
                        {{Kind::kSoa, Result::kTimeout},
                         {Kind::kSoaWithoutEdns, Result::kTimeout},
                         {Kind::kSoaOverTcp, Result::kAnswer}},
                        {"udp_dropped"}},
                    Row{"TcpAnswersAndUdpWasCutShort",
                        Result::kTimeout,
                        {{Kind::kSoa, Result::kTimeout}, {Kind::kSoaOverTcp, Result::kAnswer}},
                        {}},
                    Row{"SilentButCutShort",
                        Result::kTimeout,
                        {{Kind::kSoa, Result::kTimeout}, {Kind::kSoaOverTcp, Result::kTimeout}},
                        {}},
                    Row{"EdnsDropped",
                        Result::kTimeout,
                        {{Kind::kSoa, Result::kTimeout},
                         {Kind::kSoaWithoutEdns, Result::kAnswer},
                         {Kind::kSoaOverTcp, Result::kTimeout},
                         {Kind::kSoaAgain, Result::kTimeout}},
                        {"edns_dropped"}},
                    Row{"EdnsLostByChance",
                        Result::kTimeout,
                        {{Kind::kSoa, Result::kTimeout},
                         {Kind::kSoaWithoutEdns, Result::kAnswer},
                         {Kind::kSoaAgain, Result::kAnswer}},
                        {}},
                    Row{"OnlyMismatches",
                        Result::kMismatched,
                        {{Kind::kSoa, Result::kMismatched}},
                        {"question_changed"}},
                    Row{"MismatchesAndAnswers",
                        Result::kMismatched,
                        {{Kind::kSoa, Result::kAnswer}, {Kind::kCaa, Result::kMismatched}},
                        {}}),
    [](const auto& row) { return row.param.name; });

TEST(ExaminedEvidenceTest, SaysWhatEachProbeDid) {
  Examination examination = ExaminationOf({"",
                                           Result::kTimeout,
                                           {{Kind::kSoa, Result::kAnswer},
                                            {Kind::kCaa, Result::kTimeout},
                                            {Kind::kCaaOverTcp, Result::kNotimp}},
                                           {}});
  std::vector<Finding> findings;
  AddExamined(examination, &findings);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].evidence,
            "CAA: no answer; CAA again: no answer in 5 tries, SOA answered behind each; "
            "CAA over TCP: NOTIMP; SOA: NOERROR");
}

TEST(ExaminedEvidenceTest, UdpThatIsSilentOverIpv6ShowsNothing) {
  net::Client client;
  Examination examination = ExaminationOf({"",
                                           Result::kTimeout,
                                           {{Kind::kSoa, Result::kTimeout},
                                            {Kind::kSoaWithoutEdns, Result::kTimeout},
                                            {Kind::kSoaOverTcp, Result::kAnswer}},
                                           {}});
  const auto count = [&](const char* address) {
    examination.peer = client.network()->PeerFor(*async::Address::FromText(address, 53));
    std::vector<Finding> findings;
    AddExamined(examination, &findings);
    return findings.size();
  };
  EXPECT_EQ(count("192.0.2.1"), 1u);
  EXPECT_EQ(count("2001:db8::1"), 0u);
  examination.peer = nullptr;
}

TEST(ExaminedEvidenceTest, SaysWhyOneTryOfASilentServerIsEnough) {
  Examination examination = ExaminationOf({"",
                                           Result::kTimeout,
                                           {{Kind::kSoa, Result::kTimeout},
                                            {Kind::kSoaWithoutEdns, Result::kTimeout},
                                            {Kind::kSoaOverTcp, Result::kTimeout}},
                                           {}});
  const std::string why = "; silent to all probes for other names before";
  for (const bool known : {false, true}) {
    examination.known_silent = known;
    std::vector<Finding> findings;
    AddExamined(examination, &findings);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].evidence.ends_with(why), known) << findings[0].evidence;
  }
}

// --tcp: what was not asked over UDP is not UDP's fault, nor is the server silent to everything.
TEST(ExaminedOverStreamsTest, ASilenceIsTcpsAndNoMore) {
  net::Client client({}, {.udp = false});
  const struct {
    const char* name;
    Row row;
    const char* code;
  } kRows[] = {
      {"Silent",
       {"",
        Result::kTimeout,
        {{Kind::kSoa, Result::kTimeout}, {Kind::kSoaWithoutEdns, Result::kTimeout}},
        {}},
       "tcp_unavailable"},
      {"RefusedLater",
       {"", Result::kTimeout, {{Kind::kSoa, Result::kUnreachable}}, {}},
       "tcp_unavailable"},
      {"SilentToEdns",
       {"",
        Result::kTimeout,
        {{Kind::kSoa, Result::kTimeout},
         {Kind::kSoaWithoutEdns, Result::kAnswer},
         {Kind::kSoaAgain, Result::kTimeout}},
        {}},
       "edns_dropped"},
      {"SilentForCaaAlone",
       {"", Result::kTimeout, {{Kind::kSoa, Result::kAnswer}, {Kind::kCaa, Result::kTimeout}}, {}},
       "caa_dropped"},
      {"Lame", {"", Result::kRefused, {{Kind::kSoa, Result::kRefused}}, {}}, "lame_refused"},
  };
  for (const auto& [name, row, code] : kRows) {
    SCOPED_TRACE(name);
    Examination examination = ExaminationOf(row);
    examination.peer = client.network()->PeerFor(*async::Address::FromText("192.0.2.1", 53));
    std::vector<Finding> findings;
    AddExamined(examination, &findings);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(FindingCodeText(findings[0].code), code);
    EXPECT_TRUE(findings[0].evidence.ends_with("over TCP alone")) << findings[0].evidence;
  }
}

TEST(ExaminedEvidenceTest, NoQuestionIsAnotherFindingThanAnotherQuestion) {
  Examination examination =
      ExaminationOf({"", Result::kMismatched, {{Kind::kSoa, Result::kMismatched}}, {}});
  examination.heard(Kind::kSoa).mismatches = {};
  examination.heard(Kind::kSoa).mismatches.no_question = 3;
  std::vector<Finding> findings;
  AddExamined(examination, &findings);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].code, FindingCode::kQuestionMissing);
}

TEST(ExaminedEvidenceTest, AnotherIdAndAnotherSourceAreOneFinding) {
  for (auto member : {&net::Mismatches::id, &net::Mismatches::source}) {
    Examination examination =
        ExaminationOf({"", Result::kMismatched, {{Kind::kSoa, Result::kMismatched}}, {}});
    examination.heard(Kind::kSoa).mismatches = {};
    examination.heard(Kind::kSoa).mismatches.*member = 2;
    std::vector<Finding> findings;
    AddExamined(examination, &findings);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].code, FindingCode::kIdOrPortChanged);
  }
}

}  // namespace
}  // namespace caascan::diagnose
