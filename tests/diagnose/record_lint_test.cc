#include "scanner/diagnose/record_lint.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan::diagnose {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Finding> Lint(std::vector<CaaRecord> records, uint32_t ttl_s = 300,
                          TtlSource source = TtlSource::kServer) {
  const CaaRrset rrset{.owner = "example.com", .ttl_s = ttl_s, .records = std::move(records)};
  std::vector<Finding> findings;
  LintRecords(rrset, "example.com", source, &findings);
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.zone, "example.com");
    EXPECT_EQ(finding.host, "");
    EXPECT_NE(finding.evidence, "");
  }
  return findings;
}

/// "code evidence" each.
std::vector<std::string> Lines(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const Finding& finding : findings) {
    lines.push_back(std::string(FindingCodeText(finding.code)) + " " + finding.evidence);
  }
  return lines;
}

struct Row {
  const char* name;
  CaaRecord record;
  const char* line;  // Empty: nothing is wrong.
};

class RecordLintTest : public testing::TestWithParam<Row> {};

TEST_P(RecordLintTest, SaysWhatIsWrong) {
  // A sound issue record beside it, so that issuewild surprises nobody.
  const auto lines = Lines(Lint({{0, "issue", "letsencrypt.org"}, GetParam().record}));
  if (*GetParam().line == '\0') {
    EXPECT_THAT(lines, IsEmpty());
  } else {
    EXPECT_THAT(lines, ElementsAre(GetParam().line));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sound, RecordLintTest,
    testing::Values(
        Row{"Issue", {0, "issue", "digicert.com"}, ""},
        Row{"InCapitals", {0, "ISSUE", " DigiCert.com\t"}, ""},
        Row{"Nobody", {0, "issue", ";"}, ""}, Row{"NobodyEither", {0, "issuewild", ""}, ""},
        Row{"Parameters",
            {0, "issue",
             "letsencrypt.org; accounturi=https://a.example/1; validationmethods=dns-01"},
            ""},
        Row{"UnknownParametersTwice", {0, "issue", "letsencrypt.org; a=1; a=2"}, ""},
        Row{"Critical", {128, "issue", "letsencrypt.org"}, ""},
        Row{"MethodsOfCas",
            {0, "issue", "letsencrypt.org; validationmethods=dns-01,ca-tbr-7,dns-persist-01"},
            ""},
        Row{"ParameterWithHyphens", {0, "issue", "letsencrypt.org; account-number=1"}, ""},
        Row{"Mail", {0, "iodef", "mailto:security@example.com"}, ""},
        Row{"Web", {0, "iodef", "https://example.com/report"}, ""},
        Row{"WebInTheOpen", {0, "iodef", "HTTP://example.com"}, ""},  // RFC 8659 §4.4 has it.
        Row{"IssueMail", {0, "issuemail", "mail-ca.example"}, ""},
        Row{"IssueVmc", {0, "issuevmc", "digicert.com"}, ""},
        Row{"ContactEmail", {0, "contactemail", "admin@example.com"}, ""},
        Row{"ContactPhone", {0, "contactphone", "+1-(555)-0100"}, ""},
        Row{"ContactEmailAbroad",
            {0, "contactemail",
             "j\xc3\xb6rg@b\xc3\xbc"
             "cher.example"},
            ""}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Issuers, RecordLintTest,  // RFC 8659 §4.2.
    testing::Values(
        Row{"Unknown",
            {0, "issue", "no-such-ca.example"},
            R"(caa_issuer_unknown "no-such-ca.example")"},
        Row{"Misspelt",
            {0, "issuewild", "letsencrpyt.org"},
            R"(caa_issuer_unknown "letsencrpyt.org"; letsencrypt.org may be meant)"},
        Row{"WithWww",
            {0, "issue", "www.letsencrypt.org; a=b"},
            R"(caa_issuer_unknown "www.letsencrypt.org"; letsencrypt.org may be meant)"},
        Row{"NameOfTheCa",
            {0, "issue", "letsencrypt"},
            R"(caa_issuer_unknown "letsencrypt"; letsencrypt.org may be meant)"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Values, RecordLintTest,
    testing::Values(
        Row{"FinalDot",
            {0, "issue", "letsencrypt.org."},
            R"(caa_value_malformed 0 "issue" "letsencrypt.org.": what stands before the first )"
            R"(semicolon is no domain name; letsencrypt.org may be meant)"},
        Row{"Url",
            {0, "issue", "https://letsencrypt.org/"},
            R"(caa_value_malformed 0 "issue" "https://letsencrypt.org/": what stands before the )"
            R"(first semicolon is no domain name; letsencrypt.org may be meant)"},
        Row{"HostileOctets",
            {0, "issue", "\x1b[2J\"\\"},
            R"(caa_value_malformed 0 "issue" "\027[2J\034\092": what stands before the first )"
            R"(semicolon is no domain name)"},
        Row{"OnlyPunctuation",
            {0, "issue", "..."},
            R"(caa_value_malformed 0 "issue" "...": what stands before the first semicolon is no )"
            R"(domain name)"},
        Row{"ParameterWithoutValue",
            {0, "issue", "letsencrypt.org; accounturi"},
            R"(caa_value_malformed 0 "issue" "letsencrypt.org; accounturi": what stands behind the )"
            R"(first semicolon is no list of name=value)"},
        // RFC 8657 §3, §4.
        Row{"AccountTwice",
            {0, "issue", "letsencrypt.org; accounturi=a:1; AccountURI=a:2"},
            R"(caa_value_malformed 0 "issue" "letsencrypt.org; accounturi=a:1; AccountURI=a:2": )"
            R"(accounturi occurs twice)"},
        Row{"MethodsTwice",
            {0, "issue", "ca.example;validationmethods=a;validationmethods=b"},
            R"(caa_value_malformed 0 "issue" "ca.example;validationmethods=a;validationmethods=b": )"
            R"(validationmethods occurs twice)"},
        Row{"AccountIsNoUri",
            {0, "issue", "letsencrypt.org; accounturi=12345"},
            R"(caa_value_malformed 0 "issue" "letsencrypt.org; accounturi=12345": accounturi is no )"
            R"(URI)"},
        Row{"MethodsAreNoList",
            {0, "issue", "letsencrypt.org; validationmethods=a,,b"},
            R"(caa_value_malformed 0 "issue" "letsencrypt.org; validationmethods=a,,b": )"
            R"(validationmethods is no list of labels)"},
        Row{"MailIssuer",
            {0, "issuemail", "ca.example."},
            R"(caa_value_malformed 0 "issuemail" "ca.example.": what stands before the first )"
            R"(semicolon is no domain name)"},
        // RFC 8659 §4.4.
        Row{"IodefAddress",
            {0, "iodef", "security@example.com"},
            R"(caa_value_malformed 0 "iodef" "security@example.com": no mailto:, https: or http: URL)"},
        Row{"IodefOtherScheme",
            {0, "iodef", "ftp://example.com/"},
            R"(caa_value_malformed 0 "iodef" "ftp://example.com/": no mailto:, https: or http: URL)"},
        Row{"IodefSchemeAlone",
            {0, "iodef", "mailto:"},
            R"(caa_value_malformed 0 "iodef" "mailto:": no mailto:, https: or http: URL)"},
        Row{"IodefEmpty",
            {0, "iodef", ""},
            R"(caa_value_malformed 0 "iodef" "": no mailto:, https: or http: URL)"},
        Row{"VmcIssuer",
            {0, "issuevmc", "https://digicert.com"},
            R"(caa_value_malformed 0 "issuevmc" "https://digicert.com": what stands before the first )"
            R"(semicolon is no domain name)"},
        // Baseline Requirements, appendix A.1.
        Row{"ContactUrl",
            {0, "contactemail", "mailto:admin@example.com"},
            R"(caa_value_malformed 0 "contactemail" "mailto:admin@example.com": no mail address)"},
        Row{"ContactWithoutDomain",
            {0, "contactemail", "admin@"},
            R"(caa_value_malformed 0 "contactemail" "admin@": no mail address)"},
        Row{"PhoneWithBlanks",
            {0, "contactphone", "+1 555 0100"},
            R"(caa_value_malformed 0 "contactphone" "+1 555 0100": no telephone number as in )"
            R"(+1-555-0100)"},
        Row{"PhoneWithoutCountry",
            {0, "contactphone", "555-0100"},
            R"(caa_value_malformed 0 "contactphone" "555-0100": no telephone number as in )"
            R"(+1-555-0100)"},
        Row{"NoTag", {0, "", "xyz"}, R"(caa_value_malformed 0 "" "xyz": it has no tag)"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    TagsAndFlags, RecordLintTest,  // RFC 8659 §4.1.
    testing::Values(
        Row{"UnknownTag",
            {0, "isue", "letsencrypt.org"},
            R"(caa_tag_unknown 0 "isue" "letsencrypt.org")"},
        Row{"UnknownCriticalTag", {128, "tbs", "x"}, R"(caa_tag_unknown 128 "tbs" "x")"},
        Row{"TagOfOctets",
            {0, std::string("\0\xff", 2), "x"},
            R"(caa_tag_unknown 0 "\000\255" "x")"},
        Row{"FlagOne",
            {1, "issue", "letsencrypt.org"},
            R"(caa_flag_one 1 "issue" "letsencrypt.org")"},
        Row{"TagOfADraft", {128, "Security", ""}, R"(caa_tag_draft 128 "Security" "")"},
        Row{"ReservedFlag",
            {2, "issue", "letsencrypt.org"},
            R"(caa_flag_reserved 2 "issue" "letsencrypt.org")"},
        Row{"ReservedBesideCritical",
            {192, "issue", "letsencrypt.org"},
            R"(caa_flag_reserved 192 "issue" "letsencrypt.org")"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Parameters, RecordLintTest,  // RFC 8657 §3, §4.
    testing::Values(
        Row{"DraftsMethods",
            {0, "issue", "letsencrypt.org; validation-methods=dns-01"},
            R"(caa_parameter_unknown 0 "issue" "letsencrypt.org; validation-methods=dns-01": )"
            R"("validation-methods")"},
        Row{"DraftsAccount",
            {0, "issue", "letsencrypt.org; Account-URI=https://a.example/1"},
            R"(caa_parameter_unknown 0 "issue" "letsencrypt.org; Account-URI=https://a.example/1": )"
            R"("Account-URI")"},
        Row{"UnknownMethod",
            {0, "issue", "letsencrypt.org; validationmethods=http-01,dns"},
            R"(caa_method_unknown 0 "issue" "letsencrypt.org; validationmethods=http-01,dns": "dns")"},
        Row{"MethodInCapitals",
            {0, "issue", "letsencrypt.org; validationmethods=DNS-01"},
            R"(caa_method_unknown 0 "issue" "letsencrypt.org; validationmethods=DNS-01": "DNS-01")"}),
    [](const auto& row) { return row.param.name; });

TEST(RecordLintTest, TwoFlagsAreTwoFindings) {
  EXPECT_THAT(Lines(Lint({{3, "issue", "letsencrypt.org"}})),
              ElementsAre(R"(caa_flag_one 3 "issue" "letsencrypt.org")",
                          R"(caa_flag_reserved 3 "issue" "letsencrypt.org")"));
}

TEST(RecordLintTest, IssueWildAloneLeavesTheNamesOpen) {
  EXPECT_THAT(
      Lines(Lint({{0, "issuewild", ";"}, {0, "issuewild", "digicert.com"}})),
      ElementsAre(R"(caa_issuewild_surprising 0 "issuewild" "digicert.com" and no issue record)"));
  // Forbidding wildcards and nothing else, or both said: as meant.
  EXPECT_THAT(Lint({{0, "issuewild", ";"}}), IsEmpty());
  EXPECT_THAT(Lint({{0, "issuewild", "digicert.com"}, {0, "issue", ";"}}), IsEmpty());
  EXPECT_THAT(Lint({}), IsEmpty());
}

TEST(RecordLintTest, TtlsOfNothingAndOfMoreThanAWeekAreExtreme) {
  const std::vector<CaaRecord> sound = {{0, "issue", "letsencrypt.org"}};
  EXPECT_THAT(Lines(Lint(sound, 0)), ElementsAre("caa_ttl_extreme 0 s"));
  EXPECT_THAT(Lint(sound, 1), IsEmpty());
  EXPECT_THAT(Lint(sound, 604800), IsEmpty());
  EXPECT_THAT(Lines(Lint(sound, 604801)), ElementsAre("caa_ttl_extreme 604801 s"));
  EXPECT_THAT(Lines(Lint(sound, 0xffffffff)), ElementsAre("caa_ttl_extreme 4294967295 s"));
  // In a cache each comes down to 0.
  EXPECT_THAT(Lint(sound, 0, TtlSource::kCache), IsEmpty());
  EXPECT_THAT(Lines(Lint(sound, 604801, TtlSource::kCache)),
              ElementsAre("caa_ttl_extreme 604801 s"));
}

TEST(RecordLintTest, ManyOfAKindAreOneFinding) {
  std::vector<CaaRecord> records(1000, CaaRecord{1, "tbs", std::string(60'000, 'x')});
  const auto lines = Lines(Lint(records));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0],
            R"(caa_tag_unknown 1 "tbs" ")" + std::string(64, 'x') + R"(...", and 999 more)");
  EXPECT_THAT(lines[1], testing::StartsWith("caa_flag_one 1"));
}

}  // namespace
}  // namespace caascan::diagnose
