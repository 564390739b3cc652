// Lines from a file descriptor that may be a file, a pipe or a terminal, of any content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace caascan::scan {

/// A file descriptor that becomes readable, for good, once somebody calls Notify(). Owns it.
class WakeFd {
 public:
  static absl::StatusOr<std::unique_ptr<WakeFd>> Create();
  ~WakeFd();
  WakeFd(const WakeFd&) = delete;
  WakeFd& operator=(const WakeFd&) = delete;

  /// Any thread, and signal handlers. May be called again.
  void Notify() const;
  bool notified() const;
  int fd() const { return fd_; }

 private:
  explicit WakeFd(int fd) : fd_(fd) {}

  const int fd_;
};

struct Line {
  /// Without the line feed and one carriage return in front of it; NUL is a byte like others. Valid
  /// until the next call of the reader.
  std::string_view text;
  /// Counted from 1.
  uint64_t number = 0;
  /// The line was longer than LineReader::kMaxLineSize: `text` is its beginning, the rest is
  /// dropped.
  bool overlong = false;
};

enum class ReadResult : uint8_t {
  kLine,
  kWouldWait,    // Nothing at once, and the caller did not want to wait.
  kEnd,          // End of input. A last line without a line feed came before it.
  kInterrupted,  // The WakeFd was notified. Lines already read may be left.
  kFailed,       // status() says why.
};

/// Reads lines in big pieces. One thread at a time; memory is bounded whatever comes in.
class LineReader {
 public:
  static constexpr size_t kMaxLineSize = size_t{64} << 10;

  /// Opens `path`; "-" is standard input, which is not closed in the end. Opening a FIFO does not
  /// wait for its writer. `wake` (may be null) must outlive the reader. Errors: InvalidArgument
  /// that names the file, for a missing file, a directory, or one that may not be read.
  static absl::StatusOr<std::unique_ptr<LineReader>> Open(const std::string& path,
                                                          const WakeFd* wake);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// The next line. With `wait` false, kWouldWait comes back instead of waiting for a slow writer.
  /// After kEnd and kFailed the same comes again; kInterrupted comes for as long as the WakeFd is
  /// notified, at the latest when what was read ahead is used up.
  ReadResult Next(Line* line, bool wait);

  /// OK unless Next() said kFailed; then InvalidArgument that names the file.
  const absl::Status& status() const { return status_; }

 private:
  LineReader(std::string display_name, int fd, bool owned, const WakeFd* wake);
  bool TakeLine(Line* line);
  void DropConsumed();
  ReadResult Refill(bool wait);
  ReadResult WaitForInput(bool wait);

  const std::string display_name_;
  const int fd_;
  const bool owned_;
  const WakeFd* const wake_;

  std::unique_ptr<char[]> buffer_;
  size_t begin_ = 0;  // Unread bytes are [begin_, end_).
  size_t end_ = 0;
  size_t scanned_ = 0;       // Up to here there is no line feed.
  bool discarding_ = false;  // In the rest of an overlong line.
  bool at_end_ = false;
  uint64_t lines_ = 0;
  absl::Status status_;
};

/// Can this input be opened for reading? Opens nothing that could wait. "-" is standard input.
/// Errors as LineReader::Open().
[[nodiscard]] absl::Status CheckReadable(const std::string& path);

}  // namespace caascan::scan
