// The rows that a report counts, by operator, server, finding and so on. All are values; one thread
// at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "caascan/caa.h"
#include "caascan/outcome.h"
#include "scanner/counts/name_facts.h"
#include "scanner/guide/operator_name.h"
#include "scanner/record/record_view.h"
#include "scanner/report/small_counts.h"
#include "scanner/report/time_span.h"

namespace caascan::report {

using counts::NameFacts;

/// Is it a look-up that failed? (An error is a name that was never looked up.)
constexpr bool IsFailure(Outcome outcome) {
  return outcome == Outcome::kServfail || outcome == Outcome::kTimeout || outcome == Outcome::kLame;
}

struct OutcomeCounts {
  uint64_t names = 0;
  std::array<uint64_t, kOutcomeCount> by_outcome{};

  uint64_t of(Outcome outcome) const { return by_outcome[static_cast<size_t>(outcome)]; }
  uint64_t failed() const {
    return of(Outcome::kServfail) + of(Outcome::kTimeout) + of(Outcome::kLame);
  }
  void Add(Outcome outcome) {
    ++names;
    ++by_outcome[static_cast<size_t>(outcome)];
  }
  void Merge(const OutcomeCounts& other) {
    names += other.names;
    for (size_t i = 0; i < kOutcomeCount; ++i) by_outcome[i] += other.by_outcome[i];
  }
};

/// Names that have something in common: a top-level domain, a bucket of ranks.
struct GroupRow {
  OutcomeCounts outcomes;
  NameFacts facts;

  uint64_t weight() const { return outcomes.names; }
  void Add(const record::RecordView& record) {
    outcomes.Add(record.outcome);
    facts.Add(record);
  }
  void Merge(const GroupRow& other) {
    outcomes.Merge(other.outcomes);
    facts.Merge(other.facts);
  }
};

struct OperatorRow {
  OutcomeCounts outcomes;
  NameFacts facts;
  SmallCounts failures;  // Names by reason, of look-ups that failed.
  SmallCounts findings;  // Names by code.
  TimeSpan seen;
  guide::OperatorBasis basis = guide::OperatorBasis::kNone;

  uint64_t weight() const { return outcomes.names; }
  void Merge(const OperatorRow& other) {
    outcomes.Merge(other.outcomes);
    facts.Merge(other.facts);
    failures.Merge(other.failures);
    findings.Merge(other.findings);
    seen.Merge(other.seen);
    if (basis == guide::OperatorBasis::kNone) basis = other.basis;
  }
};

/// One address (and the server's name it was found by) with what it failed at. Rows without
/// names are the first to be forgotten, so `asked` may be too small.
struct ServerRow {
  uint64_t names = 0;  // That it failed, or for which it has a finding.
  uint64_t asked = 0;  // That name it in their records.
  SmallCounts faults;  // Results that are faults, and codes of findings.
  std::string operator_name;
  TimeSpan seen;

  uint64_t weight() const { return names; }
  void Merge(const ServerRow& other);
  void NoteOperator(std::string_view name);
};

struct FindingRow {
  uint64_t names = 0;
  uint64_t findings = 0;
  uint64_t missing = 0;  // Of the names, those that do not exist,
  uint64_t failed = 0;   // and those whose look-up failed.

  uint64_t weight() const { return names; }
  void Merge(const FindingRow& other) {
    names += other.names;
    findings += other.findings;
    missing += other.missing;
    failed += other.failed;
  }
};

/// Names by an extended DNS error (RFC 8914).
struct EdeRow {
  uint64_t names = 0;
  uint64_t missing = 0;
  uint64_t reported = 0;  // It came with an answer of a server or resolver.
  uint64_t found = 0;     // A finding means it.
  SmallCounts reasons;    // Names by reason.

  uint64_t weight() const { return names; }
  void Merge(const EdeRow& other) {
    names += other.names;
    missing += other.missing;
    reported += other.reported;
    found += other.found;
    reasons.Merge(other.reasons);
  }
};

/// Names whose delegation has a server that does not exist.
struct LostServerRow {
  uint64_t names = 0;
  uint64_t failed = 0;
  uint64_t missing = 0;         // Of the names, those that do not exist,
  uint64_t missing_failed = 0;  // and of these that failed.

  uint64_t weight() const { return names; }
  void Merge(const LostServerRow& other) {
    names += other.names;
    failed += other.failed;
    missing += other.missing;
    missing_failed += other.missing_failed;
  }
};

struct DecisionRow {
  uint64_t permit = 0;
  uint64_t deny = 0;
  uint64_t missing_permit = 0;  // Of each, names that do not exist.
  uint64_t missing_deny = 0;

  uint64_t weight() const { return permit + deny; }
  void Merge(const DecisionRow& other) {
    permit += other.permit;
    deny += other.deny;
    missing_permit += other.missing_permit;
    missing_deny += other.missing_deny;
  }
};

/// Names of an order (a text that came with them) that may not be issued for.
struct OrderRow {
  uint64_t names = 0;
  std::string name;                  // The first of them by name,
  Reason reason = Reason::kStopped;  // why,
  Purpose purpose = Purpose::kTls;   // and for what.

  uint64_t weight() const { return names; }
  void Merge(const OrderRow& other) {
    names += other.names;
    if (!name.empty() && name <= other.name) return;
    name = other.name;
    reason = other.reason;
    purpose = other.purpose;
  }
};

}  // namespace caascan::report
