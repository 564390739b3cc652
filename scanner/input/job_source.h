// Where a scan's jobs come from. Header-only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "scanner/input/name_job.h"

namespace caascan::input {

enum class NextJob : uint8_t {
  kJob,
  kWouldWait,    // No line at once, and the caller did not want to wait.
  kEnd,          // All inputs are read.
  kInterrupted,  // The WakeFd was notified.
  kFailed,       // status() says why and names the file. Nothing more comes.
};

/// One thread at a time.
class JobSource {
 public:
  virtual ~JobSource() = default;

  /// *job is overwritten on kJob and unspecified otherwise. With `wait` false, kWouldWait comes
  /// back rather than waiting for a slow writer: hand over what is batched, then call with `wait`.
  virtual NextJob Next(NameJob* job, bool wait) = 0;

  /// OK unless Next() said kFailed; then InvalidArgument, or DataLoss where an input was not whole
  /// or could not be sorted. Names the file, and the line that it was read to.
  virtual const absl::Status& status() const = 0;
  /// Of the inputs themselves, before decoding. Of a file that is sorted, as much as was given out.
  virtual uint64_t bytes_read() const = 0;
  /// What bytes_read() will be at the end; 0 where an input's size is not known.
  virtual uint64_t bytes_in_all() const = 0;
  /// What people should know of the inputs that were read to their end, a line of ASCII for each.
  /// Nearly always empty.
  virtual const std::vector<std::string>& remarks() const = 0;
};

}  // namespace caascan::input
