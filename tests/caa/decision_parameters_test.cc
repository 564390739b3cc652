// RFC 8657: the rows for accounturi and validationmethods, and the grammar that parameters share.
#include "tests/caa/decision_rows.h"

namespace caascan {
namespace {

using Reason = DecisionReason;

// RFC 8657, appendix A.
const std::vector<CaaRecord> kTwoAccounts = {
    Issue("example.net; accounturi=https://example.net/account/1234"),
    Issue("example.net; accounturi=https://example.net/account/2345")};
const std::vector<CaaRecord> kTwoMethods = {Issue("example.net; validationmethods=dns-01,xyz-01")};
const std::vector<CaaRecord> kTwoMethodsApart = {Issue("example.net; validationmethods=dns-01"),
                                                 Issue("example.net; validationmethods=xyz-01")};
const std::vector<CaaRecord> kAccountWithMethod = {
    Issue("example.net; accounturi=https://example.net/account/1234; validationmethods=dns-01"),
    Issue("example.net; accounturi=https://example.net/account/2345; validationmethods=http-01")};
const std::vector<CaaRecord> kOwnMethod = {Issue("example.net; validationmethods=dns-01,ca-foo")};
constexpr const char* k1234 = "https://example.net/account/1234";
constexpr const char* k2345 = "https://example.net/account/2345";

INSTANTIATE_TEST_SUITE_P(
    Rfc8657Examples, DecideTest,
    testing::ValuesIn(std::vector<Row>{
        {"FirstAccount", "RFC 8657 A", kTwoAccounts, Reason::kIssuerAuthorized,
         For("example.net", k1234)},
        {"SecondAccount", "RFC 8657 A", kTwoAccounts, Reason::kIssuerAuthorized,
         For("example.net", k2345)},
        {"ThirdAccount", "RFC 8657 A", kTwoAccounts, Reason::kAccountUriMismatch,
         For("example.net", "https://example.net/account/123")},
        {"AnyAccount", "RFC 8657 A", kTwoAccounts, Reason::kIssuerAuthorized, For("example.net")},
        {"AccountOfOtherCa", "RFC 8657 A", kTwoAccounts, Reason::kIssuerNotAuthorized,
         For("example.org", k1234)},
        {"FirstMethod", "RFC 8657 A", kTwoMethods, Reason::kIssuerAuthorized,
         For("example.net", std::nullopt, "dns-01")},
        {"SecondMethod", "RFC 8657 A", kTwoMethods, Reason::kIssuerAuthorized,
         For("example.net", std::nullopt, "xyz-01")},
        {"ThirdMethod", "RFC 8657 A", kTwoMethods, Reason::kValidationMethodMismatch,
         For("example.net", std::nullopt, "http-01")},
        {"FirstMethodApart", "RFC 8657 A", kTwoMethodsApart, Reason::kIssuerAuthorized,
         For("example.net", std::nullopt, "dns-01")},
        {"SecondMethodApart", "RFC 8657 A", kTwoMethodsApart, Reason::kIssuerAuthorized,
         For("example.net", std::nullopt, "xyz-01")},
        {"ThirdMethodApart", "RFC 8657 A", kTwoMethodsApart, Reason::kValidationMethodMismatch,
         For("example.net", std::nullopt, "http-01")},
        {"AccountWithItsMethod", "RFC 8657 A", kAccountWithMethod, Reason::kIssuerAuthorized,
         For("example.net", k2345, "http-01")},
        {"AccountWithTheOthersMethod", "RFC 8657 A", kAccountWithMethod,
         Reason::kAccountUriMismatch, For("example.net", k2345, "dns-01")},
        {"CaSpecificMethod", "RFC 8657 A", kOwnMethod, Reason::kIssuerAuthorized,
         For("example.net", std::nullopt, "ca-foo")},
        {"BrMethod",
         "RFC 8657 §4, BR 3.2.2.4",
         {Issue("example.net; validationmethods=ca-tbr-7")},
         Reason::kIssuerAuthorized,
         For("example.net", std::nullopt, "ca-tbr-7")},
    }),
    NameOf);

Row Parameter(const char* name, const char* section, const char* parameters, Reason reason,
              IssuanceRequest request) {
  return {name, section, {Issue(std::string(kCa) + ";" + parameters)}, reason, std::move(request)};
}

INSTANTIATE_TEST_SUITE_P(
    AccountUri, DecideTest,
    testing::Values(
        Parameter("Equal", "RFC 8657 §3", "accounturi=https://ca.example/acct/1",
                  Reason::kIssuerAuthorized, For(kCa, kAccount)),
        Parameter("BlanksAround", "RFC 8659 §4.2", " accounturi \t=  https://ca.example/acct/1 ",
                  Reason::kIssuerAuthorized, For(kCa, kAccount)),
        Parameter("CaseOfUriCounts", "RFC 8657 §3", "accounturi=https://CA.example/acct/1",
                  Reason::kAccountUriMismatch, For(kCa, kAccount)),
        Parameter("CaseOfTagDoesNot", "RFC 8657 §3", "AccountURI=https://ca.example/acct/9",
                  Reason::kAccountUriMismatch, For(kCa, kAccount)),
        Parameter("Prefix", "RFC 8657 §3", "accounturi=https://ca.example/acct/",
                  Reason::kAccountUriMismatch, For(kCa, kAccount)),
        Parameter("EqualsSignInside", "RFC 8659 §4.2", "accounturi=https://ca.example/?id=1",
                  Reason::kIssuerAuthorized, For(kCa, "https://ca.example/?id=1")),
        Parameter("Twice", "RFC 8657 §3",
                  "accounturi=https://ca.example/acct/1; accounturi=https://ca.example/acct/1",
                  Reason::kAccountUriMismatch, For(kCa, kAccount)),
        Parameter("TwiceUnasked", "RFC 8657 §3",
                  "accounturi=https://a.b/1;accounturi=https://a.b/2", Reason::kAccountUriMismatch,
                  Plain()),
        Parameter("Empty", "RFC 8657 §3", "accounturi=", Reason::kAccountUriMismatch,
                  For(kCa, kAccount)),
        Parameter("EmptyUnasked", "RFC 8657 §3", "accounturi=", Reason::kAccountUriMismatch,
                  Plain()),
        Parameter("EmptyAsked", "RFC 8657 §3", "accounturi=", Reason::kAccountUriMismatch,
                  For(kCa, "")),
        Parameter("NoUri", "RFC 8657 §3, RFC 3986 §3", "accounturi=1234",
                  Reason::kAccountUriMismatch, Plain()),
        Parameter("NoUriAsked", "RFC 8657 §3", "accounturi=1234", Reason::kAccountUriMismatch,
                  For(kCa, "1234")),
        Parameter("BadEscape", "RFC 3986 §2.1", "accounturi=https://ca.example/%zz",
                  Reason::kAccountUriMismatch, Plain()),
        Parameter("Angles", "RFC 3986 §2", "accounturi=<https://ca.example/1>",
                  Reason::kAccountUriMismatch, Plain()),
        Parameter("SoundUnasked", "RFC 8657 §3", "accounturi=urn:ca:acct:1",
                  Reason::kIssuerAuthorized, Plain()),
        Parameter("AbsentAsked", "RFC 8657 §3", "", Reason::kIssuerAuthorized, For(kCa, kAccount))),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    ValidationMethods, DecideTest,
    testing::Values(
        Parameter("UnknownLabelSkipped", "RFC 8657 §4", "validationmethods=foo-99,dns-01",
                  Reason::kIssuerAuthorized, For(kCa, std::nullopt, "dns-01")),
        Parameter("PartOfLabel", "RFC 8657 §4", "validationmethods=dns-011,xdns-01,dns-0",
                  Reason::kValidationMethodMismatch, For(kCa, std::nullopt, "dns-01")),
        Parameter("LabelCase", "RFC 8657 §4", "validationmethods=DNS-01",
                  Reason::kValidationMethodMismatch, For(kCa, std::nullopt, "dns-01")),
        Parameter("TagCase", "RFC 8657 §4", "ValidationMethods=http-01",
                  Reason::kValidationMethodMismatch, For(kCa, std::nullopt, "dns-01")),
        Parameter("Twice", "RFC 8657 §4", "validationmethods=dns-01;validationmethods=dns-01",
                  Reason::kValidationMethodMismatch, For(kCa, std::nullopt, "dns-01")),
        Parameter("TwiceUnasked", "RFC 8657 §4", "validationmethods=a;validationmethods=b",
                  Reason::kValidationMethodMismatch, Plain()),
        Parameter("Empty", "RFC 8657 §4: no method",
                  "validationmethods=", Reason::kValidationMethodMismatch, Plain()),
        Parameter("EmptyAsked", "RFC 8657 §4", "validationmethods=",
                  Reason::kValidationMethodMismatch, For(kCa, std::nullopt, "")),
        Parameter("FinalComma", "RFC 8657 §4", "validationmethods=dns-01,",
                  Reason::kValidationMethodMismatch, For(kCa, std::nullopt, "dns-01")),
        Parameter("Underscore", "RFC 8657 §4", "validationmethods=dns-01,dns_02",
                  Reason::kValidationMethodMismatch, For(kCa, std::nullopt, "dns-01")),
        Parameter("BlankInList", "RFC 8659 §4.2: no blank in a value",
                  "validationmethods=dns-01, http-01", Reason::kMalformedProperty,
                  For(kCa, std::nullopt, "dns-01")),
        Parameter("SoundUnasked", "RFC 8657 §4", "validationmethods=foo-99",
                  Reason::kIssuerAuthorized, Plain()),
        Parameter("AbsentAsked", "RFC 8657 §4", "policy=ev", Reason::kIssuerAuthorized,
                  For(kCa, std::nullopt, "dns-01"))),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    ParameterGrammar, DecideTest,
    testing::Values(
        Parameter("FinalSemicolon", "RFC 8659 §4.2", "a=b;", Reason::kMalformedProperty, Plain()),
        Parameter("TwoSemicolons", "RFC 8659 §4.2", ";", Reason::kMalformedProperty, Plain()),
        Parameter("EmptyInside", "RFC 8659 §4.2", "a=b;;c=d", Reason::kMalformedProperty, Plain()),
        Parameter("NoTag", "RFC 8659 §4.2", "=b", Reason::kMalformedProperty, Plain()),
        Parameter("NoEqualsSign", "RFC 8659 §4.2", "policy", Reason::kMalformedProperty, Plain()),
        Parameter("TagWithBlank", "RFC 8659 §4.2", "a b=c", Reason::kMalformedProperty, Plain()),
        Parameter("TagEndsInHyphen", "RFC 8659 §4.2", "a-=c", Reason::kMalformedProperty, Plain()),
        Parameter("ValueWithBlank", "RFC 8659 §4.2", "a=b c", Reason::kMalformedProperty, Plain()),
        Parameter("ValueBeyondAscii", "RFC 8659 §4.2", "a=\xc3\xa4", Reason::kMalformedProperty,
                  Plain()),
        Parameter("ValueWithDelete", "RFC 8659 §4.2", "a=\x7f", Reason::kMalformedProperty,
                  Plain()),
        Parameter("SoundBeforeBad", "RFC 8659 §4.2", "accounturi=https://a.b/1;nonsense",
                  Reason::kMalformedProperty, For(kCa, kAccount)),
        Parameter("CommaSeparated", "RFC 8659 §4.2", "a=b,c=d", Reason::kIssuerAuthorized,
                  Plain())),
    NameOf);

}  // namespace
}  // namespace caascan
