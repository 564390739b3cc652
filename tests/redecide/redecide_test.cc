// The measure is the writer itself: a record decided again must be, to the byte, the record that
// AppendRecord() writes for the new decision.
#include "scanner/redecide/redecide.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "caascan/record.h"
#include "scanner/record/persist_member.h"
#include "scanner/record/record_view.h"
#include "tests/record/record_samples.h"
#include "tests/redecide/redecided_line.h"

namespace caascan::redecide {
namespace {

const CaSet kSet = {{"Let's Encrypt", {"letsencrypt.org"}},
                    {"\"Ex\\ample\" \xC3\x84\x1F", {"ca.example.net", "ca.example.org"}}};

/// The record as a scan with this request and set would have written it.
Record Expected(Record record, IssuanceRequest request, const CaSet& set) {
  record.would_issue = record.may_issue && request.uses_exception;
  request.wildcard = record.name.starts_with("*.");
  request.purpose = record.purpose;
  if (record.persist) {
    const auto time = std::chrono::floor<std::chrono::milliseconds>(record.time);
    record::JudgeAnew(request, time.time_since_epoch().count(), &*record.persist);
  }
  if (record.outcome() != Outcome::kPermit && record.outcome() != Outcome::kDeny) return record;
  const std::vector<CaaRecord> rrset = record.caa ? record.caa->records : std::vector<CaaRecord>();
  const Decision decision = Decide(rrset, request);
  record.reason = static_cast<Reason>(decision.reason);
  record.may_issue = record.would_issue = decision.permit;
  record.decisions.clear();
  for (const CertificationAuthority& ca : set) {
    request.issuer_domains = ca.issuer_domains;
    record.decisions.emplace_back(ca.name, Decide(rrset, request).permit);
  }
  return record;
}

TEST(RedecideTest, WritesWhatAScanWouldHaveWritten) {
  IssuanceRequest bound = RequestFor("ca.example.net");
  bound.account_uris = {"https://ca.example.net/1"};
  bound.validation_methods = {"dns-01"};
  bound.uses_exception = true;
  for (const IssuanceRequest& request :
       {RequestFor("letsencrypt.org"), RequestFor("ca.example.net"), bound}) {
    for (const CaSet& set : {CaSet(), kSet}) {
      Redecider redecider(request, set);
      for (const RecordSample& sample : RecordSamples()) {
        SCOPED_TRACE(sample.name + " for " + request.issuer_domains[0]);
        std::string out;
        const auto result = Redecide(&redecider, LineOf(sample.record), &out);
        ASSERT_EQ(result.problem, "");
        EXPECT_EQ(out, LineOf(Expected(sample.record, request, set)) + "\n");
      }
    }
  }
}

TEST(RedecideTest, UndoesTheEscapesOfTagAndValue) {
  Record record = FullRecord();
  record.name = "example.com";
  std::string all_bytes;
  for (int c = 0; c < 256; ++c) all_bytes.push_back(static_cast<char>(c));
  record.caa->records = {{0, all_bytes, all_bytes}, {0, "issue", "\tca.example.net ;\t"}};
  Redecider redecider(RequestFor("ca.example.net"), {});
  std::string out;
  auto result = Redecide(&redecider, LineOf(record), &out);
  EXPECT_EQ(result.verdict, Redecider::Verdict::kPermit) << "a tab is written \\009";
  EXPECT_TRUE(result.changed);
  // An escaped backslash in front of digits is a backslash, and so no tab.
  record.caa->records[1].value = "\\009ca.example.net";
  result = Redecide(&redecider, LineOf(record), &out);
  EXPECT_EQ(result.verdict, Redecider::Verdict::kDeny);
  EXPECT_FALSE(result.changed);
}

/// RFC 8659 §4.3: the name tells whether issuewild counts, whatever the request says.
TEST(RedecideTest, TellsWildcardsByTheName) {
  Record record = FullRecord();
  record.caa->records = {{0, "issue", "ca.example.net"}, {0, "issuewild", ";"}};
  IssuanceRequest request = RequestFor("ca.example.net");
  for (const bool requested : {false, true}) {
    request.wildcard = requested;
    Redecider redecider(request, {{"CA", {"ca.example.net"}}});
    std::string out;
    record.name = "*.example.com";
    EXPECT_EQ(Redecide(&redecider, LineOf(record), &out).verdict, Redecider::Verdict::kDeny);
    EXPECT_NE(out.find(R"("decisions":{"CA":"deny"})"), std::string::npos) << out;
    out.clear();
    record.name = "wild.example.com";
    EXPECT_EQ(Redecide(&redecider, LineOf(record), &out).verdict, Redecider::Verdict::kPermit);
    EXPECT_NE(out.find(R"("decisions":{"CA":"permit"})"), std::string::npos) << out;
  }
}

TEST(RedecideTest, ReadsAThousandRecordsAndOne) {
  Record record = FullRecord();
  record.name = "example.com";
  record.caa->records.assign(1000, {0, "issue", "ca.example"});
  record.caa->records.push_back({0, "issue", "letsencrypt.org"});
  Redecider redecider(RequestFor("letsencrypt.org"), kSet);
  std::string out;
  EXPECT_EQ(Redecide(&redecider, LineOf(record), &out).verdict, Redecider::Verdict::kPermit);
  EXPECT_EQ(out, LineOf(Expected(record, RequestFor("letsencrypt.org"), kSet)) + "\n");
  // A shorter set behind it is not mixed with what is left of the longer.
  record.caa->records = {{0, "issue", ";"}};
  out.clear();
  EXPECT_EQ(Redecide(&redecider, LineOf(record), &out).verdict, Redecider::Verdict::kDeny);
  EXPECT_NE(out.find(R"("reason":"issuance_forbidden")"), std::string::npos) << out;
}

struct EditRow {
  const char* name;
  std::string in;
  std::string out;
  CaSet set;

