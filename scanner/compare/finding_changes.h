// Findings that came, stayed and went between two scans, of names that both have.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/counts/bounded_table.h"
#include "scanner/record/record_view.h"
#include "scanner/report/table.h"

namespace caascan::compare {

/// The codes of a record's findings, each once, in the order of their letters, a line each.
void FindingCodes(const record::RecordView& record, std::string* codes);

/// Codes by what became of them. Views into the texts that they are of.
struct FindingChange {
  std::vector<std::string_view> came;
  std::vector<std::string_view> stayed;
  std::vector<std::string_view> went;

  bool any() const { return !came.empty() || !went.empty(); }
};

/// Of two texts of FindingCodes().
FindingChange FindingChangeOf(std::string_view before, std::string_view after);

/// Names by what became of a finding.
struct FindingChangeRow {
  uint64_t came = 0;
  uint64_t stayed = 0;
  uint64_t went = 0;

  uint64_t weight() const { return came + stayed + went; }
  void Merge(const FindingChangeRow& other) {
    came += other.came;
    stayed += other.stayed;
    went += other.went;
  }
};

/// Counts of them, by code, and by operator and code. A value; one thread at a time.
class FindingChanges {
 public:
  FindingChanges();

  /// A name's change. A finding that went counts for the operator before, the others for the one
  /// after.
  void Add(const FindingChange& change, std::string_view operator_before,
           std::string_view operator_after);

  /// Names of which some finding came or went.
  uint64_t names() const { return names_; }

  /// By code, the most frequent first.
  report::Table ByCode() const;
  /// By operator and code, those first of which most came or went.
  report::Table ByOperator() const;

 private:
  FindingChangeRow* FindOperator(std::string_view code, std::string_view operator_name);

  uint64_t names_ = 0;
  counts::BoundedTable<FindingChangeRow> codes_;
  counts::BoundedTable<FindingChangeRow> operators_;  // By "code operator".
  std::string key_;                                   // Kept for its memory.
};

}  // namespace caascan::compare
