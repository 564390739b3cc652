// What counts as a change between two scans, and how changes are counted.
#include "scanner/compare/diff_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace caascan::compare {
namespace {

using report::Cell;
using report::Report;
using report::Table;
using testing::ElementsAre;

NameState Answer(Reason reason, std::string caa = "") {
  NameState state;
  state.records = 1;
  state.reason = reason;
  state.outcome = OutcomeOf(reason);
  state.caa = std::move(caa);
  return state;
}

NameState Failure(Reason reason, std::string by = "") {
  NameState state = Answer(reason);
  state.operator_name = std::move(by);
  return state;
}

struct ChangeRow {
  const char* name;
  NameState before;
  NameState after;
  bool outcome;
  bool reason;
  bool caa;
};
std::ostream& operator<<(std::ostream& out, const ChangeRow& row) { return out << row.name; }

class ChangeOfTest : public testing::TestWithParam<ChangeRow> {};

TEST_P(ChangeOfTest, TellsWhatChanged) {
  const NameChange change = ChangeOf(GetParam().before, GetParam().after);
  EXPECT_EQ(change.outcome, GetParam().outcome);
  EXPECT_EQ(change.reason, GetParam().reason);
  EXPECT_EQ(change.caa, GetParam().caa);
  EXPECT_EQ(change.any(), GetParam().outcome || GetParam().reason || GetParam().caa);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ChangeOfTest,
    testing::Values(ChangeRow{"Nothing", Answer(Reason::kNoCaa), Answer(Reason::kNoCaa), false,
                              false, false},
                    ChangeRow{"Reason", Failure(Reason::kServfail), Failure(Reason::kNotimp), false,
                              true, false},
                    ChangeRow{"OutcomeWithItsReason", Answer(Reason::kNoCaa),
                              Failure(Reason::kServfail), true, true, false},
                    ChangeRow{"SetAlone", Answer(Reason::kIssuerAuthorized, "a"),
                              Answer(Reason::kIssuerAuthorized, "b"), false, false, true},
                    // A failed look-up says nothing of the set.
                    ChangeRow{"SetBehindAFailure", Answer(Reason::kIssuerAuthorized, "a"),
                              Failure(Reason::kServfail), true, true, false},
                    ChangeRow{"SetAfterAFailure", Failure(Reason::kServfail),
                              Answer(Reason::kIssuerAuthorized, "a"), true, true, false}),
    [](const auto& test) { return test.param.name; });

uint64_t CountAt(const Table& table, const std::string& row, size_t column) {
  for (const std::vector<Cell>& cells : table.rows) {
    if (std::get<std::string>(cells[0]) == row) return std::get<uint64_t>(cells.at(column));
  }
  ADD_FAILURE() << table.id << " has no row " << row;
  return 0;
}

TEST(DiffCountsTest, ASummaryAddsUp) {
  DiffCounts counts;
  const NameState none;
  NameState twice = Answer(Reason::kNoCaa);
  twice.records = 2;
  counts.Add(Answer(Reason::kNoCaa), none);
  counts.Add(none, Answer(Reason::kNoCaa));
  counts.Add(none, twice);
  counts.Add(Answer(Reason::kNoCaa), Answer(Reason::kNoCaa));
  counts.Add(Answer(Reason::kNoCaa), Answer(Reason::kIssuerAuthorized, "a"));
  EXPECT_EQ(counts.old_names(), 3u);
  EXPECT_EQ(counts.new_names(), 4u);
  EXPECT_EQ(counts.changed(), 1u);
  const Report report = counts.MakeReport(/*broken=*/7);
  const Table& summary = *report.Find("summary");
  EXPECT_EQ(CountAt(summary, "old_names", 1), 3u);
  EXPECT_EQ(CountAt(summary, "new_names", 1), 4u);
  EXPECT_EQ(CountAt(summary, "in_both", 1), 2u);
  EXPECT_EQ(CountAt(summary, "only_in_old", 1), 1u);
  EXPECT_EQ(CountAt(summary, "only_in_new", 1), 2u);
  EXPECT_EQ(CountAt(summary, "changed", 1), 1u);
  EXPECT_EQ(CountAt(summary, "outcome_changed", 1), 0u);
  EXPECT_EQ(CountAt(summary, "reason_changed", 1), 1u);
  EXPECT_EQ(CountAt(summary, "caa_changed", 1), 1u);
  EXPECT_EQ(CountAt(summary, "several_records", 1), 1u);
  EXPECT_EQ(CountAt(summary, "broken_lines", 1), 7u);
}

TEST(DiffCountsTest, EveryReasonMayFollowEveryOther) {
  for (int before = 0; before <= static_cast<int>(kLastReason); ++before) {
    for (int after = 0; after <= static_cast<int>(kLastReason); ++after) {
      DiffCounts counts;
      counts.Add(Answer(static_cast<Reason>(before)), Answer(static_cast<Reason>(after)));
      const Report report = counts.MakeReport(0);
      const Table& reasons = *report.Find("reasons");
      ASSERT_EQ(reasons.rows.size(), before == after ? 0u : 1u) << before << " to " << after;
      if (before == after) continue;
      EXPECT_THAT(reasons.rows[0],
                  ElementsAre(Cell(std::string(ReasonCode(static_cast<Reason>(before)))),
                              Cell(std::string(ReasonCode(static_cast<Reason>(after)))),
                              Cell(uint64_t{1})));
    }
  }
}

TEST(DiffCountsTest, OutcomesAreCountedBeforeByAfter) {
  DiffCounts counts;
  counts.Add(Answer(Reason::kNoCaa), Failure(Reason::kServfail));
  counts.Add(Answer(Reason::kNoCaa), Failure(Reason::kNotimp));
  const Report report = counts.MakeReport(0);
  const Table& transitions = *report.Find("transitions");
  ASSERT_EQ(transitions.columns.size(), 7u);
  EXPECT_EQ(transitions.columns[3].id, "servfail");
  EXPECT_EQ(CountAt(transitions, "permit", 3), 2u);
  EXPECT_EQ(CountAt(transitions, "servfail", 1), 0u);
}

TEST(DiffCountsTest, AnOperatorIsChargedWithItsOwnFailures) {
  DiffCounts counts;
  counts.Add(Failure(Reason::kRefused, "Old"), Answer(Reason::kNoCaa));
  counts.Add(Failure(Reason::kRefused, "Old"), Answer(Reason::kNoCaa));
  counts.Add(Answer(Reason::kNoCaa), Failure(Reason::kRefused));
  counts.Add(Failure(Reason::kRefused, "Same"), Failure(Reason::kRefused, "Same"));
  // The name moved and fails at its new operator as well: neither fixed nor broken.
  counts.Add(Failure(Reason::kRefused, "Old"), Failure(Reason::kRefused, "New"));
  const Report report = counts.MakeReport(0);
  const Table& operators = *report.Find("operators");
  ASSERT_EQ(operators.rows.size(), 2u) << "only where something changed";
  EXPECT_THAT(operators.rows[0],
              ElementsAre(Cell(std::string("Old")), Cell(uint64_t{3}), Cell(uint64_t{0}),
                          Cell(uint64_t{2}), Cell(uint64_t{0})));
  EXPECT_THAT(operators.rows[1],
              ElementsAre(Cell(std::string("(unknown)")), Cell(uint64_t{0}), Cell(uint64_t{1}),
                          Cell(uint64_t{0}), Cell(uint64_t{1})));
}

TEST(DiffCountsTest, SetsAreAddedRemovedOrReplaced) {
  const auto set = [](const char* caa) {
    return Answer(*caa == '\0' ? Reason::kNoCaa : Reason::kIssuerAuthorized, caa);
  };
  DiffCounts counts;
  counts.Add(set(""), set("a"));
  counts.Add(set("a"), set(""));
  counts.Add(set("b"), set(""));
  counts.Add(set("a"), set("b"));
  const Report report = counts.MakeReport(0);
  const Table& sets = *report.Find("caa_sets");
  EXPECT_EQ(CountAt(sets, "added", 1), 1u);
  EXPECT_EQ(CountAt(sets, "removed", 1), 2u);
  EXPECT_EQ(CountAt(sets, "replaced", 1), 1u);
}

TEST(DiffCountsTest, WithoutNamesOnlyTheSummaryHasRows) {
  for (const Table& table : DiffCounts().MakeReport(0).tables) {
    EXPECT_EQ(table.rows.empty(), table.id != "summary") << table.id;
  }
}

}  // namespace
}  // namespace caascan::compare
