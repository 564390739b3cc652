#include "scanner/serve/terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan::serve {
namespace {

using testing::ElementsAre;

class TakeTermsTest : public testing::Test {
 protected:
  TakeTermsTest() {
    usual_.request.issuer_domains = {"ca.example"};
    usual_.request.uses_exception = true;
  }
  Inquiry usual_;
};

TEST_F(TakeTermsTest, WithoutMembersTheUsualHolds) {
  Query query;
  const auto inquiry = TakeTerms(usual_, &query);
  ASSERT_TRUE(inquiry.ok());
  EXPECT_THAT(inquiry->request.issuer_domains, ElementsAre("ca.example"));
  EXPECT_TRUE(inquiry->request.uses_exception);
  EXPECT_FALSE(inquiry->fresh);
  EXPECT_FALSE(inquiry->also_persist);
}

TEST_F(TakeTermsTest, TakesWhatItKnowsAndLeavesTheRest) {
  Query query = {{"ca", "letsencrypt.org"},
                 {"name", "x"},
                 {"ca", "pki.goog"},
                 {"wildcard", "1"},
                 {"fresh", ""},
                 {"also", "persist"},
                 {"account_uri", "https://a/1"},
                 {"on_failure", "refuse"},
                 {"validation_method", "dns-01"}};
  const auto inquiry = TakeTerms(usual_, &query);
  ASSERT_TRUE(inquiry.ok()) << inquiry.status();
  EXPECT_THAT(inquiry->request.issuer_domains, ElementsAre("letsencrypt.org", "pki.goog"));
  EXPECT_TRUE(inquiry->request.wildcard);
  EXPECT_TRUE(inquiry->fresh);
  EXPECT_TRUE(inquiry->also_persist);
  EXPECT_FALSE(inquiry->request.uses_exception);
  EXPECT_EQ(inquiry->request.account_uris, (std::vector<std::string>{"https://a/1"}));
  EXPECT_EQ(inquiry->request.validation_methods, (std::vector<std::string>{"dns-01"}));
  EXPECT_EQ(query, (Query{{"name", "x"}}));
}

TEST_F(TakeTermsTest, AKnownCasNameStandsForItsIssuerDomains) {
  Query query = {{"ca", "Let's Encrypt"}};
  EXPECT_THAT(TakeTerms(usual_, &query)->request.issuer_domains, ElementsAre("letsencrypt.org"));
}

TEST_F(TakeTermsTest, AnotherCaDoesAfterFailuresWhatItIsKnownToDo) {
  Query query = {{"ca", "unknown.example"}};
  EXPECT_FALSE(TakeTerms(usual_, &query)->request.uses_exception);
}

TEST_F(TakeTermsTest, WrongValuesAreNamed) {
  for (const auto& [name, value] : Query{{"ca", "no CA at all"},
                                         {"ca", ""},
                                         {"wildcard", "maybe"},
                                         {"fresh", "2"},
                                         {"also", "txt"},
                                         {"on_failure", "no"}}) {
    Query query = {{name, value}};
    const auto inquiry = TakeTerms(usual_, &query);
    ASSERT_FALSE(inquiry.ok()) << name << "=" << value;
    EXPECT_THAT(std::string(inquiry.status().message()), testing::StartsWith(name + ": "));
  }
}

}  // namespace
}  // namespace caascan::serve
