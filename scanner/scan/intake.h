// What becomes of jobs between the input and the workers: other shards' are left out, and so are
// those that an earlier run has done; equal ones that stand close together become one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "scanner/input/name_job.h"
#include "scanner/scan/fingerprint.h"

namespace caascan::scan {

struct IntakeOptions {
  uint32_t shard = 0;  // Counted from 0.
  uint32_t shard_count = 1;
  /// A name that was there at most so many lines before is looked up with that one. 0 is off.
  size_t dedupe_window = 0;
};

/// Reader thread only. Each of the run's jobs comes out exactly once, alone or as a twin of another
/// (NameJob::twins). At most dedupe_window jobs are held back.
class Intake {
 public:
  /// `done` (may be null) are the records of an earlier run, by `fingerprinter`; both outlive this.
  Intake(const IntakeOptions& options, FingerprintSet* done, Fingerprinter* fingerprinter);

  /// Takes *job in exchange for one that is ready. False where there is none; *job is unspecified
  /// then.
  bool Exchange(input::NameJob* job);
  /// Gives out one of those that are held back, oldest first: before waiting for slow input, and at
  /// its end. False where there is none.
  bool Drain(input::NameJob* job);

  /// Jobs of this run so far, held back or given out, twins included.
  uint64_t jobs() const { return jobs_; }
  /// Jobs left out because an earlier run has done them.
  uint64_t done_before() const { return done_before_; }

 private:
  struct Slot {
    input::NameJob job;
    uint64_t line = 0;
    uint64_t hash = 0;
  };

  bool IsOurs(const input::NameJob& job);
  bool TakeAsTwin(input::NameJob* job, uint64_t hash);
  void TakeOldest(input::NameJob* job);

  const IntakeOptions options_;
  FingerprintSet* const done_;
  Fingerprinter* const fingerprinter_;
  uint64_t jobs_ = 0;
  uint64_t done_before_ = 0;

  std::vector<Slot> ring_;
  size_t oldest_ = 0;  // Held back are `held_` slots from here on, around the end.
  size_t held_ = 0;
  absl::flat_hash_map<uint64_t, size_t> slot_of_;  // By a job's hash. A collision costs a look-up.
};

}  // namespace caascan::scan
