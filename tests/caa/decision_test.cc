// Every row is one sentence of RFC 8659 or 9495, held against Decide(). RFC 8657's rows stand in
// decision_parameters_test.cc.
#include "tests/caa/counting_new.h"
#include "tests/caa/decision_rows.h"

namespace caascan {
namespace {

using Reason = DecisionReason;

bool Permits(Reason reason) {
  return reason == Reason::kNoCaa || reason == Reason::kIssuerAuthorized ||
         reason == Reason::kNoIssueProperty;
}

TEST_P(DecideTest, GivesTheReason) {
  const Row& row = GetParam();
  const size_t before = AllocationCount();
  const Decision decision = Decide(row.rrset, row.request);
  EXPECT_EQ(AllocationCount(), before) << "Decide() never allocates";
  EXPECT_EQ(DecisionReasonCode(decision.reason), DecisionReasonCode(row.reason)) << row.section;
  EXPECT_EQ(decision.permit, Permits(row.reason)) << row.section;
}

/// The order of records in a set carries no meaning (RFC 8659 §3).
TEST_P(DecideTest, GivesTheSameReasonInReverse) {
  const Row& row = GetParam();
  const std::vector<CaaRecord> reversed(row.rrset.rbegin(), row.rrset.rend());
  EXPECT_EQ(DecisionReasonCode(Decide(reversed, row.request).reason),
            DecisionReasonCode(row.reason));
}

INSTANTIATE_TEST_SUITE_P(
    Issue, DecideTest,
    testing::ValuesIn(std::vector<Row>{
        {"EmptySet", "RFC 8659 §3", {}, Reason::kNoCaa},
        {"EmptySetWildcard", "RFC 8659 §3", {}, Reason::kNoCaa, Wildcard()},
        {"Named", "RFC 8659 §4.2", {Issue(kCa)}, Reason::kIssuerAuthorized},
        {"OtherNamed", "RFC 8659 §4.2", {Issue("ca1.example.net")}, Reason::kIssuerNotAuthorized},
        {"OneOfTwoNamed",
         "RFC 8659 §4.2 additive",
         {Issue("ca1.example.net"), Issue(kCa)},
         Reason::kIssuerAuthorized},
        {"NamedAndForbidden",
         "RFC 8659 §4.2 additive",
         {Issue(";"), Issue(kCa)},
         Reason::kIssuerAuthorized},
        {"Semicolon", "RFC 8659 §4.2", {Issue(";")}, Reason::kIssuanceForbidden},
        {"Empty", "RFC 8659 §4.2", {Issue("")}, Reason::kIssuanceForbidden},
        {"Blanks", "RFC 8659 §4.2", {Issue(" \t ")}, Reason::kIssuanceForbidden},
        {"SemicolonInBlanks", "RFC 8659 §4.2", {Issue(" \t; \t")}, Reason::kIssuanceForbidden},
        {"ParametersOfNobody", "RFC 8659 §4.2", {Issue("; account=1")}, Reason::kIssuanceForbidden},
        {"RfcMalformed", "RFC 8659 §4.2 example", {Issue("%%%%%")}, Reason::kMalformedProperty},
        {"RfcParameters",
         "RFC 8659 §4.2 example",
         {Issue("ca1.example.net; account=230123")},
         Reason::kIssuerAuthorized,
         For("ca1.example.net")},
        {"BlanksAround",
         "RFC 8659 §4.2",
         {Issue(" \tletsencrypt.org\t ")},
         Reason::kIssuerAuthorized},
        {"LineEndIsNoBlank",
         "RFC 8659 §4.2",
         {Issue("letsencrypt.org\n")},
         Reason::kMalformedProperty},
        {"NulIsNoBlank",
         "RFC 8659 §4.2",
         {Issue(std::string("letsencrypt.org\0", 16))},
         Reason::kMalformedProperty},
        {"EmptyParameters",
         "RFC 8659 §4.2",
         {Issue("letsencrypt.org ; ")},
         Reason::kIssuerAuthorized},
        {"UnknownParameter",
         "RFC 8659 §4.2",
         {Issue("letsencrypt.org; x-1 = y=z ;p=")},
         Reason::kIssuerAuthorized},
        {"IssuerCase",
         "RFC 8659 §4.2, RFC 4343",
         {Issue("LetsEncrypt.ORG")},
         Reason::kIssuerAuthorized},
        {"RequestCase",
         "RFC 8659 §4.2, RFC 4343",
         {Issue(kCa)},
         Reason::kIssuerAuthorized,
         For("LETSENCRYPT.org")},
        {"Script",
         "RFC 8659 §4.2",
         {Issue("<script>alert(1)</script>")},
         Reason::kMalformedProperty},
        {"TagUpperCase", "RFC 8659 §4.1", {{0, "ISSUE", kCa}}, Reason::kIssuerAuthorized},
        {"TagMixedCase", "RFC 8659 §4.1", {{0, "IsSuE", ";"}}, Reason::kIssuanceForbidden},
        {"TagWithBlank", "RFC 8659 §4.1", {{0, "issue ", ";"}}, Reason::kNoIssueProperty},
        {"TagPrefix", "RFC 8659 §4.1", {{0, "issu", ";"}}, Reason::kNoIssueProperty},
        {"CriticalIssue", "RFC 8659 §4.1", {{128, "issue", kCa}}, Reason::kIssuerAuthorized},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    WholeIssuer, DecideTest,
    testing::ValuesIn(std::vector<Row>{
        {"Prefixed", "RFC 8659 §4.2", {Issue("notletsencrypt.org")}, Reason::kIssuerNotAuthorized},
        {"Suffixed",
         "RFC 8659 §4.2",
         {Issue("letsencrypt.org.evil.com")},
         Reason::kIssuerNotAuthorized},
        {"Subdomain",
         "RFC 8659 §4.2",
         {Issue("www.letsencrypt.org")},
         Reason::kIssuerNotAuthorized},
        {"Parent", "RFC 8659 §4.2", {Issue("org")}, Reason::kIssuerNotAuthorized},
        {"Shortened", "RFC 8659 §4.2", {Issue("letsencrypt.or")}, Reason::kIssuerNotAuthorized},
        {"FinalDot", "RFC 8659 §4.2", {Issue("letsencrypt.org.")}, Reason::kMalformedProperty},
        {"LeadingDot", "RFC 8659 §4.2", {Issue(".letsencrypt.org")}, Reason::kMalformedProperty},
        {"TwoIssuers",
         "RFC 8659 §4.2",
         {Issue("letsencrypt.org ca.example")},
         Reason::kMalformedProperty},
        {"CommaIssuers",
         "RFC 8659 §4.2",
         {Issue("letsencrypt.org,ca.example")},
         Reason::kMalformedProperty},
        {"Quoted", "RFC 8659 §4.2", {Issue("\"letsencrypt.org\"")}, Reason::kMalformedProperty},
        {"Url", "RFC 8659 §4.2", {Issue("https://letsencrypt.org")}, Reason::kMalformedProperty},
        {"HyphenAtEnd", "RFC 8659 §4.2", {Issue("letsencrypt-.org")}, Reason::kMalformedProperty},
        {"Underscore", "RFC 8659 §4.2", {Issue("lets_encrypt.org")}, Reason::kMalformedProperty},
        {"EmptyDomainMatchesNobody",
         "RFC 8659 §4.2",
         {Issue("")},
         Reason::kIssuanceForbidden,
         For("")},
        {"NoDomainsMatchNobody",
         "RFC 8659 §4.2",
         {Issue(kCa)},
         Reason::kIssuerNotAuthorized,
         IssuanceRequest{}},
        {"SecondDomainOfTheCa",
         "RFC 8659 §4.2",
         {Issue("digicert.com")},
         Reason::kIssuerAuthorized,
         {{"cybertrust.ne.jp", "digicert.com"}, false, {}, {}}},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(Wildcards, DecideTest,
                         testing::ValuesIn(std::vector<Row>{
                             {"IssueCountsWithoutIssuewild",
                              "RFC 8659 §4.3",
                              {Issue(kCa)},
                              Reason::kIssuerAuthorized,
                              Wildcard()},
                             {"IssuewildReplacesIssue",
                              "RFC 8659 §4.3",
                              {Issue(kCa), IssueWild("ca2.example.org")},
                              Reason::kIssuerNotAuthorized,
                              Wildcard()},
                             {"IssuewildAuthorizes",
                              "RFC 8659 §4.3",
                              {Issue(";"), IssueWild(kCa)},
                              Reason::kIssuerAuthorized,
                              Wildcard()},
                             {"IssuewildForbids",
                              "RFC 8659 §4.3",
                              {Issue(kCa), IssueWild(";")},
                              Reason::kIssuanceForbidden,
                              Wildcard()},
                             {"IssuewildMalformedStillReplaces",
                              "RFC 8659 §4.3",
                              {Issue(kCa), IssueWild("%%%%%")},
                              Reason::kMalformedProperty,
                              Wildcard()},
                             {"IssuewildTagCase",
                              "RFC 8659 §4.1, §4.3",
                              {Issue(kCa), {0, "IssueWild", ";"}},
                              Reason::kIssuanceForbidden,
                              Wildcard()},
                             {"PlainIgnoresIssuewild",
                              "RFC 8659 §4.3",
                              {Issue(kCa), IssueWild(";")},
                              Reason::kIssuerAuthorized},
                             {"PlainIssueForbids",
                              "RFC 8659 §4.3",
                              {Issue(";"), IssueWild(kCa)},
                              Reason::kIssuanceForbidden},
                             {"OnlyIssuewildForPlain",
                              "RFC 8659 §4.3",
                              {IssueWild("ca2.example.org")},
                              Reason::kNoIssueProperty},
                             {"OnlyIssuewildForWildcard",
                              "RFC 8659 §4.3",
                              {IssueWild("ca2.example.org")},
                              Reason::kIssuerNotAuthorized,
                              Wildcard()},
                             {"OnlyIodef",
                              "RFC 8659 §4.4",
                              {{0, "iodef", "mailto:security@example.com"}},
                              Reason::kNoIssueProperty},
                             {"OnlyIodefWildcard",
                              "RFC 8659 §4.4",
                              {{0, "iodef", "mailto:security@example.com"}},
                              Reason::kNoIssueProperty,
                              Wildcard()},
                         }),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(
    Critical, DecideTest,
    testing::ValuesIn(std::vector<Row>{
        {"Flag128",
         "RFC 8659 §4.1",
         {{128, "tbs", "Unknown"}, Issue(kCa)},
         Reason::kUnknownCriticalProperty},
        {"Flag1",
         "RFC 8659 §4.1, a common mistake honoured",
         {{1, "tbs", "Unknown"}, Issue(kCa)},
         Reason::kUnknownCriticalProperty},
        {"Flag130",
         "RFC 8659 §4.1",
         {{130, "tbs", "Unknown"}, Issue(kCa)},
         Reason::kUnknownCriticalProperty},
        {"Flag255", "RFC 8659 §4.1", {{255, "tbs", "Unknown"}}, Reason::kUnknownCriticalProperty},
        {"Flag126",
         "RFC 8659 §4.1 reserved bits",
         {{126, "tbs", "Unknown"}, Issue(kCa)},
         Reason::kIssuerAuthorized},
        {"Flag2", "RFC 8659 §4.1 reserved bits", {{2, "tbs", "Unknown"}}, Reason::kNoIssueProperty},
        {"Flag0", "RFC 8659 §4.1", {{0, "tbs", "Unknown"}}, Reason::kNoIssueProperty},
        {"Wildcard",
         "RFC 8659 §4.1, §4.3",
         {{128, "tbs", ""}, IssueWild(kCa)},
         Reason::kUnknownCriticalProperty,
         Wildcard()},
        {"Iodef",
         "RFC 8659 §4.4",
         {{128, "iodef", "mailto:a@example.com"}},
         Reason::kNoIssueProperty},
        {"Issuewild", "RFC 8659 §4.3", {{128, "issuewild", ";"}}, Reason::kNoIssueProperty},
        {"Issuemail", "RFC 9495 §3", {{128, "issuemail", ";"}}, Reason::kNoIssueProperty},
        {"IssuemailBesideIssue",
         "RFC 9495 §4",
         {{128, "IssueMail", ";"}, Issue(kCa)},
         Reason::kIssuerAuthorized},
        {"Issuevmc", "BIMI mark certificates", {{1, "issuevmc", ";"}}, Reason::kNoIssueProperty},
        {"Contactemail",
         "BR A.1.1",
         {{128, "contactemail", "a@example.com"}},
         Reason::kNoIssueProperty},
        {"Contactphone",
         "BR A.1.2",
         {{129, "contactphone", "+1 555 0100"}},
         Reason::kNoIssueProperty},
        {"Rfc6844Path",
         "RFC 8659 §7.2: reserved",
         {{128, "path", "x"}},
         Reason::kUnknownCriticalProperty},
        {"EmptyTagCritical",
         "RFC 8659 §4.1: tag length at least 1",
         {{128, "", "issue"}},
         Reason::kUnknownCriticalProperty},
        {"EmptyTagFlag1", "RFC 8659 §4.1", {{1, "", "issue"}}, Reason::kUnknownCriticalProperty},
        {"EmptyTag",
         "RFC 8659 §4.1: present all the same",
         {{0, "", "issue"}},
         Reason::kNoIssueProperty},
        {"TagOfOtherOctets",
         "RFC 8659 §4.1",
         {{128, "is-sue", kCa}},
         Reason::kUnknownCriticalProperty},
        {"TagWithNul",
         "RFC 8659 §4.1",
         {{128, std::string("issue\0", 6), kCa}},
         Reason::kUnknownCriticalProperty},
    }),
    NameOf);

// Precedence: each row holds the causes of two reasons; the earlier one wins.
const CaaRecord kUnknownCritical = {128, "tbs", "Unknown"};
const CaaRecord kBadParameters = Issue("letsencrypt.org; nonsense");
const CaaRecord kBadAccount = Issue("letsencrypt.org; accounturi=https://ca.example/acct/9");
const CaaRecord kBadMethod = Issue("letsencrypt.org; validationmethods=tls-alpn-01");
const CaaRecord kOther = Issue("ca1.example.net");
const CaaRecord kNobody = Issue(";");
const CaaRecord kUnreadable = Issue("%%%%%");

Row Pair(const char* name, const CaaRecord& first, const CaaRecord& second, Reason reason) {
  return {name,
          "RFC 8659 §5.3, order of the reasons",
          {first, second},
          reason,
          For(kCa, kAccount, "dns-01")};
}

INSTANTIATE_TEST_SUITE_P(
    Precedence, DecideTest,
    testing::Values(
        Pair("CriticalBadParameters", kUnknownCritical, kBadParameters,
             Reason::kUnknownCriticalProperty),
        Pair("CriticalAccount", kUnknownCritical, kBadAccount, Reason::kUnknownCriticalProperty),
        Pair("CriticalMethod", kUnknownCritical, kBadMethod, Reason::kUnknownCriticalProperty),
        Pair("CriticalOther", kUnknownCritical, kOther, Reason::kUnknownCriticalProperty),
        Pair("CriticalNobody", kUnknownCritical, kNobody, Reason::kUnknownCriticalProperty),
        Pair("CriticalUnreadable", kUnknownCritical, kUnreadable, Reason::kUnknownCriticalProperty),
        Pair("BadParametersAccount", kBadParameters, kBadAccount, Reason::kMalformedProperty),
        Pair("BadParametersMethod", kBadParameters, kBadMethod, Reason::kMalformedProperty),
        Pair("BadParametersOther", kBadParameters, kOther, Reason::kMalformedProperty),
        Pair("BadParametersNobody", kBadParameters, kNobody, Reason::kMalformedProperty),
        Pair("BadParametersUnreadable", kBadParameters, kUnreadable, Reason::kMalformedProperty),
        Pair("AccountMethod", kBadAccount, kBadMethod, Reason::kAccountUriMismatch),
        Pair("AccountOther", kBadAccount, kOther, Reason::kAccountUriMismatch),
        Pair("AccountNobody", kBadAccount, kNobody, Reason::kAccountUriMismatch),
        Pair("AccountUnreadable", kBadAccount, kUnreadable, Reason::kAccountUriMismatch),
        Pair("MethodOther", kBadMethod, kOther, Reason::kValidationMethodMismatch),
        Pair("MethodNobody", kBadMethod, kNobody, Reason::kValidationMethodMismatch),
        Pair("MethodUnreadable", kBadMethod, kUnreadable, Reason::kValidationMethodMismatch),
        Pair("OtherNobody", kOther, kNobody, Reason::kIssuerNotAuthorized),
        Pair("OtherUnreadable", kOther, kUnreadable, Reason::kIssuerNotAuthorized),
        Pair("NobodyUnreadable", kNobody, kUnreadable, Reason::kIssuanceForbidden),
        Pair("OtherWithBadParameters", Issue("ca1.example.net; nonsense"), kNobody,
             Reason::kIssuerNotAuthorized),
        Pair("NobodyWithBadParameters", Issue("; nonsense"), kUnreadable,
             Reason::kMalformedProperty),
        Pair("AccountAndMethodInOneProperty",
             Issue("letsencrypt.org; validationmethods=x; accounturi=https://ca.example/acct/9"),
             kOther, Reason::kAccountUriMismatch),
        Pair("AuthorizedBesideBadParameters", kBadParameters, Issue(kCa),
             Reason::kIssuerAuthorized),
        Pair("CriticalBesideAuthorized", kUnknownCritical, Issue(kCa),
             Reason::kUnknownCriticalProperty)),
    NameOf);

/// A set as large as TCP carries is read to its end.
TEST(DecideLargeSetTest, FindsTheIssuerBehindAThousandOthers) {
  std::vector<CaaRecord> rrset;
  rrset.reserve(1001);
  for (int i = 0; i < 1000; ++i) rrset.push_back(Issue("ca" + std::to_string(i) + ".example"));
  EXPECT_EQ(Decide(rrset, Plain()).reason, Reason::kIssuerNotAuthorized);
  rrset.push_back(Issue(kCa));
  EXPECT_EQ(Decide(rrset, Plain()).reason, Reason::kIssuerAuthorized);
  rrset.back() = {128, "tbs", ""};
  EXPECT_EQ(Decide(rrset, Plain()).reason, Reason::kUnknownCriticalProperty);
}

TEST(DecideReasonTest, EveryReasonHasItsCode) {
  const std::vector<std::string_view> codes = {"no_caa",
                                               "issuer_authorized",
                                               "no_issue_property",
                                               "issuer_not_authorized",
                                               "issuance_forbidden",
                                               "unknown_critical_property",
                                               "account_uri_mismatch",
                                               "validation_method_mismatch",
                                               "malformed_property"};
  for (size_t i = 0; i < codes.size(); ++i) {
    EXPECT_EQ(DecisionReasonCode(static_cast<Reason>(i)), codes[i]);
  }
}

}  // namespace
}  // namespace caascan
