// What follows from signed zones: the state of every look-up, what a CA may make of a failure, and
// which expectations the zones contradict.
#include "tools/caalab/truth/truth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <absl/strings/str_replace.h>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

using testing::HasSubstr;

constexpr std::string_view kZones = R"({"zones": [
  {"zone": ".", "dnssec": true},
  {"zone": "com", "dnssec": {"denial": "nsec3-opt-out"}},
  {"zone": "plain.com"},
  {"zone": "other", "dnssec": {"faults": [{"fault": "denial-missing"}]}},
  {"zone": "signed.com", "dnssec": {SIGNING}, "records": [
    "@ CAA 0 issue \"letsencrypt.org\"",
    "www A 127.9.0.1",
    "*.wild CAA 0 issue \"ca.example\"",
    "*.txt TXT x",
    "_validation-persist TXT x",
    "_validation-persist.out CNAME _validation-persist",
    "out CNAME www.plain.com.",
    "d DNAME plain.com."]},
  {"zone": "unheard-of.signed.com", "delegated": false},
  {"zone": "unsigned.other"}]})";

struct TruthRow {
  std::string name;
  std::string signing;  // Of signed.com.
  std::string asked;
  std::string reason;
  std::string expected;  // Part of the record.
};
std::ostream& operator<<(std::ostream& out, const TruthRow& row) { return out << row.name; }

absl::StatusOr<std::string> LineOf(const TruthRow& row, const Expectation& expect) {
  const auto world = WorldOf(absl::StrReplaceAll(kZones.data(), {{"SIGNING", row.signing}}));
  return TruthLine(*world, expect);
}

class TruthTest : public testing::TestWithParam<TruthRow> {};

TEST_P(TruthTest, FollowsFromTheZones) {
  const TruthRow& row = GetParam();
  Expectation expect;
  expect.name = row.asked;
  expect.reason = row.reason;
  const auto line = LineOf(row, expect);
  ASSERT_TRUE(line.ok()) << line.status().message();
  EXPECT_THAT(*line, HasSubstr(row.expected));
}

std::string Fault(std::string_view fault) {
  return R"("faults": [{"fault": ")" + std::string(fault) + R"("}])";
}
/// Signatures that begin in so many seconds.
std::string Future(std::string_view seconds, std::string_view more = "") {
  return R"("faults": [{"fault": "future", "seconds": )" + std::string(seconds) +
         std::string(more) + "}]";
}
std::string Fault(std::string_view fault, std::string_view type) {
  return R"("faults": [{"fault": ")" + std::string(fault) + R"(", "types": [")" +
         std::string(type) + R"("]}])";
}
constexpr char kEmptyOnly[] = R"({"code":"dnssec_empty_answers_only"})";

