// What people are told first, and the CA's own words for it.
#include "scanner/explain/verdict.h"

#include <absl/strings/str_replace.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/record/record_lines.h"

namespace caascan::explain {
namespace {

using testing::HasSubstr;

struct VerdictCase {
  const char* name;
  const char* reason;
  bool may;
  bool would;
  const char* more;  // Members of the record.
  const char* issuer;
  bool good;
  const char* text;         // Is part of the verdict.
  const char* consequence;  // Is part of a letter's sentence; empty for none.
  const char* error;        // What applicants are shown.
};

const char* const kDiffer = R"(,"zone":"example.com","findings":[{"code":"answers_differ"}])";
const char* const kFailedAt = R"(,"failed_at":"example.com")";
const char* const kCaa =
    R"(,"caa":{"owner":"up.example","ttl":5,"records":[{"flags":0,"tag":"issue","value":";"}]})";

const VerdictCase kCases[] = {
    {"Permit", "no_caa", true, true, "", "letsencrypt.org", true,
     "Let's Encrypt may issue for www.example.com: there are no CAA records", "", ""},
    {"Deny", "issuance_forbidden", false, false, kCaa, "letsencrypt.org", false,
     "Let's Encrypt may not issue",
     "the certification authority that the applicant chose must refuse",
     "CAA record for up.example prevents issuance"},
    // Allowed, but the CA is known to refuse.
    {"KnownToRefuse", "no_response", true, false, kFailedAt, "letsencrypt.org", false,
     "Let's Encrypt will refuse; a CA that uses the exception of the Baseline Requirements "
     "(3.2.2.8) might issue.",
     "that refuse after a failed look-up",
     "DNS problem: query timed out looking up CAA for example.com"},
    // Nothing is known of it: nothing is claimed.
    {"NotKnown", "servfail", true, false, kFailedAt, "own-ca.example", false,
     "Expect own-ca.example to refuse; a CA that uses", "that refuse after a failed look-up", ""},
    {"UsesTheException", "servfail", true, true, kFailedAt, "letsencrypt.org", true,
     "may treat that as permission (Baseline Requirements 3.2.2.8).", "",
     "DNS problem: SERVFAIL looking up CAA for example.com - "},
    // In a signed zone no CA may.
    {"AllMustRefuse", "dnssec_bogus", false, false, kFailedAt, "own-ca.example", false,
     "Every CA must refuse.", "every certification authority must refuse", ""},
    {"NoName", "invalid_name", false, false, R"(,"line":7,"detail":"a label has 64 octets")",
     "letsencrypt.org", false, "was not looked up (invalid_name): a label has 64 octets.", "", ""},
    {"NoNameAndNoReason", "invalid_name", false, false, "", "letsencrypt.org", false,
     "was not looked up (invalid_name).", "", ""},
    {"Lame", "refused", true, false, kFailedAt, "letsencrypt.org", false,
     "lame, refused at example.com", "that refuse after a failed look-up",
     "DNS problem: SERVFAIL looking up CAA for example.com - "},
    {"ServersDisagreeOverAPermit", "no_caa", true, true, kDiffer, "letsencrypt.org", false,
     "For www.example.com it depends on which server Let's Encrypt queries: the servers of "
     "example.com have different",
     "", ""},
    {"ServersDisagreeOverADenial", "issuer_not_authorized", false, false,
     R"(,"zone":"example.com","findings":[{"code":"answers_differ"}],"caa":{"owner":"up.example","ttl":5,)"
     R"("records":[{"flags":0,"tag":"issue","value":"ca.example"}]})",
     "letsencrypt.org", false, "By the records found here it may not issue.",
     "that the applicant chose must refuse", "CAA record for up.example prevents issuance"},
    {"AnotherFindingChangesNothing", "no_caa", true, true, R"(,"findings":[{"code":"aa_missing"}])",
     "letsencrypt.org", true, "may issue for", "", ""},
    // No CA asks our resolver, and no server has said a thing.
    {"OurResolverIsDown", "unreachable", false, false,
     R"(,"failed_at":"www.example.com","servers":[{"address":"192.0.2.53:5353","result":"unreachable"}],)"
     R"("findings":[{"code":"resolver_down","address":"192.0.2.53"}])",
     "letsencrypt.org", false, "The look-up gives no result for www.example.com", "", ""},
    {"OneOfTwoResolversIsDown", "servfail", false, false,
     R"(,"failed_at":"www.example.com","servers":[{"address":"192.0.2.53","result":"timeout"},)"
     R"({"address":"192.0.2.54","result":"servfail"}],)"
     R"("findings":[{"code":"resolver_down","address":"192.0.2.53"}])",
     "letsencrypt.org", false, "Every CA must refuse.", "every certification authority must refuse",
     "DNS problem: SERVFAIL looking up CAA for www.example.com"},
    {"NeverAsked", "not_in_dns", false, false, "", "letsencrypt.org", false, "www.example.com", "",
     ""},
};

class VerdictTest : public testing::TestWithParam<VerdictCase> {};

TEST_P(VerdictTest, SaysWhatTheCaDoes) {
  const VerdictCase& row = GetParam();
  const std::string members =
      std::string(R"(,"would_issue":)") + (row.would ? "true" : "false") + row.more;
  std::string line = record::Line("www.example.com", row.reason, members);
  if (row.may) {
    line = absl::StrReplaceAll(line, {{R"("may_issue":false)", R"("may_issue":true)"}});
  }
  record::LineReader reader;
  ASSERT_EQ(reader.Read(line), "");
  const std::vector<std::string> issuers = {row.issuer};
  const Verdict verdict = VerdictOf(reader.record(), issuers);
  EXPECT_EQ(verdict.good, row.good);
  EXPECT_EQ(WouldIssueWhoeverAnswers(reader.record()), row.good);
  EXPECT_THAT(verdict.text, HasSubstr(row.text));
  const std::string consequence = ConsequenceText(reader.record());
  EXPECT_EQ(consequence.empty(), *row.consequence == '\0') << consequence;
  EXPECT_THAT(consequence, HasSubstr(row.consequence));
  EXPECT_THAT(ApplicantError(reader.record(), issuers), testing::StartsWith(row.error));
  EXPECT_EQ(ApplicantError(reader.record(), issuers).empty(), *row.error == '\0');
}

INSTANTIATE_TEST_SUITE_P(Cases, VerdictTest, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace caascan::explain
