// Where records go: standard output or a file, with every way that can fail.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "scanner/io/encoder.h"
#include "scanner/io/line_sink.h"
#include "scanner/io/wake_fd.h"

namespace caascan::io {

/// Can standard output be written to? InvalidArgument where it is closed, or open for reading
/// alone.
[[nodiscard]] absl::Status CheckStandardOutput();

struct OutputOptions {
  /// Each Write() is then a gzip member or zstd frame of its own.
  Compression compression = Compression::kNone;
  /// Keep so much of the file and write on behind it; else it is emptied.
  std::optional<uint64_t> keep_bytes = {};
  /// The file must not be there yet, not as a link either: in a folder where strangers may write,
  /// they could have planted one.
  bool exclusive = false;
};

/// Writes whole lines, unbuffered: what Write() took is with the kernel when it returns. Any
/// thread.
///
/// After the first failure nothing more is written. A regular file is then cut back to its last
/// whole line, or member or frame, so that what is there stays valid line by line.
///
/// The process must ignore SIGPIPE and SIGXFSZ (RunScan() sees to it while it runs), since a
/// closed pipe and a file-size limit would end it otherwise.
class OutputSink final : public LineSink {
 public:
  /// An empty path or "-" is standard output; else the file is created where it is missing. A FIFO
  /// is waited for until it has a reader; SIGINT and SIGTERM end the program meanwhile. Errors:
  /// InvalidArgument that names the file, also for a standard output that is closed.
  static absl::StatusOr<std::unique_ptr<OutputSink>> Open(const std::string& path,
                                                          const OutputOptions& options = {});
  ~OutputSink() override;
  OutputSink(const OutputSink&) = delete;
  OutputSink& operator=(const OutputSink&) = delete;

  /// Writes all of `whole_lines`, waiting for a slow reader as long as it takes. False where this
  /// or an earlier write failed; lines of a failed call may be there in part (pipes) or up to a
  /// whole line (files). REQUIRES: empty, or ends with a line feed.
  bool Write(std::string_view whole_lines) override;

  /// Cuts what the file holds to its first `bytes`, and writes on behind them. Before any Write().
  [[nodiscard]] absl::Status CutTo(uint64_t bytes);

  /// Did a write fail? Cheap; the scan polls it so that it can stop.
  bool failed() const override { return failed_.load(std::memory_order_relaxed); }

  /// Ends the waiting for a slow reader: the write that waits, and all later ones, fail with
  /// "abandoned". For the user who asks a second time to stop. Regular files never wait so.
  void Abandon() override;

  /// DataLoss such as "cannot write out.ndjson: No space left on device" after a failure, else OK.
  absl::Status status() const;

  /// Is it better to write much at once?
  bool compresses() const override { return encoder_ != nullptr; }

  /// Octets that the output has taken. Any thread.
  uint64_t bytes_taken() const override { return bytes_taken_.load(std::memory_order_relaxed); }

  /// Line feeds that reached the output: the records in it.
  uint64_t lines_written() const override { return lines_written_.load(std::memory_order_relaxed); }

  /// Closes a file, asks the system for what it could not write until now (NFS, quota), and returns
  /// status(). No Write() may run or follow. Standard output stays open. Once.
  [[nodiscard]] absl::Status Finish() override;

 private:
  OutputSink(std::string display_name, int fd, bool owned, bool may_wait,
             std::unique_ptr<WakeFd> abandon);
  void WriteAll(std::string_view bytes);
  ssize_t WriteSome(std::string_view bytes) const;
  bool WaitForRoom();
  void CountWritten(std::string_view written);
  void CountLines(std::string_view written);
  void Fail(std::string_view why);
  void CutToWholeLine();

  const std::string display_name_;
  const bool owned_;
  const bool may_wait_;  // For a reader at the other end; files and devices never do.
  const std::unique_ptr<WakeFd> abandon_;
  std::unique_ptr<Encoder> encoder_;  // Const after Open(); used under the lock.
  std::atomic<bool> failed_{false};
  std::atomic<uint64_t> lines_written_{0};
  std::atomic<uint64_t> bytes_taken_{0};

  mutable std::mutex mutex_;  // Guards what follows, and the order of writes.
  int fd_;
  size_t tail_size_ = 0;  // Bytes written after the last line feed, or frame.
  std::string frame_;
  absl::Status status_;
};

}  // namespace caascan::io