/// Signing that is sound.
std::vector<TruthRow> SoundRows() {
  const std::string se = "signed.com";
  const std::string www = "www.signed.com";
  return {
      // RFC 4035 §4.3.
      {"Secure", "", se, "issuer_authorized", R"("dnssec":"secure")"},
      {"SecureEmptyBelow", "", www, "issuer_authorized", R"("dnssec":"secure")"},
      // Nobody is sent to a zone that its parent does not know.
      {"NotDelegated", "", "unheard-of.signed.com", "issuer_authorized", R"("dnssec":"secure")"},
      {"InsecureDelegation", "", "plain.com", "no_caa", R"("dnssec":"insecure")"},
      {"Island", R"("ds": false)", se, "issuer_authorized", R"("dnssec":"insecure")"},
      {"Alias", "", "out.signed.com", "issuer_authorized", R"("dnssec":"insecure")"},
      {"Dname", "", "x.d.signed.com", "issuer_authorized", R"("dnssec":"insecure")"},
      {"UnsupportedAlgorithm", R"("algorithm": "UNSUPPORTED")", se, "issuer_authorized",
       R"("dnssec":"insecure","findings":[{"code":"dnssec_algorithm_unsupported"}])"},
      // RFC 5155 §9.2: a gap with opt-out does not prove that the name is not there.
      {"OptOutNxDomain", R"("denial": "nsec3-opt-out")", "no.signed.com", "issuer_authorized",
       R"("dnssec":"insecure")"},
      {"OptOutNoData", R"("denial": "nsec3-opt-out")", www, "issuer_authorized",
       R"("dnssec":"secure")"},
      {"OptOutWildcard", R"("denial": "nsec3-opt-out")", "a.wild.signed.com",
       "issuer_not_authorized", R"("dnssec":"insecure")"},
      {"OptOutWildcardNoData", R"("denial": "nsec3-opt-out")", "a.txt.signed.com",
       "issuer_authorized", R"("dnssec":"insecure")"},
      // RFC 9276 §3.2.
      {"IterationsEmpty", R"("denial": "nsec3", "iterations": 1000)", www, "issuer_authorized",
       R"("dnssec":"insecure","findings":[{"code":"dnssec_nsec3_iterations"}])"},
      {"IterationsPositive", R"("denial": "nsec3", "iterations": 1000)", se, "issuer_authorized",
       R"("dnssec":"secure"})"},
      // Unbound's tolerance: a tenth of the lifetime, at least an hour, at most a day.
      {"FutureByHours", Future("86000"), www, "issuer_authorized",
       R"("dnssec":"secure","findings":[{"code":"dnssec_signature_future"}])"},
      {"FutureOnCaaOnly", Future("600", R"(, "types": ["CAA"])"), se, "issuer_authorized",
       R"("dnssec":"secure","findings":[{"code":"dnssec_signature_future"}])"},
      {"FutureOfShortLife", Future("3500", R"(, "lifetime": 7200)"), se, "issuer_authorized",
       R"("dnssec":"secure","findings":[{"code":"dnssec_signature_future"}])"},
      // The root says so.
      {"NoSuchTld", "", "www.example.con", "no_such_tld",
       R"("outcome":"error","reason":"no_such_tld","may_issue":false,"dnssec":"secure"})"},
  };
}

std::vector<TruthRow> FaultyRows() {
  const std::string se = "signed.com";
  const std::string www = "www.signed.com";
  const std::string bogus = "dnssec_bogus";
  return {
      // Each fault, at the look-up that meets it first.
      {"NoDnskey", Fault("no-dnskey"), www, bogus,
       R"("failed_at":"www.signed.com","findings":[{"code":"dnssec_no_dnskey"}])"},
      {"DsMismatch", Fault("ds-mismatch"), se, bogus, "dnssec_ds_mismatch"},
      {"Expired", Fault("expired"), se, bogus, "dnssec_signature_expired"},
      {"Future", Fault("future"), se, bogus, "dnssec_signature_future"},
      {"FutureByMoreThanADay", Future("87000"), se, bogus, "dnssec_signature_future"},
      {"FutureByMoreThanAnHour", Future("3700", R"(, "lifetime": 7200)"), se, bogus,
       "dnssec_signature_future"},
      {"Invalid", Fault("invalid"), se, bogus, "dnssec_signature_invalid"},
      {"Missing", Fault("missing"), se, bogus, "dnssec_signature_missing"},
      {"OnCaaOnly", Fault("invalid", "CAA"), www, bogus, R"("failed_at":"signed.com")"},
      {"OnAliasOnly", Fault("invalid", "CNAME"), "out.signed.com", bogus,
       R"("failed_at":"out.signed.com")"},
      {"DenialMissing", Fault("denial-missing"), www, bogus,
       R"([{"code":"dnssec_denial_missing"},{"code":"dnssec_empty_answers_only"}])"},
      {"DenialMissingPositive", Fault("denial-missing"), se, "issuer_authorized",
       R"("dnssec":"secure"})"},
      {"DenialMissingWildcard", Fault("denial-missing"), "a.wild.signed.com", bogus,
       R"([{"code":"dnssec_denial_missing"}])"},
      {"DenialInvalid", Fault("denial-invalid"), www, bogus,
       R"([{"code":"dnssec_denial_invalid"},{"code":"dnssec_empty_answers_only"}])"},
      {"DenialInvalidNxDomain", Fault("denial-invalid"), "no.signed.com", "issuer_authorized",
       R"("dnssec":"secure")"},
      {"DenialExpired", Fault("expired", "NSEC"), www, bogus, kEmptyOnly},
      {"EmptyAnswers", Fault("empty-answers-invalid"), www, bogus,
       R"([{"code":"dnssec_empty_answers_only"},{"code":"dnssec_signature_invalid"}])"},
      {"BrokenInsecureDelegation", "", "unsigned.other", bogus,
       R"([{"code":"dnssec_denial_missing"}])"},
      // BR 4.2.2.1: only below a proven insecure delegation, and every zone on the way.
      {"FailureInsecure", "", "plain.com", "no_response",
       R"("may_issue":true,"dnssec":"insecure")"},
      {"FailureSecure", "", se, "no_response", R"("may_issue":false,"dnssec":"secure")"},
      {"FailureThroughSecureAlias", "", "out.signed.com", "no_response",
       R"("may_issue":false,"dnssec":"insecure")"},
      {"FailureBogus", Fault("expired"), se, bogus, R"("may_issue":false,"dnssec":"bogus")"},
  };
}