  friend void PrintTo(const EditRow& row, std::ostream* os) { *os << row.in; }
};

class EditTest : public testing::TestWithParam<EditRow> {};

TEST_P(EditTest, ChangesNothingElse) {
  Redecider redecider(RequestFor("ca.example"), GetParam().set);
  std::string out;
  EXPECT_EQ(Redecide(&redecider, GetParam().in, &out).problem, "");
  EXPECT_EQ(out, GetParam().out + "\n");
}

const CaSet kOne = {{"A", {"a.example"}}};
const std::string kTime = R"("time":"2026-11-21T23:54:08.123Z")";
const std::string kUntil = R"("valid_until":"2026-11-22T07:54:08.123Z")";

INSTANTIATE_TEST_SUITE_P(
    Lines, EditTest,
    testing::Values(
        EditRow{
            "OtherOrderAndBlanks",
            R"({ "x" : [1, {"name":2}] , "may_issue" : false ,"reason":"issuer_not_authorized",)"
            R"("caa":{"records":[{"value":"ca.example","tag":"issue","flags":0}],"ttl":1},)" +
                kTime + R"(,	"outcome":"deny","name":"a.b" })",
            R"({ "x" : [1, {"name":2}] , "may_issue" : true,"would_issue":true ,"reason":"issuer_authorized",)"
            R"("caa":{"records":[{"value":"ca.example","tag":"issue","flags":0}],"ttl":1},)" +
                kTime + R"(,	"outcome":"permit","name":"a.b" ,)" + kUntil + "}",
            {}},
        EditRow{
            "UnknownMembersStay",
            R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,"e":"\u00e4\/",)"
            R"("n":1.50e+01,)" +
                kUntil + "," + kTime + R"(,"ü":null})",
            R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,"e":"\u00e4\/",)"
            R"("n":1.50e+01,"decisions":{"A":"permit"},)" +
                kUntil + "," + kTime + R"(,"ü":null})",
            kOne},
        EditRow{
            "DecisionsFirstGoAway",
            R"({ "decisions" : {"X":"deny"} , "name":"a","outcome":"permit","reason":"no_caa",)"
            R"("may_issue":true,)" +
                kUntil + "," + kTime + "}",
            R"({ "name":"a","outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,)" +
                kUntil + "," + kTime + "}",
            {}},
        EditRow{
            "DecisionsLastGoAway",
            R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)" + kUntil + "," +
                kTime + R"( , "decisions":{} })",
            R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,)" +
                kUntil + "," + kTime + "  }",
            {}},
        EditRow{"DecisionsReplaced",
                R"({"name":"a","decisions":{"X":{"y":[]}},"outcome":"permit","reason":"no_caa",)"
                R"("may_issue":true,)" +
                    kTime + "}",
                R"({"name":"a","decisions":{"A":"permit"},"outcome":"permit","reason":"no_caa",)"
                R"("may_issue":true,"would_issue":true,)" +
                    kTime + "," + kUntil + "}",
                kOne},
        EditRow{
            "BothAppended",
            R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)" + kTime + "}",
            R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,)" +
                kTime + R"(,"decisions":{"A":"permit"},)" + kUntil + "}",
            kOne},
        EditRow{"EscapedKeysAndValues",
                R"({"n\u0061me":"*\u002ea","outcom\u0065":"p\u0065rmit","reason":"no\u005fcaa",)"
                R"("may_issue":true,)" +
                    kUntil + "," + kTime + "}",
                R"({"n\u0061me":"*\u002ea","outcom\u0065":"permit","reason":"no_caa",)"
                R"("may_issue":true,"would_issue":true,)" +
                    kUntil + "," + kTime + "}",
                {}},
        EditRow{
            "PersistIsJudgedAnew",
            R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)"
            R"("persist":{"result":"issuer_not_authorized","dnssec":"secure","ttl":9,"records":[)"
            R"({"value":"ca.example; accounturi=urn:a","result":"issuer_not_authorized"}]},)" +
                kUntil + "," + kTime + "}",
            R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)"
            R"("would_issue":true,"persist":{"result":"valid","dnssec":"secure","ttl":9,)"
            R"("records":[{"value":"ca.example; accounturi=urn:a","result":"valid",)"
            R"("account_uri":"urn:a"}]},)" +
                kUntil + "," + kTime + "}",
            {}},
        // persistUntil is compared with the record's time.
        EditRow{
            "PersistOfAFailureOnAWildcard",
            R"({"name":"*.a","outcome":"lame","reason":"refused","persist":{"result":"expired",)"
            R"("dnssec":"secure","ttl":9,"records":[{"value":"ca.example; accounturi=urn:a; )"
            R"(policy=wildcard; persistUntil=1795305248","result":"expired"}]},)" +
                kTime + "}",
            R"({"name":"*.a","outcome":"lame","reason":"refused","persist":{"result":"valid",)"
            R"("dnssec":"secure","ttl":9,"records":[{"value":"ca.example; accounturi=urn:a; )"
            R"(policy=wildcard; persistUntil=1795305248","result":"valid",)"
            R"("account_uri":"urn:a","persist_until":1795305248}]},)" +
                kTime + "}",
            {}},
        EditRow{"PersistWithoutRecordsStays",
                R"({"name":"a","outcome":"lame","reason":"refused","persist":{"result":"failed" ,)"
                R"("reason":"servfail","dnssec":"bogus"}})",
                R"({"name":"a","outcome":"lame","reason":"refused","persist":{"result":"failed" ,)"
                R"("reason":"servfail","dnssec":"bogus"}})",
                {}},
        EditRow{"FailuresStayAltogether",
                R"({"name":"a","outcome":"lame" ,"reason":"refused","decisions":{"X":"deny"}})",
                R"({"name":"a","outcome":"lame" ,"reason":"refused","decisions":{"X":"deny"}})",
                kOne},
        EditRow{"AFailureIsWhatThisCaMakesOfIt",
                R"({"name":"a","outcome":"lame","reason":"refused","may_issue":true,)"
                R"("would_issue": true ,"x":1})",
                R"({"name":"a","outcome":"lame","reason":"refused","may_issue":true,)"
                R"("would_issue": false ,"x":1})",
                kOne},
        EditRow{"AFailureOfAnEarlierVersion",
                R"({"name":"a","outcome":"lame","reason":"refused","may_issue": true ,"x":1})",
                R"({"name":"a","outcome":"lame","reason":"refused","may_issue": true)"
                R"(,"would_issue":false ,"x":1})",
                kOne},
        EditRow{
            "TtlOverEightHours",
            R"({"name":"a","outcome":"permit","reason":"issuer_authorized","may_issue":true,)"
            R"("caa":{"ttl":86400,"records":[{"flags":0,"tag":"x","value":""}]},)"
            R"("valid_until":"", "time":"2026-12-31T23:59:60Z"})",
            R"({"name":"a","outcome":"permit","reason":"no_issue_property","may_issue":true,"would_issue":true,)"
            R"("caa":{"ttl":86400,"records":[{"flags":0,"tag":"x","value":""}]},)"
            R"("valid_until":"2027-01-02T00:00:00.000Z", "time":"2026-12-31T23:59:60Z"})",
            {}},
        EditRow{
            "ValuesThatNoProgramHolds",
            R"({"id":"\ud800","order":1e999,"\udfff":123456789012345678901234567890,"name":"a",)"
            R"("outcome":"permit","reason":"no_caa","may_issue":true,)" +
                kUntil + "," + kTime + "}",
            R"({"id":"\ud800","order":1e999,"\udfff":123456789012345678901234567890,"name":"a",)"
            R"("outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,)" +
                kUntil + "," + kTime + "}",
            {}},
        EditRow{"CarriageReturn",
                R"({"name":"a","outcome":"error","reason":"stopped"})"
                "\r",
                R"({"name":"a","outcome":"error","reason":"stopped"})",
                {}}),
    [](const auto& row) { return row.param.name; });

