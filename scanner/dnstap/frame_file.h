// Files of dnstap frames (Frame Streams, by libfstrm).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "scanner/dnstap/frame.h"

namespace caascan::dnstap {

/// Writes frames from a thread of its own. Submit() from any thread; it never waits: where the
/// writing does not keep up, frames are dropped, and counted.
class FrameWriter {
 public:
  /// Bytes and frames that wait for the disk.
  static constexpr size_t kMaxWaitingBytes = size_t{64} << 20;
  static constexpr unsigned kMaxWaitingFrames = 1U << 16;

  /// The file is emptied; a link in its place is not followed. InvalidArgument where it cannot be
  /// opened.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<FrameWriter>> Create(const std::string& path);
  ~FrameWriter();
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  /// One frame, as EncodeFrame() makes it.
  void Submit(const std::string& frame);
  /// Frames that were given up.
  void Drop(uint64_t frames) { dropped_ += frames; }
  uint64_t dropped() const { return dropped_; }

  /// Writes what waits and closes the file. Once, when nothing submits any more. DataLoss where not
  /// all of it could be written.
  [[nodiscard]] absl::Status Finish();

 private:
  struct Stream;
  explicit FrameWriter(std::unique_ptr<Stream> stream);

  std::unique_ptr<Stream> stream_;
  std::atomic<uint64_t> dropped_{0};
};

/// Calls `visit` for each frame of a file that DecodeFrame() can read, in their order.
/// InvalidArgument where it is no file of dnstap frames; DataLoss where it breaks off, behind the
/// frames before that.
[[nodiscard]] absl::Status ReadFrames(const std::string& path,
                                      absl::FunctionRef<void(const Frame&)> visit);

}  // namespace caascan::dnstap
