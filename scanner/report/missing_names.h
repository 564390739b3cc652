// Counts of names that do not exist, so that they can be taken off the counts of all names.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <span>

#include "caascan/outcome.h"
#include "scanner/record/record_view.h"

namespace caascan::report {

/// Of records that say nxdomain, by reason, and by what a summary counts besides. A value; one
/// thread at a time.
class MissingNames {
 public:
  enum class Fact : uint8_t { kMayIssue, kWouldIssue, kWithCaa, kRechecked };

  void Add(const record::RecordView& record) {
    if (!record.nxdomain) return;
    ++reasons_[static_cast<size_t>(record.reason)];
    AddTo(Fact::kMayIssue, record.may_issue);
    AddTo(Fact::kWouldIssue, record.may_issue && record.would_issue);
    AddTo(Fact::kWithCaa, record.has_caa);
    AddTo(Fact::kRechecked, record.attempts > 1);
  }
  void Merge(const MissingNames& other) {
    for (size_t i = 0; i < reasons_.size(); ++i) reasons_[i] += other.reasons_[i];
    for (size_t i = 0; i < facts_.size(); ++i) facts_[i] += other.facts_[i];
  }
  /// As Aggregate::Visit().
  template <typename Self, typename Archive>
  static void Visit(Self& self, Archive& archive) {
    archive.Counts("nxdomain_reasons", std::span(self.reasons_));
    archive.Counts("nxdomain_facts", std::span(self.facts_));
  }

  uint64_t names() const { return std::accumulate(reasons_.begin(), reasons_.end(), uint64_t{0}); }
  uint64_t of(Reason reason) const { return reasons_[static_cast<size_t>(reason)]; }
  uint64_t of(Outcome outcome) const {
    uint64_t names = 0;
    for (size_t i = 0; i < kReasonCount; ++i) {
      if (OutcomeOf(static_cast<Reason>(i)) == outcome) names += reasons_[i];
    }
    return names;
  }
  uint64_t of(Fact fact) const { return facts_[static_cast<size_t>(fact)]; }

 private:
  void AddTo(Fact fact, bool holds) { facts_[static_cast<size_t>(fact)] += holds ? 1 : 0; }

  std::array<uint64_t, kReasonCount> reasons_{};
  std::array<uint64_t, static_cast<size_t>(Fact::kRechecked) + 1> facts_{};
};

}  // namespace caascan::report
