// What tables count of a group of names beside their outcomes.
#pragma once

#include <cstdint>

#include "caascan/outcome.h"
#include "scanner/record/record_view.h"

namespace caascan::counts {

/// Of a group of names: how many have a relevant RRset, and of those that do not exist (whose
/// records say nxdomain) how many there are, failed, were answered, and have one. So dead names can
/// be taken off every share. A value; one thread at a time.
struct NameFacts {
  uint64_t with_caa = 0;
  uint64_t missing = 0;
  uint64_t missing_failed = 0;
  uint64_t missing_answered = 0;
  uint64_t missing_with_caa = 0;

  void Add(const record::RecordView& record) {
    with_caa += record.has_caa ? 1 : 0;
    if (!record.nxdomain) return;
    ++missing;
    missing_with_caa += record.has_caa ? 1 : 0;
    if (IsDecided(record.outcome)) {
      ++missing_answered;
    } else if (record.outcome != Outcome::kError) {
      ++missing_failed;
    }
  }
  void Merge(const NameFacts& other) {
    with_caa += other.with_caa;
    missing += other.missing;
    missing_failed += other.missing_failed;
    missing_answered += other.missing_answered;
    missing_with_caa += other.missing_with_caa;
  }
};

/// Names, and those of them that do not exist.
struct NamesRow {
  uint64_t names = 0;
  uint64_t missing = 0;

  uint64_t weight() const { return names; }
  void Add(bool is_missing) {
    ++names;
    missing += is_missing ? 1 : 0;
  }
  void Merge(const NamesRow& other) {
    names += other.names;
    missing += other.missing;
  }
};

}  // namespace caascan::counts
