// The validation record beside CAA: one does not touch the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/investigate/investigate_fixture.h"

namespace caascan::investigate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

query::TextAnswer Texts(std::vector<std::string> texts) {
  query::TextAnswer answer;
  answer.status = query::LookupStatus::kRecords;
  answer.texts = std::move(texts);
  answer.ttl_s = 300;
  return answer;
}

query::TextAnswer TextsFailed(Reason reason) {
  query::TextAnswer answer;
  answer.failure = reason;
  return answer;
}

class InvestigatePersistTest : public InvestigateFixture {
 protected:
  InvestigatePersistTest() { options_.persist = true; }
};

TEST_F(InvestigatePersistTest, WithoutTheOptionNothingIsAsked) {
  options_.persist = false;
  const Line line = Run("www.example.com");
  EXPECT_THAT(line.text(), Not(HasSubstr("persist")));
  EXPECT_THAT(resolver_.asked(), ElementsAre("www.example.com", "example.com", "com"));
}

TEST_F(InvestigatePersistTest, StandsBesideTheVerdict) {
  resolver_.Script("example.com", Issue(";"));
  resolver_.ScriptTexts("_validation-persist.www.example.com",
                        Texts({"letsencrypt.org; accounturi=urn:a"}));
  const Line line = Run("www.example.com");
  EXPECT_EQ(line["outcome"], "deny");
  EXPECT_EQ(line["reason"], "issuance_forbidden");
  EXPECT_EQ(line["caa.owner"], "example.com");
  EXPECT_EQ(line["persist.result"], "valid");
  EXPECT_EQ(line["persist.records.0.account_uri"], "urn:a");
  EXPECT_EQ(line["queries"], "3");
}

TEST_F(InvestigatePersistTest, AsksForTheAccountAndTheWildcardOfTheJob) {
  resolver_.ScriptTexts("_validation-persist.example.com",
                        Texts({"letsencrypt.org; accounturi=urn:a"}));
  EXPECT_EQ(Run(Job("example.com", /*wildcard=*/true))["persist.result"], "policy_mismatch");
  input::NameJob job = Job("example.com");
  job.mutable_details()->account_uris = {"urn:b"};
  EXPECT_EQ(Run(std::move(job))["persist.result"], "account_uri_mismatch");
}

TEST_F(InvestigatePersistTest, AFailureChangesNothingOfTheVerdict) {
  resolver_.ScriptTexts("_validation-persist.example.com", TextsFailed(Reason::kNoResponse));
  const Line line = Run("example.com");
  EXPECT_EQ(line["outcome"], "permit");
  EXPECT_EQ(line["reason"], "no_caa");
  EXPECT_EQ(line["persist.result"], "failed");
  EXPECT_EQ(line["persist.reason"], "no_response");
  EXPECT_EQ(line["servers"], "");
  EXPECT_EQ(line["findings"], "");
}

TEST_F(InvestigatePersistTest, IsAskedForWhereCaaFailedToo) {
  resolver_.Script("example.com", Failed(Reason::kServfail));
  const Line line = Run("example.com");
  EXPECT_EQ(line["outcome"], "servfail");
  EXPECT_EQ(line["persist.result"], "none");
}

TEST_F(InvestigatePersistTest, OfANameThatWasNeverResolvedThereIsNone) {
  for (const Reason reason : {Reason::kNoSuchTld, Reason::kBlocklisted, Reason::kStopped}) {
    resolver_.Script("example.com", Failed(reason));
  }
  for (int i = 0; i < 3; ++i) {
    const Line line = Run("example.com");
    EXPECT_EQ(line["outcome"], "error");
    EXPECT_EQ(line["persist"], "");
  }
}

/// The climb's answer is shared; another name's look-up may replace it while this one waits.
TEST_F(InvestigatePersistTest, ManyNamesBelowOneParent) {
  resolver_.Script("example.com", Issue("letsencrypt.org"));
  std::vector<input::NameJob> jobs;
  for (int i = 0; i < 20; ++i) jobs.push_back(Job("n" + std::to_string(i) + ".example.com"));
  for (const Line& line : RunAll(jobs)) {
    EXPECT_EQ(line["reason"], "issuer_authorized");
    EXPECT_EQ(line["persist.result"], "none");
  }
  EXPECT_EQ(resolver_.CountAsked("example.com"), 1u);
}

}  // namespace
}  // namespace caascan::investigate
