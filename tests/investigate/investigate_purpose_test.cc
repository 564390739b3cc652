// What one name asks for itself: its purpose, and accounts of which any may match.
#include <gtest/gtest.h>

#include <utility>

#include "tests/investigate/investigate_fixture.h"

namespace caascan::investigate {
namespace {

using InvestigatePurposeTest = InvestigateFixture;

TEST_F(InvestigatePurposeTest, OneOfSeveralAccountsIsEnough) {
  options_.request.account_uris = {"https://ca.example/acct/1", "https://ca.example/acct/2"};
  resolver_.Script(
      "example.com",
      Records({{0, "issue", "letsencrypt.org; accounturi=https://ca.example/acct/2"}}));
  EXPECT_EQ(Run("example.com")["reason"], "issuer_authorized");
}

/// RFC 9495 §4. The set of CAs is decided for the same purpose.
TEST_F(InvestigatePurposeTest, ANamesOwnPurposeTakesTheScansPlace) {
  options_.ca_set = {{"Other", {"other.example"}}};
  resolver_.Script("example.com",
                   Records({{0, "issue", ";"}, {0, "issuemail", "letsencrypt.org"}}));
  Line line = Run("example.com");
  EXPECT_EQ(line["reason"], "issuance_forbidden");
  EXPECT_EQ(line["for"], "");
  input::NameJob job = Job("example.com");
  job.purpose = Purpose::kSmime;
  line = Run(std::move(job));
  EXPECT_EQ(line["reason"], "issuer_authorized");
  EXPECT_EQ(line["for"], "smime");
  EXPECT_EQ(line["decisions"], R"({"Other":"deny"})");
  job = Job("example.com");
  job.purpose = Purpose::kMark;
  line = Run(std::move(job));
  EXPECT_EQ(line["reason"], "no_issue_property");
  EXPECT_EQ(line["decisions"], R"({"Other":"permit"})");
}

}  // namespace
}  // namespace caascan::investigate
