// RFC 8657 §3, §4: for which issuers a verdict turns when parameters are enforced.
#include "scanner/counts/parameter_use.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace caascan::counts {
namespace {

using Records = std::vector<std::pair<std::string, std::string>>;  // Tag, value.

struct Row {
  const char* name;
  Records records;
  /// "names accounturi validationmethods nobody" of ca.example; empty: its verdict does not turn.
  std::string counts;
  Purpose purpose = Purpose::kTls;
  bool wildcard = false;

  friend void PrintTo(const Row& row, std::ostream* os) { *os << row.name; }
};

std::string CountsOf(const Row& row) {
  ParameterUse use;
  BoundedTable<ParameterRow> rows(10);
  use.Begin(row.purpose, row.wildcard);
  for (const auto& [tag, value] : row.records) {
    const caa::IssueValue read = caa::ReadIssueValue(value);
    use.Add(caa::ClassifyTag(tag), read.issuer, read);
  }
  use.End(false, &rows);
  for (const auto& [issuer, counts] : rows.Sorted()) {
    if (issuer != "ca.example") continue;
    return std::to_string(counts->names) + " " + std::to_string(counts->accounturi) + " " +
           std::to_string(counts->validationmethods) + " " + std::to_string(counts->nobody);
  }
  return "";
}

class ParameterUseTest : public testing::TestWithParam<Row> {};

TEST_P(ParameterUseTest, Counts) { EXPECT_EQ(CountsOf(GetParam()), GetParam().counts); }

const char* const kAccount = "ca.example; accounturi=https://ca.example/1";
const char* const kMethod = "ca.example; validationmethods=dns-01";

INSTANTIATE_TEST_SUITE_P(
    Sets, ParameterUseTest,
    testing::Values(
        Row{"Unbound", {{"issue", "ca.example"}}, ""},
        Row{"OtherParameters", {{"issue", "ca.example; policy=ev"}}, ""},
        Row{"Account", {{"issue", kAccount}}, "1 1 0 0"},
        Row{"Method", {{"issue", kMethod}}, "1 0 1 0"},
        Row{"BothInOne",
            {{"issue", "ca.example; accounturi=urn:a; validationmethods=dns-01"}},
            "1 1 1 0"},
        Row{"OneOfEach", {{"issue", kAccount}, {"issue", kMethod}}, "1 0 0 0"},
        Row{"UnboundBeside", {{"issue", kAccount}, {"issue", "ca.example"}}, ""},
        Row{"AnotherIssuerBeside", {{"issue", kAccount}, {"issue", "b.example"}}, "1 1 0 0"},
        Row{"BoundIsAnother",
            {{"issue", "b.example; accounturi=urn:a"}, {"issue", "ca.example"}},
            ""},
        Row{"AccountTwice",
            {{"issue", "ca.example; accounturi=urn:a; accounturi=urn:a"}},
            "1 1 0 1"},
        Row{"NoUri", {{"issue", "ca.example; accounturi=12"}}, "1 1 0 1"},
        Row{"NoList", {{"issue", "ca.example; validationmethods=a,,b"}}, "1 0 1 1"},
        Row{"NobodyOfTwo",
            {{"issue", "ca.example; accounturi=12"}, {"issue", kAccount}},
            "1 1 0 0"},
        Row{"BrokenGrammar", {{"issue", "ca.example; accounturi"}}, ""},
        Row{"BrokenBesideBound", {{"issue", "ca.example; x"}, {"issue", kAccount}}, "1 1 0 0"},
        Row{"IssuewildOfAPlainName", {{"issuewild", kAccount}}, ""},
        Row{"IssueOfAWildcard", {{"issue", kAccount}}, "1 1 0 0", Purpose::kTls, true},
        Row{"IssuewildOfAWildcard",
            {{"issue", "ca.example"}, {"issuewild", kAccount}},
            "1 1 0 0",
            Purpose::kTls,
            true},
        Row{"IssuewildReplacesIssue",
            {{"issue", kAccount}, {"issuewild", ";"}},
            "",
            Purpose::kTls,
            true},
        Row{"MailOfTls", {{"issuemail", kAccount}}, ""},
        Row{"Mail", {{"issuemail", kAccount}, {"issue", "ca.example"}}, "1 1 0 0", Purpose::kSmime},
        Row{"Mark", {{"issuevmc", kMethod}}, "1 0 1 0", Purpose::kMark}),
    [](const auto& row) { return row.param.name; });

TEST(ParameterUseTest, AnUnknownCriticalPropertyBarsInAnyCase) {
  ParameterUse use;
  BoundedTable<ParameterRow> rows(10);
  const caa::IssueValue bound = caa::ReadIssueValue(kAccount);
  for (const bool critical : {true, false}) {
    use.Begin(Purpose::kTls, /*wildcard=*/false);
    use.Add(caa::TagKind::kIssue, bound.issuer, bound);
    if (critical) use.AddUnknownCritical();
    use.End(false, &rows);
    EXPECT_EQ(rows.size(), critical ? 0u : 1u);
  }
}

}  // namespace
}  // namespace caascan::counts
