#include "caascan/persist.h"

#include <gtest/gtest.h>

#include <vector>

namespace caascan {
namespace {

using R = PersistResult;

constexpr uint64_t kNow = 1'800'000'000;
constexpr const char* kAccount = "https://ca.example/acct/1";

IssuanceRequest Request(bool wildcard = false) {
  IssuanceRequest request;
  request.issuer_domains = {"ca.example", "second.example"};
  request.account_uris = {kAccount};
  request.wildcard = wildcard;
  return request;
}

struct JudgeRow {
  const char* name;
  const char* text;
  R plain;
  R wildcard;
  const char* detail = "";
};

class JudgePersistRecordTest : public testing::TestWithParam<JudgeRow> {};

TEST_P(JudgePersistRecordTest, ForANameAndForAWildcard) {
  const JudgeRow& row = GetParam();
  const PersistRecord plain = JudgePersistRecord(row.text, Request(), kNow);
  EXPECT_EQ(PersistResultCode(plain.result), PersistResultCode(row.plain));
  EXPECT_EQ(plain.detail, row.detail);
  EXPECT_EQ(plain.text, row.text);
  EXPECT_EQ(PersistResultCode(JudgePersistRecord(row.text, Request(true), kNow).result),
            PersistResultCode(row.wildcard));
}

std::string NameOf(const testing::TestParamInfo<JudgeRow>& row) { return row.param.name; }

// BR 3.2.2.4.22: the issuer's domain name and accounturi must be there and fit.
INSTANTIATE_TEST_SUITE_P(
    IssuerAndAccount, JudgePersistRecordTest,
    testing::Values(
        JudgeRow{"Sound", "ca.example; accounturi=https://ca.example/acct/1", R::kValid,
                 R::kPolicyMismatch},
        JudgeRow{"SecondNameOfTheCa", "second.example;accounturi=https://ca.example/acct/1",
                 R::kValid, R::kPolicyMismatch},
        JudgeRow{"LetterCaseOfIssuerAndTag",
                 "CA.Example; AccountURI=https://ca.example/acct/1; PERSISTUNTIL=1800000000",
                 R::kValid, R::kPolicyMismatch},
        JudgeRow{"BlanksAroundParts", " ca.example\t;\taccounturi = https://ca.example/acct/1 ",
                 R::kValid, R::kPolicyMismatch},
        JudgeRow{"OtherCa", "other.example; accounturi=https://ca.example/acct/1",
                 R::kIssuerNotAuthorized, R::kIssuerNotAuthorized},
        // Another CA's record is that CA's to read.
        JudgeRow{"OtherCaMalformed", "other.example; accounturi", R::kIssuerNotAuthorized,
                 R::kIssuerNotAuthorized},
        JudgeRow{"BelowTheCa", "www.ca.example; accounturi=https://ca.example/acct/1",
                 R::kIssuerNotAuthorized, R::kIssuerNotAuthorized},
        JudgeRow{"OtherAccount", "ca.example; accounturi=https://ca.example/acct/2",
                 R::kAccountUriMismatch, R::kAccountUriMismatch},
        // RFC 3986 §6.2.1: compared as strings.
        JudgeRow{"AccountOfOtherLetterCase", "ca.example; accounturi=https://CA.example/acct/1",
                 R::kAccountUriMismatch, R::kAccountUriMismatch},
        JudgeRow{"NoAccount", "ca.example", R::kMalformed, R::kMalformed, "accounturi is missing"},
        JudgeRow{"NoAccountButPolicy", "ca.example; policy=wildcard", R::kMalformed, R::kMalformed,
                 "accounturi is missing"},
        JudgeRow{"EmptyAccount", "ca.example; accounturi=", R::kMalformed, R::kMalformed,
                 "accounturi is not a URI"},
        JudgeRow{"AccountThatIsNoUri", "ca.example; accounturi=12345", R::kMalformed, R::kMalformed,
                 "accounturi is not a URI"}),
    NameOf);

// RFC 8659 §4.2, and what the draft adds to it.
INSTANTIATE_TEST_SUITE_P(
    Grammar, JudgePersistRecordTest,
    testing::Values(
        JudgeRow{"Empty", "", R::kMalformed, R::kMalformed, "it names no issuer"},
        JudgeRow{"NobodyNamed", "; accounturi=https://ca.example/acct/1", R::kMalformed,
                 R::kMalformed, "it names no issuer"},
        JudgeRow{"RecordOfAnotherKind", "v=spf1 include:_spf.example ~all", R::kMalformed,
                 R::kMalformed, "the issuer is not a domain name"},
        JudgeRow{"FinalDot", "ca.example.; accounturi=https://ca.example/acct/1", R::kMalformed,
                 R::kMalformed, "the issuer is not a domain name"},
        JudgeRow{"FinalSemicolon", "ca.example; accounturi=https://ca.example/acct/1;",
                 R::kMalformed, R::kMalformed, "a parameter breaks the grammar"},
        JudgeRow{"NoEqualsSign", "ca.example; accounturi=https://ca.example/acct/1; wildcard",
                 R::kMalformed, R::kMalformed, "a parameter breaks the grammar"},
        JudgeRow{"BlankInValue", "ca.example; accounturi=https://ca.example/acct/1 x",
                 R::kMalformed, R::kMalformed, "a parameter breaks the grammar"},
        JudgeRow{"UnknownParameter", "ca.example; accounturi=https://ca.example/acct/1; new=x",
                 R::kValid, R::kPolicyMismatch},
        // Unknown ones are ignored, so that twice is no matter either.
        JudgeRow{"UnknownParameterTwice",
                 "ca.example; new=x; accounturi=https://ca.example/acct/1; new=x", R::kValid,
                 R::kPolicyMismatch},
        JudgeRow{"AccountTwice",
                 "ca.example; accounturi=https://ca.example/acct/1; "
                 "accounturi=https://ca.example/acct/1",
                 R::kMalformed, R::kMalformed, "accounturi occurs twice"},
        JudgeRow{"PolicyTwice",
                 "ca.example; accounturi=https://ca.example/acct/1; policy=wildcard; "
                 "Policy=wildcard",
                 R::kMalformed, R::kMalformed, "policy occurs twice"},
        JudgeRow{"UntilTwice",
                 "ca.example; accounturi=https://ca.example/acct/1; persistUntil=1900000000; "
                 "persistuntil=1900000000",
                 R::kMalformed, R::kMalformed, "persistUntil occurs twice"}),
    NameOf);

// Wildcards need policy=wildcard; anything else is as good as no policy.
INSTANTIATE_TEST_SUITE_P(
    Policy, JudgePersistRecordTest,
    testing::Values(
        JudgeRow{"Wildcard", "ca.example; accounturi=https://ca.example/acct/1; policy=wildcard",
                 R::kValid, R::kValid},
        JudgeRow{"LetterCase", "ca.example; policy=WildCard; accounturi=https://ca.example/acct/1",
                 R::kValid, R::kValid},
        JudgeRow{"OtherValue", "ca.example; accounturi=https://ca.example/acct/1; policy=wild",
                 R::kValid, R::kPolicyMismatch},
        JudgeRow{"EmptyValue", "ca.example; accounturi=https://ca.example/acct/1; policy=",
                 R::kValid, R::kPolicyMismatch}),
    NameOf);

// persistUntil is the last second at which the record counts.
INSTANTIATE_TEST_SUITE_P(
    Until, JudgePersistRecordTest,
    testing::Values(
        JudgeRow{"Now", "ca.example; accounturi=https://ca.example/acct/1; persistUntil=1800000000",
                 R::kValid, R::kPolicyMismatch},
        JudgeRow{"OneSecondAgo",
                 "ca.example; accounturi=https://ca.example/acct/1; persistUntil=1799999999; "
                 "policy=wildcard",
                 R::kExpired, R::kExpired},
        JudgeRow{"LeadingZeros",
                 "ca.example; accounturi=https://ca.example/acct/1; persistUntil=0001800000001",
                 R::kValid, R::kPolicyMismatch},
        JudgeRow{"BeyondAllReckoning",
                 "ca.example; accounturi=https://ca.example/acct/1; "
                 "persistUntil=99999999999999999999999999",
                 R::kValid, R::kPolicyMismatch},
        JudgeRow{"Negative", "ca.example; accounturi=https://ca.example/acct/1; persistUntil=-1",
                 R::kMalformed, R::kMalformed, "persistUntil is not a time in decimal seconds"},
        JudgeRow{"Fraction",
                 "ca.example; accounturi=https://ca.example/acct/1; persistUntil=1900000000.5",
                 R::kMalformed, R::kMalformed, "persistUntil is not a time in decimal seconds"},
        JudgeRow{"Date",
                 "ca.example; accounturi=https://ca.example/acct/1; persistUntil=2030-01-01",
                 R::kMalformed, R::kMalformed, "persistUntil is not a time in decimal seconds"},
        JudgeRow{"EmptyTime", "ca.example; accounturi=https://ca.example/acct/1; persistUntil=",
                 R::kMalformed, R::kMalformed, "persistUntil is not a time in decimal seconds"}),
    NameOf);

TEST(JudgePersistRecord, AsksForSomeAccountWhereNoneIsGiven) {
  IssuanceRequest request = Request();
  request.account_uris.clear();
  const auto judge = [&request](std::string_view text) {
    return JudgePersistRecord(text, request, kNow).result;
  };
  EXPECT_EQ(judge("ca.example; accounturi=urn:any"), R::kValid);
  EXPECT_EQ(judge("ca.example; accounturi=any"), R::kMalformed);
}

TEST(JudgePersistRecord, SaysForWhichAccountAndHowLong) {
  const PersistRecord record = JudgePersistRecord(
      "other.example; accounturi=urn:a; persistUntil=1900000000", Request(), kNow);
  EXPECT_EQ(record.account_uri, "urn:a");
  EXPECT_EQ(record.until, 1'900'000'000u);
  EXPECT_FALSE(JudgePersistRecord("ca.example; accounturi=urn:a", Request(), kNow).until);
}

TEST(JudgePersistRecord, TakesAnyOctets) {
  const std::string text("ca.example; accounturi=urn:a\0b; x=\xff", 35);
  EXPECT_EQ(JudgePersistRecord(text, Request(), kNow).result, R::kMalformed);
}

TEST(PersistResultOf, TakesTheNearestToAValidOne) {
  const std::string account = std::string("; accounturi=") + kAccount;
  const std::string valid = "ca.example" + account + "; policy=wildcard";
  const std::string expired = valid + "; persistUntil=1";
  const std::string plain = "ca.example" + account;
  const std::string other_account = "ca.example; accounturi=urn:other; policy=wildcard";
  const std::string malformed = "ca.example";
  const std::string other_ca = "other.example" + account;
  const std::string unreadable = "v=spf1 -all";
  const std::vector<std::string> nearest_first = {valid,     expired,  plain,     other_account,
                                                  malformed, other_ca, unreadable};
  const std::vector<R> results = {R::kValid,          R::kExpired,
                                  R::kPolicyMismatch, R::kAccountUriMismatch,
                                  R::kMalformed,      R::kIssuerNotAuthorized,
                                  R::kMalformed};
  std::vector<PersistRecord> records;
  EXPECT_EQ(PersistResultOf(records), R::kNone);
  for (size_t i = nearest_first.size(); i-- > 0;) {
    records.push_back(JudgePersistRecord(nearest_first[i], Request(true), kNow));
    EXPECT_EQ(PersistResultOf(records), results[i]) << nearest_first[i];
    std::vector<PersistRecord> turned(records.rbegin(), records.rend());
    EXPECT_EQ(PersistResultOf(turned), results[i]) << nearest_first[i];
  }
}

TEST(PersistResultCode, NamesEachResult) {
  EXPECT_EQ(PersistResultCode(R::kValid), "valid");
  EXPECT_EQ(PersistResultCode(R::kPolicyMismatch), "policy_mismatch");
  EXPECT_EQ(PersistResultCode(R::kFailed), "failed");
}

}  // namespace
}  // namespace caascan
