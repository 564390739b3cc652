// Bytes of one input: a file, a pipe or a terminal, plain or compressed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "scanner/io/decoder.h"
#include "scanner/io/utf16.h"
#include "scanner/io/wake_fd.h"
#include "scanner/io/zip_reader.h"

namespace caascan::io {

enum class ReadResult : uint8_t {
  kLine,         // There is something: a line or, of an InputFile, bytes.
  kWouldWait,    // Nothing at once, and the caller did not want to wait.
  kEnd,          // End of input. A last line without a line feed came before it.
  kInterrupted,  // The WakeFd was notified. What was read before may be left.
  kFailed,       // status() says why.
};

/// Reads one input. It decodes what Decoder and ZipReader do, and turns UTF-16 that begins with its
/// mark into UTF-8; all of that it knows by the first octets. Waiting is
/// done by poll() on the input and the WakeFd together, never by read(), because an input may stay
/// silent for ever. One thread at a time, save bytes_read().
class InputFile {
 public:
  /// Opens `path`; "-" is standard input, which is not closed in the end. Opening a FIFO does not
  /// wait for its writer. `wake` (may be null) must outlive the file. Errors: InvalidArgument that
  /// names the file, for a missing file, a directory, one that may not be read, or a standard input
  /// that is closed: open, but not for reading, is closed too.
  static absl::StatusOr<std::unique_ptr<InputFile>> Open(const std::string& path,
                                                         const WakeFd* wake);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// kLine with *got decoded bytes, at least one, at the front of `out`. A stream that is corrupt
  /// or breaks off is kFailed after all that could be decoded. So is, at once, what is known to
  /// hold no lines (UnreadableKind()), and a zip archive of more than one file. Of a pipe that is
  /// known behind the first. Inside a zip archive it waits for octets whatever `wait` says.
  ReadResult Read(std::span<char> out, bool wait, size_t* got);

  /// OK unless Read() said kFailed; then InvalidArgument that names the file.
  const absl::Status& status() const { return status_; }
  /// Did the compressed stream end before it was whole? Then Read() said kFailed.
  bool broken_off() const { return broken_off_; }
  /// How messages call it.
  const std::string& display_name() const { return display_name_; }
  static std::string DisplayName(const std::string& path) {
    return path == "-" ? "standard input" : path;
  }

  /// Of the file itself, before decoding. Any thread.
  uint64_t bytes_read() const { return bytes_read_.load(std::memory_order_relaxed); }

 private:
  InputFile(std::string display_name, int fd, bool owned, const WakeFd* wake);
  ReadResult WaitForInput(bool wait);
  ReadResult ReadRaw(std::span<char> out, bool wait, size_t* got);
  ReadResult FillRaw(bool wait);
  ReadResult Probe(bool wait);
  ReadResult BeginZip();
  ReadResult ReadBytes(std::span<char> out, bool wait, size_t* got);
  ReadResult ReadDecoded(std::span<char> out, bool wait, size_t* got);
  ReadResult ReadZip(std::span<char> out, size_t* got);
  ReadResult ReadHead(bool wait);
  ReadResult ReadUtf16(std::span<char> out, bool wait, size_t* got);
  bool GiveToZip(std::string_view* piece);
  ReadResult Fail(std::string_view why);

  const std::string display_name_;
  const int fd_;
  const bool owned_;
  const WakeFd* const wake_;

  std::unique_ptr<char[]> raw_;
  std::string_view unread_;  // In raw_.
  bool probed_ = false;
  bool at_end_ = false;
  bool more_inside_ = false;  // The decoder may hold more than it has handed out.
  std::unique_ptr<Decoder> decoder_;
  absl::Status decoded_;  // An error waits until what came before it is handed out.
  std::unique_ptr<ZipReader> zip_;
  ReadResult of_zip_ = ReadResult::kEnd;  // What its source saw last.
  std::string head_;                      // The first decoded octets, until they are handed out.
  bool head_known_ = false;
  std::unique_ptr<Utf16Reader> utf16_;
  std::string unread_utf16_;
  bool broken_off_ = false;
  std::atomic<uint64_t> bytes_read_{0};
  absl::Status status_;
};

/// Can this input be opened for reading? Opens nothing that could wait. "-" is standard input.
/// Errors as InputFile::Open().
[[nodiscard]] absl::Status CheckReadable(const std::string& path);

}  // namespace caascan::io
