// RFC 9495 (S/MIME), issuevmc (mark certificates), several accounts and methods (BR 2.2.8), and CAs
// that do not process parameters yet.
#include "tests/caa/decision_rows.h"

namespace caascan {
namespace {

using Reason = DecisionReason;

IssuanceRequest Mail(std::vector<std::string> accounts = {},
                     std::vector<std::string> methods = {}) {
  IssuanceRequest request = Plain();
  request.purpose = Purpose::kSmime;
  request.account_uris = std::move(accounts);
  request.validation_methods = std::move(methods);
  return request;
}

IssuanceRequest Mark() {
  IssuanceRequest request = Plain();
  request.purpose = Purpose::kMark;
  return request;
}

/// No certificate of that kind is for a wildcard: the flag must change nothing.
IssuanceRequest AsWildcard(IssuanceRequest request) {
  request.wildcard = true;
  return request;
}

CaaRecord IssueMail(std::string value) { return {0, "issuemail", std::move(value)}; }
CaaRecord IssueVmc(std::string value) { return {0, "issuevmc", std::move(value)}; }

INSTANTIATE_TEST_SUITE_P(
    Rfc9495, DecideTest,
    testing::ValuesIn(std::vector<Row>{
        {"NoSet", "RFC 9495 §4", {}, Reason::kNoCaa, Mail()},
        {"NoIssuemail",
         "RFC 9495 §4, example without issuemail",
         {Issue("ca1.example.net"), Issue("ca2.example.org")},
         Reason::kNoIssueProperty,
         Mail()},
        {"IssueForbidsAndIsNotLookedAt",
         "RFC 9495 §4",
         {Issue(";"), IssueWild(";")},
         Reason::kNoIssueProperty,
         Mail()},
        {"IssueNamesTheCaAndIsNotLookedAt",
         "RFC 9495 §4",
         {Issue(kCa), IssueMail("ca1.example.net")},
         Reason::kIssuerNotAuthorized,
         Mail()},
        {"OnlyIodef",
         "RFC 9495 §4",
         {{0, "iodef", "mailto:a@example.com"}},
         Reason::kNoIssueProperty,
         Mail()},
        {"Single", "RFC 9495 §5", {IssueMail(kCa)}, Reason::kIssuerAuthorized, Mail()},
        {"WithUnknownParameter",
         "RFC 9495 §5, RFC 8659 §4.2",
         {IssueMail("letsencrypt.org; account=123456")},
         Reason::kIssuerAuthorized,
         Mail()},
        {"SecondOfTwo",
         "RFC 9495 §5",
         {IssueMail("ca1.example.net"), IssueMail(kCa)},
         Reason::kIssuerAuthorized,
         Mail()},
        {"Others",
         "RFC 9495 §4",
         {IssueMail("ca1.example.net")},
         Reason::kIssuerNotAuthorized,
         Mail()},
        {"Nobody", "RFC 9495 §4", {IssueMail(";")}, Reason::kIssuanceForbidden, Mail()},
        {"Empty", "RFC 9495 §4", {IssueMail("")}, Reason::kIssuanceForbidden, Mail()},
        {"NobodyBesideTheCa",
         "RFC 9495 §4",
         {IssueMail(";"), IssueMail(kCa)},
         Reason::kIssuerAuthorized,
         Mail()},
        {"Malformed", "RFC 9495 §5", {IssueMail("%%%%%")}, Reason::kMalformedProperty, Mail()},
        {"FinalDot",
         "RFC 9495 §3, RFC 8659 §4.2",
         {IssueMail("letsencrypt.org.")},
         Reason::kMalformedProperty,
         Mail()},
        {"TagCase",
         "RFC 9495 §3, RFC 8659 §4.1",
         {{0, "IssueMail", ";"}},
         Reason::kIssuanceForbidden,
         Mail()},
        {"Critical",
         "RFC 9495 §3, RFC 8659 §4.1",
         {{128, "issuemail", kCa}},
         Reason::kIssuerAuthorized,
         Mail()},
        {"CriticalForbids",
         "RFC 9495 §3",
         {{128, "issuemail", ";"}},
         Reason::kIssuanceForbidden,
         Mail()},
        {"CriticalOfOtherPurposes",
         "RFC 8659 §4.1: known tags never bar",
         {{128, "issue", ";"}, {128, "issuewild", ";"}, {128, "issuevmc", ";"}},
         Reason::kNoIssueProperty,
         Mail()},
        {"UnknownCritical",
         "RFC 9495 §4, RFC 8659 §4.1",
         {IssueMail(kCa), {128, "tbs", "Unknown"}},
         Reason::kUnknownCriticalProperty,
         Mail()},
        {"UnknownCriticalAlone",
         "RFC 9495 §4, RFC 8659 §4.1",
         {{1, "tbs", "Unknown"}},
         Reason::kUnknownCriticalProperty,
         Mail()},
        {"WildcardMeansNothing",
         "RFC 9495 §4",
         {IssueMail(kCa), IssueWild(";")},
         Reason::kIssuerAuthorized,
         AsWildcard(Mail())},
        {"WildcardWithoutIssuemail",
         "RFC 9495 §4",
         {IssueWild(";")},
         Reason::kNoIssueProperty,
         AsWildcard(Mail())},
        {"AccountMatches",
         "RFC 9495 §3, RFC 8657 §3",
         {IssueMail("letsencrypt.org; accounturi=https://ca.example/acct/1")},
         Reason::kIssuerAuthorized,
         Mail({kAccount})},
        {"AccountDiffers",
         "RFC 9495 §3, RFC 8657 §3",
         {IssueMail("letsencrypt.org; accounturi=https://ca.example/acct/9")},
         Reason::kAccountUriMismatch,
         Mail({kAccount})},
        {"MethodDiffers",
         "RFC 9495 §3, RFC 8657 §4",
         {IssueMail("letsencrypt.org; validationmethods=email-reply-00")},
         Reason::kValidationMethodMismatch,
         Mail({}, {"dns-01"})},
        {"AccountOfIssueIsNotLookedAt",
         "RFC 9495 §4",
         {Issue("letsencrypt.org; accounturi=https://ca.example/acct/9"), IssueMail(kCa)},
         Reason::kIssuerAuthorized,
         Mail({kAccount})},
        {"TlsIgnoresIssuemail", "RFC 9495 §4", {IssueMail(";")}, Reason::kNoIssueProperty},
        {"TlsBesideIssuemail",
         "RFC 9495 §4",
         {IssueMail(kCa), Issue(";")},
         Reason::kIssuanceForbidden},
        {"TlsWildcardIgnoresIssuemail",
         "RFC 9495 §4",
         {IssueMail(";"), IssueWild(kCa)},
         Reason::kIssuerAuthorized,
         Wildcard()},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Mark, DecideTest,
    testing::ValuesIn(std::vector<Row>{
        {"NoIssuevmc", "issuevmc", {Issue(";"), IssueMail(";")}, Reason::kNoIssueProperty, Mark()},
        {"Authorized", "issuevmc", {IssueVmc(kCa), Issue(";")}, Reason::kIssuerAuthorized, Mark()},
        {"Others", "issuevmc", {IssueVmc("ca1.example.net")}, Reason::kIssuerNotAuthorized, Mark()},
        {"Nobody", "issuevmc", {IssueVmc(";")}, Reason::kIssuanceForbidden, Mark()},
        {"Malformed", "issuevmc", {IssueVmc("%%%%%")}, Reason::kMalformedProperty, Mark()},
        {"UnknownCritical",
         "RFC 8659 §4.1",
         {IssueVmc(kCa), {128, "tbs", ""}},
         Reason::kUnknownCriticalProperty,
         Mark()},
        {"MailIgnoresIssuevmc", "RFC 9495 §4", {IssueVmc(";")}, Reason::kNoIssueProperty, Mail()},
        {"TlsIgnoresIssuevmc", "issuevmc", {IssueVmc(";")}, Reason::kNoIssueProperty},
        {"WildcardMeansNothing",
         "issuevmc",
         {IssueVmc(kCa), IssueWild(";")},
         Reason::kIssuerAuthorized,
         AsWildcard(Mark())},
    }),
    NameOf);

IssuanceRequest Several(std::vector<std::string> accounts, std::vector<std::string> methods = {}) {
  IssuanceRequest request = Plain();
  request.account_uris = std::move(accounts);
  request.validation_methods = std::move(methods);
  return request;
}

IssuanceRequest Ignoring(IssuanceRequest request) {
  request.parameters = ParameterRule::kIgnore;
  return request;
}

constexpr const char* kParent = "https://ca.example/acct/parent";
const CaaRecord kBound = Issue("letsencrypt.org; accounturi=https://ca.example/acct/1");
const CaaRecord kDnsOnly = Issue("letsencrypt.org; validationmethods=dns-01,ca-tbr-7");

INSTANTIATE_TEST_SUITE_P(
    SeveralAccountsAndMethods, DecideTest,
    testing::ValuesIn(std::vector<Row>{
        {"FirstAccount",
         "BR 2.2.8, RFC 8657 §3",
         {kBound},
         Reason::kIssuerAuthorized,
         Several({kAccount, kParent})},
        {"LastAccount",
         "BR 2.2.8, RFC 8657 §3",
         {kBound},
         Reason::kIssuerAuthorized,
         Several({"urn:a", kParent, kAccount})},
        {"ParentAccount",
         "BR 2.2.8",
         {Issue("letsencrypt.org; accounturi=https://ca.example/acct/parent")},
         Reason::kIssuerAuthorized,
         Several({kAccount, kParent})},
        {"NoneOfTheAccounts",
         "BR 2.2.8, RFC 8657 §3",
         {kBound},
         Reason::kAccountUriMismatch,
         Several({"https://ca.example/acct/2", kParent})},
        {"SecondMethod",
         "RFC 8657 §4",
         {kDnsOnly},
         Reason::kIssuerAuthorized,
         Several({}, {"http-01", "dns-01"})},
        {"BrMethod",
         "RFC 8657 §4, BR 3.2.2.4.7",
         {kDnsOnly},
         Reason::kIssuerAuthorized,
         Several({}, {"http-01", "ca-tbr-7"})},
        {"NoneOfTheMethods",
         "RFC 8657 §4",
         {kDnsOnly},
         Reason::kValidationMethodMismatch,
         Several({}, {"http-01", "tls-alpn-01"})},
        {"AccountOfOnePropertyMethodOfTheOther",
         "RFC 8657 §5: both of one property",
         {Issue("letsencrypt.org; accounturi=https://ca.example/acct/1; validationmethods=http-01"),
          Issue("letsencrypt.org; accounturi=https://ca.example/acct/2; validationmethods=dns-01")},
         Reason::kAccountUriMismatch,
         Several({kAccount, kParent}, {"dns-01"})},
        {"TwiceMatchesNone",
         "RFC 8657 §3",
         {Issue("letsencrypt.org; accounturi=https://ca.example/acct/1; accounturi=urn:a")},
         Reason::kAccountUriMismatch,
         Several({kAccount, "urn:a"})},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(ParametersIgnored, DecideTest,
                         testing::ValuesIn(std::vector<Row>{
                             {"OtherAccount",
                              "BR 2.2.8: before 2027-03-15",
                              {kBound},
                              Reason::kIssuerAuthorized,
                              Ignoring(Several({kParent}))},
                             {"OtherMethod",
                              "BR 2.2.8: before 2027-03-15",
                              {kDnsOnly},
                              Reason::kIssuerAuthorized,
                              Ignoring(Several({}, {"http-01"}))},
                             {"AccountTwice",
                              "BR 2.2.8: before 2027-03-15",
                              {Issue("letsencrypt.org; accounturi=urn:a; accounturi=urn:a")},
                              Reason::kIssuerAuthorized,
                              Ignoring(Plain())},
                             {"NoListOfMethods",
                              "BR 2.2.8: before 2027-03-15",
                              {Issue("letsencrypt.org; validationmethods=a,,b")},
                              Reason::kIssuerAuthorized,
                              Ignoring(Plain())},
                             {"GrammarStillCounts",
                              "RFC 8659 §4.2",
                              {Issue("letsencrypt.org; nonsense")},
                              Reason::kMalformedProperty,
                              Ignoring(Plain())},
                             {"IssuerStillCounts",
                              "RFC 8659 §4.2",
                              {Issue("ca1.example.net; accounturi=urn:a")},
                              Reason::kIssuerNotAuthorized,
                              Ignoring(Plain())},
                             {"CriticalStillCounts",
                              "RFC 8659 §4.1",
                              {kBound, {128, "tbs", ""}},
                              Reason::kUnknownCriticalProperty,
                              Ignoring(Plain())},
                         }),
                         NameOf);

TEST(PurposeTest, CodesAndBack) {
  for (unsigned i = 0; i < kPurposeCount; ++i) {
    const auto purpose = static_cast<Purpose>(i);
    EXPECT_EQ(FindPurpose(PurposeCode(purpose)), purpose);
  }
  for (const char* other : {"", "TLS", "tls ", "mail", "vmc", "smim"}) {
    EXPECT_EQ(FindPurpose(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace caascan