struct BrokenRow {
  const char* name;
  std::string line;
  const char* problem;

  friend void PrintTo(const BrokenRow& row, std::ostream* os) { *os << row.line; }
};

class BrokenTest : public testing::TestWithParam<BrokenRow> {};

TEST_P(BrokenTest, SaysWhatIsWrongAndAppendsNothing) {
  Redecider redecider(RequestFor("ca.example"), kOne);
  std::string out = "before\n";
  EXPECT_EQ(Redecide(&redecider, GetParam().line, &out).problem, GetParam().problem);
  EXPECT_EQ(out, "before\n");
  // And the next line is read as if nothing had been.
  EXPECT_EQ(Redecide(&redecider, LineOf(FullRecord()), &out).problem, "");
}

std::string With(const std::string& member) {
  return R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)" + kTime + "," +
         member + "}";
}
std::string WithCaa(const std::string& records) {
  return With(R"("caa":{"ttl":1,"records":[)" + records + "]}");
}
constexpr const char* kNoJson = "no JSON object";
constexpr const char* kBadCaa = "caa is not a set of CAA records";

INSTANTIATE_TEST_SUITE_P(
    NoJson, BrokenTest,
    testing::Values(BrokenRow{"Text", "example.com", kNoJson}, BrokenRow{"Array", "[]", kNoJson},
                    BrokenRow{"String", "\"a\"", kNoJson}, BrokenRow{"Null", "null", kNoJson},
                    BrokenRow{"Nul", std::string("\0", 1), kNoJson},
                    BrokenRow{"TwoObjects", With("\"x\":1") + With("\"x\":1"), kNoJson},
                    BrokenRow{"Garbage", With("\"x\":1") + "x", kNoJson},
                    BrokenRow{"BadNumberUnread", With("\"x\":01"), kNoJson},
                    BrokenRow{"BadLiteralUnread", With("\"x\":nul"), kNoJson},
                    BrokenRow{"NoCommaUnread", With("\"x\":[1 2]"), kNoJson},
                    BrokenRow{"BadEscapeUnread", With(R"("x":"\q")"), kNoJson},
                    BrokenRow{"ControlCharacterUnread", With("\"x\":\"\n\""), kNoJson},
                    BrokenRow{"Latin1Unread", With("\"x\":\"\xE4\""), kNoJson},
                    BrokenRow{"FinalComma", With("\"x\":1,"), kNoJson}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    NoRecord, BrokenTest,
    testing::Values(
        BrokenRow{"Empty", "{}", "name is missing"},
        BrokenRow{"NoOutcome", R"({"name":"a"})", "outcome is missing"},
        BrokenRow{"NoReason", R"({"name":"a","outcome":"deny"})", "reason is missing"},
        BrokenRow{"NoMayIssue", R"({"name":"a","outcome":"deny","reason":"no_caa"})",
                  "may_issue is missing"},
        BrokenRow{"NoTime", R"({"name":"a","outcome":"deny","reason":"no_caa","may_issue":true})",
                  "time is missing"},
        BrokenRow{"FailureWithoutName", R"({"outcome":"lame"})", "name is missing"},
        BrokenRow{"OtherOutcome", R"({"name":"a","outcome":"Permit"})",
                  "outcome is not one of the six"},
        BrokenRow{"NameNumber", R"({"name":1})", "name is not a string"},
        BrokenRow{"LoneSurrogate", R"({"name":"\ud800"})", "name is not a string"},
        BrokenRow{"OtherPurpose", R"({"name":"a","for":"code","outcome":"permit"})",
                  "for is not tls, smime or mark"},
        BrokenRow{"ParametersText", With(R"("parameters":"x")"), "parameters is not an object"},
        BrokenRow{"MayIssueText", R"({"name":"a","may_issue":"true"})",
                  "may_issue is not a boolean"},
        BrokenRow{"WouldIssueText", With(R"("would_issue":"true")"),
                  "would_issue is not a boolean"},
        BrokenRow{"PersistOfAnotherForm", With(R"("persist":{"result":"new"})"),
                  "persist is not a report of this version"},
        BrokenRow{"DecisionsArray", With(R"("decisions":[])"), "decisions is not an object"},
        BrokenRow{"ValidUntilNull", With(R"("valid_until":null)"), "valid_until is not a string"},
        BrokenRow{"TimeLocal", R"({"time":"2026-11-21T23:54:08+01:00"})",
                  "time is not a time in UTC of the years 1970 to 2100"},
        BrokenRow{"Twice", With(R"("outcome":"deny")"), "a member occurs twice"},
        BrokenRow{"TwiceEscaped", With(R"("\u006eame":"b")"), "a member occurs twice"}),
    [](const auto& row) { return row.param.name; });

/// A set that cannot be read must never become a set that is not there: that would permit.
INSTANTIATE_TEST_SUITE_P(
    Caa, BrokenTest,
    testing::Values(
        BrokenRow{
            "DenialWithoutCaa",
            R"({"name":"a","outcome":"deny","reason":"issuance_forbidden","may_issue":false,)" +
                kTime + "}",
            "caa is missing, and reason is not no_caa"},
        BrokenRow{"CaaNull", With(R"("caa":null)"), kBadCaa},
        BrokenRow{"NoRecords", With(R"("caa":{"ttl":1})"), kBadCaa},
        BrokenRow{"NoTtl", With(R"("caa":{"records":[{"flags":0,"tag":"a","value":""}]})"),
                  kBadCaa},
        BrokenRow{"EmptySet", WithCaa(""), kBadCaa},
        BrokenRow{"RecordsTwice",
                  With(R"("caa":{"ttl":1,"records":[{"flags":0,"tag":"a","value":""}],)"
                       R"("records":[]})"),
                  kBadCaa},
        BrokenRow{"TtlTooLarge",
                  With(R"("caa":{"ttl":4294967296,"records":[{"flags":0,"tag":"a","value":""}]})"),
                  kBadCaa},
        BrokenRow{"FlagsTooLarge", WithCaa(R"({"flags":256,"tag":"issue","value":";"})"), kBadCaa},
        BrokenRow{"FlagsNegative", WithCaa(R"({"flags":-1,"tag":"issue","value":";"})"), kBadCaa},
        BrokenRow{"FlagsFraction", WithCaa(R"({"flags":1.0,"tag":"issue","value":";"})"), kBadCaa},
        BrokenRow{"NoFlags", WithCaa(R"({"tag":"issue","value":";"})"), kBadCaa},
        BrokenRow{"NoTag", WithCaa(R"({"flags":0,"value":";"})"), kBadCaa},
        BrokenRow{"NoValue", WithCaa(R"({"flags":0,"tag":"issue"})"), kBadCaa},
        BrokenRow{"TagTwice", WithCaa(R"({"flags":0,"tag":"issue","tag":"x","value":";"})"),
                  kBadCaa},
        BrokenRow{"ValueNumber", WithCaa(R"({"flags":0,"tag":"issue","value":1})"), kBadCaa},
        BrokenRow{"RecordText", WithCaa(R"("issue")"), kBadCaa},
        BrokenRow{"EscapeBreaksOff", WithCaa(R"({"flags":0,"tag":"issue","value":"\\"})"), kBadCaa},
        BrokenRow{"EscapeOver255", WithCaa(R"({"flags":0,"tag":"issue","value":"\\256"})"),
                  kBadCaa}),
    [](const auto& row) { return row.param.name; });

/// A record cut off anywhere is no record.
TEST(RedecideTest, RefusesEveryCut) {
  const std::string line = LineOf(FullRecord());
  Redecider redecider(RequestFor("ca.example"), {});
  std::string out;
  for (size_t size = 0; size < line.size(); ++size) {
    EXPECT_NE(Redecide(&redecider, line.substr(0, size), &out).problem, "") << size;
  }
  EXPECT_EQ(out, "");
}

/// Any octet changed: refused, or still one line of JSON that can be decided again.
TEST(RedecideTest, SurvivesEveryOctetChanged) {
  const std::string line = LineOf(FullRecord());
  Redecider redecider(RequestFor("ca.example"), kOne);
  for (size_t at = 0; at < line.size(); ++at) {
    for (const char c : std::string_view("\0\"\\{}[],:1 \xff", 12)) {
      std::string changed = line;
      changed[at] = c;
      std::string out;
      if (!Redecide(&redecider, changed, &out).problem.empty()) continue;
      out.pop_back();
      std::string again;
      EXPECT_EQ(Redecide(&redecider, out, &again).problem, "") << changed;
      EXPECT_EQ(again, out + "\n");
    }
  }
}

}  // namespace
}  // namespace caascan::redecide
