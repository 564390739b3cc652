// What `decide --for` and `decide --parameters` change in a record.
#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "caascan/record.h"
#include "scanner/record/record_view.h"
#include "scanner/redecide/redecide.h"
#include "tests/record/record_samples.h"
#include "tests/redecide/redecided_line.h"

namespace caascan::redecide {
namespace {

struct EditRow {
  const char* name;
  std::string in;
  std::string out;
  CaSet set;
  RedecideRules rules = {};

  friend void PrintTo(const EditRow& row, std::ostream* os) { *os << row.in; }
};

class PurposeEditTest : public testing::TestWithParam<EditRow> {};

TEST_P(PurposeEditTest, ChangesNothingElse) {
  Redecider redecider(RequestFor("ca.example"), GetParam().set, GetParam().rules);
  std::string out;
  EXPECT_EQ(Redecide(&redecider, GetParam().in, &out).problem, "");
  EXPECT_EQ(out, GetParam().out + "\n");
}

const CaSet kOne = {{"A", {"a.example"}}};
const std::string kTime = R"("time":"2026-11-21T23:54:08.123Z")";
const std::string kUntil = R"("valid_until":"2026-11-22T07:54:08.123Z")";
const std::string kMailOnly =
    R"("caa":{"ttl":1,"records":[{"flags":0,"tag":"issuemail","value":"x.example"}]},)";

INSTANTIATE_TEST_SUITE_P(
    Purposes, PurposeEditTest,
    testing::Values(
        EditRow{"AsItWasScanned",
                R"({"name":"a","for":"smime","outcome":"permit","reason":"no_issue_property",)"
                R"("may_issue":true,"would_issue":true,)" +
                    kMailOnly + kUntil + "," + kTime + "}",
                R"({"name":"a","for":"smime","outcome":"deny","reason":"issuer_not_authorized",)"
                R"("may_issue":false,"would_issue":false,)" +
                    kMailOnly + kUntil + "," + kTime + "}",
                {}},
        EditRow{"TlsToMail",
                R"({"name":"a" ,"outcome":"permit","reason":"no_issue_property",)"
                R"("may_issue":true,"would_issue":true,)" +
                    kMailOnly + kUntil + "," + kTime + "}",
                R"({"name":"a","for":"smime" ,"outcome":"deny","reason":"issuer_not_authorized",)"
                R"("may_issue":false,"would_issue":false,)" +
                    kMailOnly + kUntil + "," + kTime + "}",
                {},
                {Purpose::kSmime}},
        EditRow{"MailToMark",
                R"({"for":"smime","name":"a","outcome":"deny","reason":"issuer_not_authorized",)"
                R"("may_issue":false,"would_issue":false,)" +
                    kMailOnly + kUntil + "," + kTime + "}",
                R"({"for":"mark","name":"a","outcome":"permit","reason":"no_issue_property",)"
                R"("may_issue":true,"would_issue":true,)" +
                    kMailOnly + kUntil + "," + kTime + "}",
                {},
                {Purpose::kMark}},
        EditRow{"MailToTls",
                R"({"name":"a","for":"smime","outcome":"deny","reason":"issuer_not_authorized",)"
                R"("may_issue":false,"would_issue":false,)" +
                    kMailOnly + kUntil + "," + kTime + "}",
                R"({"name":"a","outcome":"permit","reason":"no_issue_property",)"
                R"("may_issue":true,"would_issue":true,)" +
                    kMailOnly + kUntil + "," + kTime + "}",
                {},
                {Purpose::kTls}},
        EditRow{"AFailureToo",
                R"({"name":"a","outcome":"lame","reason":"refused"})",
                R"({"name":"a","for":"smime","outcome":"lame","reason":"refused"})",
                {},
                {Purpose::kSmime}},
        EditRow{"ThreeInFrontGoAway",
                R"({"for":"smime","decisions":{"X":"deny"},"parameters":{"x":1},"name":"a",)"
                R"("outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,)" +
                    kUntil + "," + kTime + "}",
                R"({"name":"a",)"
                R"("outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,)" +
                    kUntil + "," + kTime + "}",
                {},
                {Purpose::kTls}},
        EditRow{"ThreeBehindGoAway",
                R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)"
                R"("would_issue":true,)" +
                    kUntil + "," + kTime +
                    R"(,"decisions":{"X":"deny"},"for":"mark" ,"parameters":{}})",
                R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)"
                R"("would_issue":true,)" +
                    kUntil + "," + kTime + " }",
                {},
                {Purpose::kTls}}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Parameters, PurposeEditTest,
    testing::Values(EditRow{"BothVerdicts",
                            R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)"
                            R"("would_issue":true,)" +
                                kUntil + "," + kTime + "}",
                            R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)"
                            R"("would_issue":true,"decisions":{"A":"permit"},)"
                            R"("parameters":{"enforce":"permit","ignore":"permit"},)" +
                                kUntil + "," + kTime + "}",
                            kOne,
                            {std::nullopt, true}},
                    EditRow{
                        "OfAnEarlierDecisionGoAway",
                        R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)"
                        R"("would_issue":true,"parameters":{"enforce":"deny","ignore":"permit"},)" +
                            kUntil + "," + kTime + "}",
                        R"({"name":"a","outcome":"permit","reason":"no_caa","may_issue":true,)"
                        R"("would_issue":true,)" +
                            kUntil + "," + kTime + "}",
                        {}}),
    [](const auto& row) { return row.param.name; });

/// RFC 8657; from 2027-03-15 a CA must enforce what it may ignore until then.
TEST(RedecidePurposeTest, TellsWhoseVerdictTurns) {
  Record record = FullRecord();
  record.name = "example.com";
  IssuanceRequest request = RequestFor("ca.example.net");
  request.account_uris = {"urn:b", "urn:c"};
  Redecider both(request, {}, {std::nullopt, true});
  const auto decided = [&](const char* value) {
    record.caa->records = {{0, "issue", value}};
    std::string out;
    const auto result = Redecide(&both, LineOf(record), &out);
    EXPECT_EQ(result.problem, "");
    const size_t at = out.find(R"("parameters":)");
    return out.substr(at, out.find('}', at) - at + 1) + (result.turns ? " turns" : "");
  };
  EXPECT_EQ(decided("ca.example.net; accounturi=urn:a"),
            R"("parameters":{"enforce":"deny","ignore":"permit"} turns)");
  EXPECT_EQ(decided("ca.example.net; accounturi=urn:c"),
            R"("parameters":{"enforce":"permit","ignore":"permit"})");
  EXPECT_EQ(decided("ca.example"), R"("parameters":{"enforce":"deny","ignore":"deny"})");
  request.parameters = ParameterRule::kIgnore;
  Redecider ignoring(request, {});
  record.caa->records = {{0, "issue", "ca.example.net; accounturi=urn:a"}};
  std::string out;
  EXPECT_EQ(Redecide(&ignoring, LineOf(record), &out).verdict, Redecider::Verdict::kPermit);
}

}  // namespace
}  // namespace caascan::redecide
