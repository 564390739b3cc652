#include "caascan/finding_kind.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "tools/findings_page/findings_page.h"

namespace caascan {
namespace {

using testing::HasSubstr;

/// Tests run in the source folder.
std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(FindingKindTest, IsFoundByItsCodeAndByTheText) {
  ASSERT_EQ(FindingKinds().size(), static_cast<size_t>(kLastFindingCode) + 1);
  for (const FindingKind& kind : FindingKinds()) {
    EXPECT_EQ(&KindOf(kind.code), &kind);
    EXPECT_EQ(FindFindingKind(FindingCodeText(kind.code)), &kind);
  }
  EXPECT_EQ(FindFindingKind("no_such_code"), nullptr);
  EXPECT_EQ(FindFindingKind(""), nullptr);
}

TEST(FindingKindTest, EveryTextIsThereAndPlain) {
  for (const FindingKind& kind : FindingKinds()) {
    SCOPED_TRACE(FindingCodeText(kind.code));
    for (const std::string_view text : {kind.rfc, kind.meaning, kind.evidence, kind.remedy}) {
      EXPECT_FALSE(text.empty());
      // What Markdown would read as its own.
      EXPECT_EQ(text.find_first_of("|<>*`[]"), std::string_view::npos) << text;
      EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c < 127; }))
          << text;
    }
    EXPECT_THAT(std::string(kind.rfc), HasSubstr("RFC "));
    EXPECT_NE(kind.meaning.back(), '.');
    EXPECT_EQ(kind.evidence.back(), '.');
    EXPECT_EQ(kind.remedy.back(), '.');
    EXPECT_LE(kind.meaning.size(), 80u);
  }
}

// What the severities mean.
TEST(FindingKindTest, AnErrorCausesSomethingAndANoticeNothing) {
  for (const FindingKind& kind : FindingKinds()) {
    SCOPED_TRACE(FindingCodeText(kind.code));
    EXPECT_FALSE(kind.severity == Severity::kError && kind.causes.empty());
    EXPECT_FALSE(kind.severity == Severity::kNotice && !kind.causes.empty());
  }
}

TEST(FindingKindTest, EveryFailureOfTheServersHasAFindingThatCausesIt) {
  for (size_t i = 0; i <= static_cast<size_t>(kLastReason); ++i) {
    const auto reason = static_cast<Reason>(i);
    const Outcome outcome = OutcomeOf(reason);
    const bool ours = outcome == Outcome::kError || reason == Reason::kTooManyQueries ||
                      reason == Reason::kTooSlow;
    if (outcome == Outcome::kPermit || outcome == Outcome::kDeny) continue;
    const bool caused =
        std::any_of(FindingKinds().begin(), FindingKinds().end(),
                    [reason](const FindingKind& kind) { return kind.causes.Has(reason); });
    EXPECT_EQ(caused, !ours) << ReasonCode(reason);
  }
}

TEST(ReasonSetTest, HasWhatItWasMadeOf) {
  constexpr ReasonSet kNone;
  constexpr ReasonSet kTwo(Reason::kNoCaa, kLastReason);
  static_assert(kNone.empty() && !kTwo.empty());
  EXPECT_TRUE(kTwo.Has(Reason::kNoCaa));
  EXPECT_TRUE(kTwo.Has(kLastReason));
  EXPECT_FALSE(kTwo.Has(Reason::kRefused));
  EXPECT_FALSE(kNone.Has(Reason::kNoCaa));
}

TEST(FindingKindTest, TheRecordsSchemaHasTheSameCodes) {
  const simdjson::padded_string text(ReadFile("docs/record.schema.json"));
  simdjson::dom::parser parser;
  simdjson::dom::array codes;
  ASSERT_EQ(parser.parse(text)["$defs"]["finding"]["properties"]["code"]["enum"].get(codes),
            simdjson::SUCCESS);
  std::set<std::string> in_schema;
  for (const simdjson::dom::element code : codes) {
    in_schema.emplace(std::string_view(code));
  }
  std::set<std::string> in_table;
  for (const FindingKind& kind : FindingKinds()) in_table.emplace(FindingCodeText(kind.code));
  EXPECT_EQ(in_schema, in_table);
}

TEST(FindingKindTest, ThePageIsMadeFromTheTable) {
  EXPECT_EQ(ReadFile("docs/findings.md"), tool::FindingsPage())
      << "write it anew: build/bin/findings_page > docs/findings.md";
}

TEST(FindingKindTest, SeveritiesAndActorsHaveTexts) {
  EXPECT_EQ(SeverityText(Severity::kError), "error");
  EXPECT_EQ(SeverityText(Severity::kNotice), "notice");
  EXPECT_EQ(ActorText(Actor::kOwner), "domain owner");
  EXPECT_EQ(ActorText(Actor::kOurselves), "ourselves");
}

}  // namespace
}  // namespace caascan
