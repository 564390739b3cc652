#include "scanner/compare/finding_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/record/record_lines.h"

namespace caascan::compare {
namespace {

using report::Cell;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(FindingCodesTest, HasEachCodeOnceInOrder) {
  record::LineReader reader;
  ASSERT_EQ(
      reader.Read(record::Line("a.example", "no_caa",
                               R"(,"findings":[{"code":"b"},{"code":"a"},{"code":"b","host":"h"},)"
                               R"({"code":"two\nlines"}])")),
      "");
  std::string codes = "left over";
  FindingCodes(reader.record(), &codes);
  EXPECT_EQ(codes, "a\nb");
  ASSERT_EQ(reader.Read(record::Line("a.example")), "");
  FindingCodes(reader.record(), &codes);
  EXPECT_EQ(codes, "");
}

TEST(FindingChangeTest, TellsWhatCameStayedAndWent) {
  const FindingChange change = FindingChangeOf("a\nc\nd\nf", "b\nc\ne\nf\ng");
  EXPECT_THAT(change.went, ElementsAre("a", "d"));
  EXPECT_THAT(change.stayed, ElementsAre("c", "f"));
  EXPECT_THAT(change.came, ElementsAre("b", "e", "g"));
  EXPECT_TRUE(change.any());
}

TEST(FindingChangeTest, OfTheSameFindingsIsNone) {
  EXPECT_FALSE(FindingChangeOf("a\nb", "a\nb").any());
  EXPECT_THAT(FindingChangeOf("a\nb", "a\nb").stayed, ElementsAre("a", "b"));
  EXPECT_THAT(FindingChangeOf("", "").stayed, IsEmpty());
  EXPECT_THAT(FindingChangeOf("", "a").came, ElementsAre("a"));
  EXPECT_THAT(FindingChangeOf("a", "").went, ElementsAre("a"));
}

TEST(FindingChangesTest, WhatWentCountsForTheOperatorBefore) {
  FindingChanges changes;
  changes.Add(FindingChangeOf("a\nb", "b\nc"), "Old Op", "New Op");
  changes.Add(FindingChangeOf("b", "b"), "Old Op", "");
  EXPECT_EQ(changes.names(), 1u);
  const uint64_t none = 0;
  const uint64_t one = 1;
  EXPECT_THAT(changes.ByCode().rows,
              ElementsAre(std::vector<Cell>{std::string("b"), none, uint64_t{2}, none},
                          std::vector<Cell>{std::string("a"), none, none, one},
                          std::vector<Cell>{std::string("c"), one, none, none}));
  EXPECT_THAT(
      changes.ByOperator().rows,
      ElementsAre(std::vector<Cell>{std::string("Old Op"), std::string("a"), none, none, one},
                  std::vector<Cell>{std::string("New Op"), std::string("c"), one, none, none},
                  std::vector<Cell>{std::string("(unknown)"), std::string("b"), none, one, none},
                  std::vector<Cell>{std::string("New Op"), std::string("b"), none, one, none}));
}

}  // namespace
}  // namespace caascan::compare
