// What changed between two scans, counted.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/compare/finding_changes.h"
#include "scanner/report/aggregate.h"
#include "scanner/report/table.h"

namespace caascan::compare {

/// A name's state in one scan.
struct NameState {
  uint32_t records = 0;  // 0: the scan has none of it.
  Outcome outcome = Outcome::kError;
  Reason reason = Reason::kStopped;
  int64_t time_ms = 0;
  std::string operator_name;
  std::string caa;  // These two as SpillRow has them.
  std::string findings;
};

struct NameChange {
  bool outcome = false;
  bool reason = false;
  bool caa = false;

  bool any() const { return outcome || reason || caa; }
};

/// Of a name that both scans have, its findings aside. A failed look-up says nothing of the CAA
/// set, so a set changes only between two that were found (or found missing).
NameChange ChangeOf(const NameState& before, const NameState& after);

/// Names of an operator whose look-ups failed.
struct OperatorChangeRow {
  uint64_t old_failed = 0;
  uint64_t new_failed = 0;
  uint64_t mended = 0;  // Failed before and not since,
  uint64_t broken = 0;  // and the other way round, by the operator of the failure.

  uint64_t weight() const { return old_failed + new_failed; }
  void Merge(const OperatorChangeRow& other) {
    old_failed += other.old_failed;
    new_failed += other.new_failed;
    mended += other.mended;
    broken += other.broken;
  }
};

/// A value; one thread at a time.
class DiffCounts {
 public:
  void Add(const NameState& before, const NameState& after);

  uint64_t old_names() const { return old_names_; }
  uint64_t new_names() const { return new_names_; }
  uint64_t changed() const { return changed_; }

  /// As tables. `broken` is how many lines were no records.
  report::Report MakeReport(uint64_t broken) const;

 private:
  report::Table SummaryTable(uint64_t broken) const;
  report::Table TransitionTable() const;
  report::Table ReasonTable() const;
  report::Table OperatorTable() const;
  report::Table SetTable() const;

  uint64_t old_names_ = 0;
  uint64_t new_names_ = 0;
  uint64_t both_ = 0;
  uint64_t duplicates_ = 0;
  uint64_t changed_ = 0;
  uint64_t outcome_changed_ = 0;
  uint64_t reason_changed_ = 0;
  uint64_t set_added_ = 0;
  uint64_t set_removed_ = 0;
  uint64_t set_replaced_ = 0;
  // [before][after]
  std::array<std::array<uint64_t, kOutcomeCount>, kOutcomeCount> outcomes_{};
  std::array<std::array<uint64_t, kReasonCount>, kReasonCount> reasons_{};
  report::BoundedTable<OperatorChangeRow> operators_{report::Aggregate::kMaxRows};
  FindingChanges findings_;
};

}  // namespace caascan::compare
