// What the lab expects for S/MIME and mark certificates (RFC 9495), and how its lists ask for them.
#include "tools/caalab/truth/purpose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>

#include "tests/lab/lab_asker.h"
#include "tools/caalab/truth/truth.h"

namespace caascan::lab {
namespace {

using testing::HasSubstr;

constexpr std::string_view kZones = R"({"zones": [
  {"zone": "."}, {"zone": "com"},
  {"zone": "a.com", "records": [
    "mail CAA 0 issuemail \"LetsEncrypt.org; x=1\"",
    "others CAA 0 issuemail \"ca.example\"",
    "others CAA 0 issue \"letsencrypt.org\"",
    "nobody CAA 0 IssueMail \";\"",
    "both CAA 0 issuemail \";\"",
    "both CAA 0 issuemail \"letsencrypt.org\"",
    "none CAA 0 issue \";\"",
    "critical CAA 128 tbs \"\"",
    "critical CAA 0 issuemail \"letsencrypt.org\"",
    "known CAA 128 issuevmc \"letsencrypt.org\"",
    "bad CAA 0 issuemail \"letsencrypt.org.\"",
    "parameters CAA 0 issuemail \"letsencrypt.org; x\"",
    "parameters CAA 0 issuemail \"ca.example\"",
    "account CAA 0 issuemail \"letsencrypt.org; accounturi=12\"",
    "method CAA 0 issuemail \"letsencrypt.org; validationmethods=a,,b\""]}]})";

struct PurposeRow {
  const char* name;
  const char* asked;
  const char* purpose;
  const char* reason;
};
std::ostream& operator<<(std::ostream& out, const PurposeRow& row) { return out << row.name; }

class ForPurposeTest : public testing::TestWithParam<PurposeRow> {};

TEST_P(ForPurposeTest, FollowsFromTheZones) {
  const auto world = WorldOf(std::string(kZones));
  Expectation of_tls;
  of_tls.name = GetParam().asked;
  of_tls.reason = "issuer_authorized";
  const auto expect = ForPurpose(*world, of_tls, GetParam().purpose);
  ASSERT_TRUE(expect.ok()) << expect.status().message();
  EXPECT_EQ(expect->reason, GetParam().reason);
  EXPECT_EQ(expect->purpose, GetParam().purpose);
}

INSTANTIATE_TEST_SUITE_P(
    Sets, ForPurposeTest,
    testing::Values(
        PurposeRow{"NoSet", "b.com", "smime", "no_caa"},
        PurposeRow{"Authorized", "mail.a.com", "smime", "issuer_authorized"},
        PurposeRow{"Climbed", "x.y.mail.a.com", "smime", "issuer_authorized"},
        PurposeRow{"OtherPurpose", "mail.a.com", "mark", "no_issue_property"},
        PurposeRow{"Others", "others.a.com", "smime", "issuer_not_authorized"},
        PurposeRow{"Nobody", "nobody.a.com", "smime", "issuance_forbidden"},
        PurposeRow{"NobodyBeside", "both.a.com", "smime", "issuer_authorized"},
        PurposeRow{"IssueIsNotLookedAt", "none.a.com", "smime", "no_issue_property"},
        PurposeRow{"UnknownCritical", "critical.a.com", "smime", "unknown_critical_property"},
        PurposeRow{"KnownCritical", "known.a.com", "mark", "issuer_authorized"},
        PurposeRow{"KnownCriticalOfAnother", "known.a.com", "smime", "no_issue_property"},
        PurposeRow{"Malformed", "bad.a.com", "smime", "malformed_property"},
        PurposeRow{"BadParameters", "parameters.a.com", "smime", "malformed_property"},
        PurposeRow{"NoUri", "account.a.com", "smime", "account_uri_mismatch"},
        PurposeRow{"NoList", "method.a.com", "smime", "validation_method_mismatch"},
        PurposeRow{"Wildcard", "*.mail.a.com", "smime", "invalid_name"}),
    [](const auto& row) { return row.param.name; });

TEST(ForPurposeTest, FailuresFailForAll) {
  const auto world = WorldOf(std::string(kZones));
  Expectation of_tls;
  of_tls.name = "mail.a.com";
  of_tls.reason = "no_response";
  EXPECT_EQ(ForPurpose(*world, of_tls, "smime")->reason, "no_response");
  EXPECT_EQ(ForPurpose(*world, of_tls, "")->purpose, "");
}

TEST(ForPurposeTest, WhatIsStatedMustAgree) {
  const auto world = WorldOf(std::string(kZones));
  Expectation of_tls;
  of_tls.name = "mail.a.com";
  of_tls.reason = "no_issue_property";
  of_tls.smime_reason = "issuance_forbidden";
  EXPECT_THAT(std::string(ForPurpose(*world, of_tls, "smime").status().message()),
              HasSubstr("but by the zones it is issuer_authorized"));
  EXPECT_TRUE(ForPurpose(*world, of_tls, "mark").ok());
}

TEST(AskedTest, NamesObjectsAndAddresses) {
  EXPECT_EQ(ReadAsked("a.example")->name, "a.example");
  const auto mail = ReadAsked(R"({"name":"user@a.example","for":"smime"})");
  ASSERT_TRUE(mail.ok());
  EXPECT_EQ(mail->name, "a.example");
  EXPECT_EQ(mail->purpose, "smime");
  EXPECT_EQ(ReadAsked(R"({"name":"a.example","for":"tls"})")->purpose, "");
  EXPECT_FALSE(ReadAsked(R"({"for":"tls"})").ok());
  EXPECT_FALSE(ReadAsked(R"({"name":"a.example","for":"code"})").ok());
  EXPECT_FALSE(ReadAsked("{").ok());
}

TEST(AskedTest, ListsHoldAllPurposes) {
  Expectation expect;
  expect.reason = "no_caa";
  std::map<std::string, int> purposes;
  int addresses = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example";
    const std::string line = LineForSomePurpose(name, expect, 7);
    const auto asked = ReadAsked(line);
    ASSERT_TRUE(asked.ok()) << line;
    EXPECT_EQ(asked->name, name);
    ++purposes[asked->purpose];
    addresses += line.find('@') != std::string::npos ? 1 : 0;
    EXPECT_EQ(ReadAsked(LineForSomePurpose("*." + name, expect, 7))->purpose, "");
  }
  for (const char* purpose : {"", "smime", "mark"}) EXPECT_GT(purposes[purpose], 50) << purpose;
  EXPECT_GT(addresses, 20);
  expect.reason = "invalid_name";
  EXPECT_EQ(LineForSomePurpose("n1.example", expect, 7), R"({"name":"n1.example"})");
}

TEST(TruthLineTest, SaysThePurpose) {
  const auto world = WorldOf(std::string(kZones));
  Expectation of_tls;
  of_tls.name = "others.a.com";
  of_tls.reason = "issuer_authorized";
  const auto line = TruthLine(*world, *ForPurpose(*world, of_tls, "smime"));
  ASSERT_TRUE(line.ok()) << line.status().message();
  EXPECT_THAT(*line, HasSubstr(R"({"name":"others.a.com","for":"smime","outcome":"deny",)"
                               R"("reason":"issuer_not_authorized","may_issue":false,)"));
}

}  // namespace
}  // namespace caascan::lab
