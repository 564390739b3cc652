// A scan's file of dnstap frames, for all workers.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <absl/status/status.h>

#include "caascan/record.h"
#include "caascan/scanner.h"
#include "scanner/dnstap/frame_file.h"

namespace caascan::evidence {

/// Takes the frames of names that are wanted, and bounds what names in flight hold. Outlives the
/// workers. Open() before the first of them starts, Finish() after the last one has ended; all else
/// from any thread.
class EvidenceFile {
 public:
  /// What names in flight hold, all together; beside it dnstap::FrameWriter has its own bound.
  static constexpr size_t kMaxHeldBytes = size_t{64} << 20;

  explicit EvidenceFile(DnstapFor wanted) : wanted_(wanted) {}

  /// The file is emptied. Errors: InvalidArgument that names the option and the file.
  [[nodiscard]] absl::Status Open(const std::string& path);
  /// Are the exchanges of a name with this record to be kept?
  bool Wants(const Record& record) const;

  /// A name keeps so much more. False where there is no room: it must not.
  bool Hold(size_t bytes) {
    if (held_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= kMaxHeldBytes) return true;
    Release(bytes);
    return false;
  }
  void Release(size_t bytes) { held_.fetch_sub(bytes, std::memory_order_relaxed); }

  /// Never waits. REQUIRES: Open() has succeeded.
  void Submit(const dnstap::Frame& frame);
  /// Exchanges that were wanted, and for which there was no room.
  void Drop(uint64_t exchanges);

  /// Frames that are in the file, and those that were wanted and are not. After Finish().
  uint64_t written() const { return submitted_ - dropped(); }
  uint64_t dropped() const { return writer_ == nullptr ? 0 : writer_->dropped(); }

  /// Writes what waits and closes the file; nothing where it was not opened. Once. DataLoss where
  /// not all of it could be written.
  [[nodiscard]] absl::Status Finish();

 private:
  const DnstapFor wanted_;
  std::unique_ptr<dnstap::FrameWriter> writer_;  // Const once it is open.
  std::atomic<size_t> held_{0};
  std::atomic<uint64_t> submitted_{0};  // Dropped ones too.
};

}  // namespace caascan::evidence
