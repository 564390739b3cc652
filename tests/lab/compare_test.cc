// Records held against the truth: what counts as the same, and what the report says.
#include "tools/caalab/truth/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan::lab {
namespace {

using testing::HasSubstr;

const std::vector<RecordField> kAll = {
    RecordField::kOutcome, RecordField::kReason, RecordField::kMayIssue, RecordField::kCaa,
    RecordField::kDnssec,  RecordField::kZone,   RecordField::kPersist,  RecordField::kFindings};

constexpr char kTruth[] =
    R"({"name":"a.test","outcome":"deny","reason":"issuer_not_authorized","may_issue":false,)"
    R"("caa":{"owner":"a.test","ttl":300,"records":[{"flags":0,"tag":"issue","value":"x"},)"
    R"({"flags":128,"tag":"issue","value":"y"}]},"dnssec":"insecure","findings":[{"code":"caa_flag_one"}]})";

struct Row {
  std::string name;
  std::string from;  // What of the truth is replaced in the output
  std::string to;    // by this.
  bool agrees;
  std::string report;  // What the report must contain.
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.to; }

class CompareTest : public testing::TestWithParam<Row> {};

TEST_P(CompareTest, OneRecord) {
  const Row& row = GetParam();
  std::string output = kTruth;
  const size_t at = output.find(row.from);
  ASSERT_NE(at, std::string::npos);
  output.replace(at, row.from.size(), row.to);
  Comparison comparison(kAll);
  ASSERT_TRUE(comparison.AddTruth(kTruth, "truth").ok());
  ASSERT_TRUE(comparison.AddOutput(output, "output").ok());
  EXPECT_EQ(comparison.agrees(), row.agrees) << comparison.Report();
  EXPECT_THAT(comparison.Report(), HasSubstr(row.report));
}

INSTANTIATE_TEST_SUITE_P(
    Records, CompareTest,
    testing::Values(
        Row{"Same", "a.test", "a.test", true, "1 expected, 1 found: 1 agree, 0 differ"},
        Row{"OtherOutcome", "\"deny\"", "\"permit\"", false, "a.test: outcome\n"},
        Row{"OtherReason", "issuer_not_authorized", "issuance_forbidden", false,
            "issuer_not_authorized       issuance_forbidden                   1  <- differs"},
        Row{"OtherMayIssue", "false", "true", false, "a.test: may_issue"},
        Row{"NoMayIssue", "\"may_issue\":false,", "", false, "a.test: may_issue"},
        Row{"OtherOwner", "\"owner\":\"a.test\"", "\"owner\":\"test\"", false, "a.test: caa"},
        Row{"OtherFlags", "128", "0", false, "a.test: caa"},
        Row{"OtherValue", "\"y\"", "\"Y\"", false, "a.test: caa"},
        Row{"RecordMissing", R"({"flags":0,"tag":"issue","value":"x"},)", "", false, "a.test: caa"},
        Row{"TtlRunDown", "300", "17", true, "1 agree"},
        Row{"TtlGrown", "300", "301", false, "a.test: caa"},
        Row{"OtherOrder",
            R"({"flags":0,"tag":"issue","value":"x"},{"flags":128,"tag":"issue","value":"y"})",
            R"({"value":"y","flags":128,"tag":"issue"},{"flags":0,"tag":"issue","value":"x"})",
            true, "1 agree"},
        Row{"OtherDnssec", "insecure", "secure", false, "a.test: dnssec"},
        Row{"FindingMissing", R"({"code":"caa_flag_one"})", "", false,
            "finding missing: caa_flag_one in 1 records"},
        Row{"FindingExtra", "\"caa_flag_one\"}", R"("caa_flag_one"},{"code":"single_server"})",
            false, "finding extra: single_server in 1 records"},
        Row{"FindingTwice", "\"caa_flag_one\"}", R"("caa_flag_one"},{"code":"caa_flag_one"})", true,
            "1 agree"},
        Row{"OtherMembers", "\"dnssec\"", R"("queries":3,"dnssec")", true, "1 agree"},
        Row{"OtherName", "{\"name\":\"a.test\"", "{\"name\":\"b.test\"", false,
            "0 agree, 0 differ, 1 missing, 1 extra"}),
    [](const auto& test) { return test.param.name; });

TEST(ComparisonTest, OnlyTheFieldsAskedForCount) {
  Comparison comparison({RecordField::kOutcome});
  ASSERT_TRUE(comparison.AddTruth(R"({"name":"a","outcome":"deny","reason":"x"})", "t").ok());
  ASSERT_TRUE(comparison.AddOutput(R"({"name":"a","outcome":"deny","reason":"y"})", "o").ok());
  EXPECT_TRUE(comparison.agrees());
}

TEST(ComparisonTest, SetsBogusNamesAsideOnlyOfAScanThatDidNotValidate) {
  constexpr std::string_view kBogus =
      R"({"name":"a","outcome":"servfail","reason":"dnssec_bogus","dnssec":"bogus"})";
  struct Case {
    bool asked;
    std::string_view dnssec;  // What the scan said beside its permit.
    bool agrees;
    std::string_view report;
  };
  constexpr Case kCases[] = {
      {true, "unchecked", true, "0 agree, 0 differ, 0 missing, 0 extra, 1 bogus unchecked\n"},
      {true, "secure", false, "0 agree, 1 differ, 0 missing, 0 extra, 0 bogus unchecked\n"},
      {false, "unchecked", false, "0 agree, 1 differ, 0 missing, 0 extra\n"},
  };
  for (const Case& each : kCases) {
    const std::string output = R"({"name":"a","outcome":"permit","reason":"no_caa","dnssec":")" +
                               std::string(each.dnssec) + "\"}";
    Comparison comparison({RecordField::kOutcome, RecordField::kReason}, each.asked);
    ASSERT_TRUE(comparison.AddTruth(kBogus, "t").ok());
    ASSERT_TRUE(comparison.AddOutput(output, "o").ok());
    EXPECT_EQ(comparison.agrees(), each.agrees) << each.report;
    EXPECT_THAT(comparison.Report(), HasSubstr(std::string(each.report)));
  }
}

