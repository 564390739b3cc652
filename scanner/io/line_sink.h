// Where whole lines go. Header-only.
#pragma once

#include <cstdint>
#include <string_view>

#include <absl/status/status.h>

namespace caascan::io {

/// What a Writer writes to. Any thread, but for what says otherwise.
class LineSink {
 public:
  virtual ~LineSink() = default;

  /// Writes all of `whole_lines`, waiting for a slow reader as long as it takes. False where this
  /// or an earlier write failed. REQUIRES: empty, or ends with a line feed.
  virtual bool Write(std::string_view whole_lines) = 0;

  /// Waits until what was written is where it belongs, as far as Abandon() does not end that. After
  /// the last Write().
  virtual void Drain() {}

  /// Did a write fail? Cheap; the scan polls it so that it can stop.
  virtual bool failed() const = 0;

  /// Ends the waiting for what is slow.
  virtual void Abandon() = 0;

  /// Is it better to write much at once?
  virtual bool compresses() const = 0;

  /// Octets that the output has taken.
  virtual uint64_t bytes_taken() const = 0;

  /// Records that were taken.
  virtual uint64_t lines_written() const = 0;

  /// No Write() may run or follow. Once. DataLoss that names what could not be written, else OK.
  [[nodiscard]] virtual absl::Status Finish() = 0;
};

}  // namespace caascan::io