INSTANTIATE_TEST_SUITE_P(Sound, TruthTest, testing::ValuesIn(SoundRows()),
                         [](const auto& test) { return test.param.name; });
INSTANTIATE_TEST_SUITE_P(Faulty, TruthTest, testing::ValuesIn(FaultyRows()),
                         [](const auto& test) { return test.param.name; });

struct ContradictionRow {
  std::string name;
  std::string signing;
  Expectation expect;
  std::string complaint;
};
std::ostream& operator<<(std::ostream& out, const ContradictionRow& row) { return out << row.name; }

Expectation Stated(std::string_view name, std::string_view reason) {
  Expectation expect;
  expect.name = name;
  expect.reason = reason;
  return expect;
}

class ContradictionTest : public testing::TestWithParam<ContradictionRow> {};

TEST_P(ContradictionTest, IsAnError) {
  const ContradictionRow& row = GetParam();
  const auto line = LineOf({row.name, row.signing, "", "", ""}, row.expect);
  ASSERT_FALSE(line.ok()) << *line;
  EXPECT_THAT(std::string(line.status().message()), HasSubstr(row.complaint));
}

std::vector<ContradictionRow> Contradictions() {
  Expectation wrong_state = Stated("signed.com", "issuer_authorized");
  wrong_state.dnssec = "insecure";
  Expectation wrong_finding = Stated("signed.com", "dnssec_bogus");
  wrong_finding.findings = {"dnssec_ds_mismatch"};
  Expectation wrong_place = Stated("www.signed.com", "dnssec_bogus");
  wrong_place.failed_at = "signed.com";
  Expectation wrong_permission = Stated("signed.com", "issuer_authorized");
  wrong_permission.may_issue = false;
  Expectation persist_without_record = Stated("plain.com", "no_caa");
  persist_without_record.persist = "expired";
  Expectation record_without_persist = Stated("*.signed.com", "issuer_authorized");
  record_without_persist.persist = "none";
  return {
      {"PersistWithoutRecord", "", persist_without_record, "by the zones it is none"},
      {"RecordWithoutPersist", "", record_without_persist, "by the zones it is some record"},
      {"NotBogus", "", Stated("signed.com", "dnssec_bogus"), "expected to be dnssec_bogus"},
      {"Bogus", Fault("expired"), Stated("signed.com", "issuer_authorized"), "it is dnssec_bogus"},
      {"NoSet", "", Stated("plain.com", "issuer_authorized"), "the zones hold no CAA set"},
      {"Set", "", Stated("signed.com", "no_caa"), "the zones hold a CAA set"},
      {"State", "", wrong_state, "by the zones it is secure"},
      {"Finding", Fault("expired"), wrong_finding, "it is dnssec_signature_expired"},
      {"Place", Fault("expired"), wrong_place, "it is www.signed.com"},
      {"Permission", "", wrong_permission, "by the zones it is true"},
      {"NoTld", "", Stated("example.con", "no_caa"), "by the zones it is no_such_tld"},
      {"Tld", "", Stated("no.plain.com", "no_such_tld"), "the top-level domain is there"},
  };
}