struct FindingRow {
  const char* name;
  const char* outcome;
  const char* expected;  // Lists of findings.
  const char* found;
  bool all;  // As for a scan that asked all servers and probed them all.
  const char* missing;
  const char* extra;
};
std::ostream& operator<<(std::ostream& out, const FindingRow& row) { return out << row.name; }

class FindingsTest : public testing::TestWithParam<FindingRow> {};

TEST_P(FindingsTest, AreThoseThatTheScanHadToSee) {
  const FindingRow& row = GetParam();
  const auto record = [&row](const char* findings) {
    return std::string(R"({"name":"a","outcome":")") + row.outcome + R"(","findings":)" + findings +
           "}";
  };
  const std::string truth = record(row.expected);
  const std::string output = record(row.found);
  Comparison comparison({RecordField::kFindings}, false, row.all);
  ASSERT_TRUE(comparison.AddTruth(truth, "t").ok());
  ASSERT_TRUE(comparison.AddOutput(output, "o").ok());
  const std::string missing = row.missing;
  const std::string extra = row.extra;
  EXPECT_EQ(comparison.agrees(), missing.empty() && extra.empty()) << comparison.Report();
  if (!missing.empty()) {
    EXPECT_THAT(comparison.Report(), HasSubstr("finding missing: " + missing + " in 1 records"));
  }
  if (!extra.empty()) {
    EXPECT_THAT(comparison.Report(), HasSubstr("finding extra: " + extra + " in 1 records"));
  }
}

constexpr char kBoth[] = R"([{"code":"x","host":"n1","address":"1"},{"code":"x","host":"n2"}])";
constexpr char kFirst[] = R"([{"code":"x","host":"n1","address":"1","evidence":"e"}])";
constexpr char kDueOfAll[] = R"([{"code":"x","due":"all"}])";
constexpr char kDueNever[] = R"([{"code":"x","due":"never"}])";

INSTANTIATE_TEST_SUITE_P(
    Rows, FindingsTest,
    testing::Values(
        FindingRow{"EachServerOfAFailure", "timeout", kBoth, kFirst, false, "x", ""},
        FindingRow{"OneServerOfASuccess", "permit", kBoth, kFirst, false, "", ""},
        FindingRow{"EachServerWhereAllWereAsked", "permit", kBoth, kFirst, true, "x", ""},
        FindingRow{"AnotherServer", "permit", kFirst, R"([{"code":"x","host":"n3"}])", false, "",
                   "x"},
        FindingRow{"AnotherAddress", "permit", kFirst,
                   R"([{"code":"x","host":"n1","address":"2"}])", false, "", "x"},
        FindingRow{"NoServerSaid", "timeout", R"([{"code":"x"}])", kFirst, false, "", ""},
        FindingRow{"DueOfAllIsNotMissed", "timeout", kDueOfAll, "[]", false, "", ""},
        FindingRow{"DueOfAllIsNotExtra", "timeout", kDueOfAll, kFirst, false, "", ""},
        FindingRow{"DueOfAllIsMissedByAll", "timeout", kDueOfAll, "[]", true, "x", ""},
        FindingRow{"DueNeverIsNotMissed", "timeout", kDueNever, "[]", true, "", ""},
        FindingRow{"DueNeverIsNotExtra", "timeout", kDueNever, kFirst, true, "", ""},
        FindingRow{"Invented", "permit", "[]", kFirst, true, "", "x"}),
    [](const auto& test) { return test.param.name; });

TEST(ComparisonTest, ANameExpectedTwiceMustComeTwice) {
  const std::string once = "{\"name\":\"a\"}\n";
  const std::string truth = once + "\n" + once;
  for (int times = 0; times <= 3; ++times) {
    std::string output;
    for (int i = 0; i < times; ++i) output += once;
    Comparison comparison(kAll);
    ASSERT_TRUE(comparison.AddTruth(truth, "t").ok());
    ASSERT_TRUE(comparison.AddOutput(output, "o").ok());
    EXPECT_EQ(comparison.agrees(), times == 2) << times;
  }
}

TEST(ComparisonTest, TheZoneCountsWhereTheTruthSaysIt) {
  const std::string found = R"({"name":"a.b","zone":"b"})";
  for (const auto& [truth, agrees] :
       {std::pair(R"({"name":"a.b"})", true), std::pair(R"({"name":"a.b","zone":"b"})", true),
        std::pair(R"({"name":"a.b","zone":"a.b"})", false)}) {
    Comparison comparison(kAll);
    ASSERT_TRUE(comparison.AddTruth(truth, "t").ok());
    ASSERT_TRUE(comparison.AddOutput(found, "o").ok());
    EXPECT_EQ(comparison.agrees(), agrees) << truth;
  }
}

TEST(ComparisonTest, PersistCountsWhereTheTruthSaysIt) {
  const std::string valid = R"({"name":"a.b","persist":{"result":"valid","ttl":1}})";
  const std::string without = R"({"name":"a.b"})";
  for (const auto& [truth, found, agrees] :
       {std::tuple(without, valid, true), std::tuple(valid, valid, true),
        std::tuple(valid, without, false),
        std::tuple(valid, std::string(R"({"name":"a.b","persist":{"result":"none"}})"), false)}) {
    Comparison comparison(kAll);
    ASSERT_TRUE(comparison.AddTruth(truth, "t").ok());
    ASSERT_TRUE(comparison.AddOutput(found, "o").ok());
    EXPECT_EQ(comparison.agrees(), agrees) << truth << found;
  }
}

TEST(ComparisonTest, ShowsBothRecordsOfADifference) {
  Comparison comparison(kAll);
  ASSERT_TRUE(comparison.AddTruth(R"({"name":"a","outcome":"deny"})", "t").ok());
  ASSERT_TRUE(comparison.AddOutput(R"({"name":"a","outcome":"permit"})", "o").ok());
  EXPECT_THAT(comparison.Report(),
              HasSubstr("a: outcome\n"
                        "  expected: {\"name\":\"a\",\"outcome\":\"deny\"}\n"
                        "  found:    {\"name\":\"a\",\"outcome\":\"permit\"}\n"));
}

TEST(ComparisonTest, ALineThatIsNoRecordIsTold) {
  Comparison comparison(kAll);
  EXPECT_EQ(std::string(comparison.AddTruth("{\"name\":\"a\"}\n{]\n", "t.ndjson").message()),
            "t.ndjson:2: no JSON object");
  EXPECT_EQ(std::string(comparison.AddOutput("{\"nam\":\"a\"}\n", "o.ndjson").message()),
            "o.ndjson:1: no record: it has no name");
}

TEST(RecordFieldsTest, AreRead) {
  std::vector<RecordField> fields;
  ASSERT_TRUE(
      ParseRecordFields("outcome,reason,may_issue,caa,dnssec,zone,persist,findings", &fields).ok());
  EXPECT_EQ(fields, kAll);
  EXPECT_FALSE(ParseRecordFields("", &fields).ok());
  EXPECT_THAT(std::string(ParseRecordFields("outcome,reasn", &fields).message()),
              HasSubstr("\"reasn\" is no field"));
}

}  // namespace
}  // namespace caascan::lab
