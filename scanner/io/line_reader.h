// Lines of an input of any content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "scanner/io/input_file.h"

namespace caascan::io {

struct Line {
  /// Without the line feed and one carriage return in front of it; NUL is a byte like others. Valid
  /// until the next call of the reader.
  std::string_view text;
  /// Counted from 1.
  uint64_t number = 0;
  /// The line was longer than LineReader::kMaxLineSize: `text` is its beginning, the rest is
  /// dropped.
  bool overlong = false;
  /// The input ended before a line feed did.
  bool unended = false;
};

/// Without spaces, tabs and carriage returns at both ends. Other white space makes a text no name,
/// which is why this is not Abseil's.
std::string_view TrimBlanks(std::string_view text);

/// Without UTF-8's mark, which may stand at the start of a file.
inline std::string_view WithoutByteOrderMark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

/// Takes the first line off *text, its line feed too. REQUIRES: *text is not empty.
std::string_view TakeLine(std::string_view* text);

/// Reads lines in big pieces. One thread at a time; memory is bounded whatever comes in.
class LineReader {
 public:
  static constexpr size_t kMaxLineSize = size_t{64} << 10;

  /// As InputFile::Open(), whose contract it passes on.
  static absl::StatusOr<std::unique_ptr<LineReader>> Open(const std::string& path,
                                                          const WakeFd* wake);
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// The next line. With `wait` false, kWouldWait comes back instead of waiting for a slow writer.
  /// After kEnd and kFailed the same comes again; kInterrupted comes for as long as the WakeFd is
  /// notified, at the latest when what was read ahead is used up.
  ReadResult Next(Line* line, bool wait);

  /// OK unless Next() said kFailed; then InvalidArgument that names the file.
  const absl::Status& status() const { return file_->status(); }
  /// Did the input's compressed stream end before it was whole? Then Next() said kFailed.
  bool broken_off() const { return file_->broken_off(); }
  /// Whole lines so far.
  uint64_t lines() const { return lines_; }
  /// Of the file itself, before decoding. Any thread.
  uint64_t bytes_read() const { return file_->bytes_read(); }

 private:
  explicit LineReader(std::unique_ptr<InputFile> file);
  bool TakeLine(Line* line);
  void DropConsumed();
  ReadResult Refill(bool wait);

  const std::unique_ptr<InputFile> file_;

  std::unique_ptr<char[]> buffer_;
  size_t begin_ = 0;  // Unread bytes are [begin_, end_).
  size_t end_ = 0;
  size_t scanned_ = 0;       // Up to here there is no line feed.
  bool discarding_ = false;  // In the rest of an overlong line.
  bool at_end_ = false;
  uint64_t lines_ = 0;
};

}  // namespace caascan::io