INSTANTIATE_TEST_SUITE_P(Rows, ContradictionTest, testing::ValuesIn(Contradictions()),
                         [](const auto& test) { return test.param.name; });

TEST(TruthTest, OtherFindingsStandBesideThoseOfDnssec) {
  Expectation expect = Stated("signed.com", "dnssec_bogus");
  expect.findings = {"single_server"};
  const auto line = LineOf({"", Fault("expired"), "", "", ""}, expect);
  ASSERT_TRUE(line.ok());
  EXPECT_THAT(*line,
              HasSubstr(R"([{"code":"dnssec_signature_expired"},{"code":"single_server"}])"));
}

TEST(TruthTest, PersistIsStated) {
  for (const char* name : {"signed.com", "*.signed.com", "out.signed.com"}) {
    Expectation expect = Stated(name, "issuer_authorized");
    expect.persist = "malformed";
    const auto line = LineOf({"", "", "", "", ""}, expect);
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_THAT(*line, HasSubstr(R"("persist":{"result":"malformed"})")) << name;
  }
  Expectation failed = Stated("plain.com", "no_caa");
  failed.persist = "failed";
  EXPECT_TRUE(LineOf({"", "", "", "", ""}, failed).ok());
}

TEST(TruthTest, AFailureThatCannotBeRetriedIsNoPermission) {
  Expectation expect = Stated("plain.com", "unresolvable_servers");
  expect.may_issue = false;
  const auto line = LineOf({"", "", "", "", ""}, expect);
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_THAT(*line, HasSubstr(R"("may_issue":false,"dnssec":"insecure")"));
}

TEST(TruthTest, ATtlWithTheTopBitIsZero) {
  const auto world = WorldOf(
      R"({"zones": [{"zone": "com", "records": ["@ 2147483648 CAA 0 issue \"letsencrypt.org\""]}]})");
  const auto line = TruthLine(*world, Stated("com", "issuer_authorized"));
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_THAT(*line, HasSubstr(R"("ttl":0,)"));
  EXPECT_THAT(*line, HasSubstr("caa_ttl_extreme"));
}

TEST(TruthTest, WhatIsWrongWithTheRecordsIsAFinding) {
  const auto world = WorldOf(R"json({"zones": [{"zone": "com", "records": [
      "a CAA 1 issue \"ca.example.\"", "a CAA 0 tbs \"x\"", "b CAA 0 issue \"ca.example\""]}]})json");
  Expectation broken = Stated("a.com", "malformed_property");
  const auto line = TruthLine(*world, broken);
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_THAT(*line, HasSubstr(R"("findings":[{"code":"caa_flag_one"},{"code":"caa_tag_unknown"},)"
                               R"({"code":"caa_value_malformed"}])"));
  broken.findings = {"caa_flag_one"};
  EXPECT_FALSE(TruthLine(*world, broken).ok());
  // What servers do to CAA is no fault of the records.
  Expectation other = Stated("b.com", "issuer_not_authorized");
  other.findings = {"caa_dropped ns1.com 127.0.0.1", "caa_issuer_unknown"};
  EXPECT_TRUE(TruthLine(*world, other).ok());
}

TEST(TruthTest, NothingIsCheckedBelowAnUnsignedRoot) {
  const auto world = WorldOf(R"({"zones": [{"zone": "com", "dnssec": true}, {"zone": "a.com"}]})");
  const auto decided = TruthLine(*world, Stated("com", "no_caa"));
  const auto failed = TruthLine(*world, Stated("a.com", "no_response"));
  ASSERT_TRUE(decided.ok() && failed.ok());
  EXPECT_THAT(*decided, HasSubstr(R"("may_issue":true,"dnssec":"unchecked")"));
  EXPECT_THAT(*failed, HasSubstr(R"("may_issue":false,"dnssec":"unchecked")"));
}

}  // namespace
}  // namespace caascan::lab
