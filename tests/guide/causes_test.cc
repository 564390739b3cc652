// What findings cause, against the lab: of each look-up that fails there, one of its findings says
// that it may lead to that reason. The lab's truth comes from its scenarios alone.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "caascan/finding_kind.h"
#include "tools/caalab/truth/truth.h"

namespace caascan {
namespace {

/// Of one record of the truth; counts those that say anything.
void CheckLine(const std::string& line, int* checked) {
  const simdjson::padded_string padded(line);
  simdjson::dom::parser parser;
  simdjson::dom::element record;
  ASSERT_EQ(parser.parse(padded).get(record), simdjson::SUCCESS) << line;
  const std::string_view outcome = record["outcome"];
  const std::string_view reason = record["reason"];
  simdjson::dom::array findings;
  if (outcome == "permit" || outcome == "deny" || outcome == "error" ||
      record["findings"].get(findings) != simdjson::SUCCESS) {
    return;
  }
  const auto causes = [reason](simdjson::dom::element finding) {
    const FindingKind* const kind = FindFindingKind(finding["code"]);
    for (size_t i = 0; kind != nullptr && i <= static_cast<size_t>(kLastReason); ++i) {
      const auto cause = static_cast<Reason>(i);
      if (ReasonCode(cause) == reason && kind->causes.Has(cause)) return true;
    }
    return false;
  };
  if (findings.size() == 0) return;
  EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), causes)) << line;
  ++*checked;
}

class CausesTest : public testing::TestWithParam<const char*> {};

TEST_P(CausesTest, ExplainEachFailureOfTheLab) {
  const std::string path = "datasets/lab/" + std::string(GetParam()) + ".json";
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto scenario = lab::ParseScenario(text, path);
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  const auto world = lab::World::Build(*scenario, nullptr, std::chrono::system_clock::now());
  ASSERT_TRUE(world.ok()) << world.status();
  int checked = 0;
  for (const lab::ZoneDescription& zone : scenario->zones) {
    for (const lab::Expectation& expect : zone.expect) {
      const auto line = lab::TruthLine(**world, expect);
      ASSERT_TRUE(line.ok()) << line.status();
      CheckLine(*line, &checked);
    }
  }
  EXPECT_GE(checked, 2);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, CausesTest,
                         testing::Values("faults", "culprits", "stories", "dnssec", "odd-answers"),
                         [](const auto& row) {
                           std::string name = row.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace caascan
