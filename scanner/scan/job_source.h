// Where workers get their jobs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "scanner/input/name_job.h"

namespace caascan::scan {

using JobBatch = std::vector<input::NameJob>;

/// A worker never waits for jobs, since it runs an event loop: it is woken by a callback and then
/// takes what is there.
class JobSource {
 public:
  enum class PopResult : uint8_t {
    kBatch,
    kEmpty,  // A wake follows when that changes.
    kEnd,    // Nothing is left, and nothing comes: the worker may finish.
  };
  virtual ~JobSource() = default;
  /// A worker, for itself alone. *batch is replaced on kBatch, else untouched.
  virtual PopResult Pop(size_t worker, JobBatch* batch) = 0;

  /// Is NoteTurn() to be called? Const.
  virtual bool watches_turns() const { return false; }
  /// At each turn of the worker's loop, on its thread. `idle`: how long it has waited for events,
  /// since ever.
  virtual void NoteTurn(size_t /*worker*/, std::chrono::nanoseconds /*now*/,
                        std::chrono::nanoseconds /*idle*/) {}
};

}  // namespace caascan::scan
