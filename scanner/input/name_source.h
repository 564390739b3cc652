// Where names come from: files and standard input in the formats of the contract.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "caascan/scanner.h"
#include "scanner/input/csv_line.h"
#include "scanner/input/name_job.h"
#include "scanner/input/ndjson_line.h"
#include "scanner/input/zone_line.h"
#include "scanner/io/line_reader.h"

namespace caascan::input {

struct NameSourceOptions {
  /// Read one after the other; "-" is standard input, and so is an empty list.
  std::vector<std::string> paths;
  /// kAuto decides for each file: see input_format.h.
  InputFormat format = InputFormat::kAuto;
  /// Evaluate every name as a wildcard. A line of ndjson with `wildcard` says otherwise for itself.
  bool wildcard = false;
};

enum class NextJob : uint8_t {
  kJob,
  kWouldWait,    // No line at once, and the caller did not want to wait.
  kEnd,          // All inputs are read.
  kInterrupted,  // The WakeFd was notified.
  kFailed,       // status() says why and names the file.
};

/// Turns input into jobs. One thread at a time.
///
/// Every line gives exactly one job, save blank lines (all formats), those whose first character
/// that is no blank is `#` (not in ndjson and zone), and a csv file's header. Of a zone file, every
/// delegation (see ZoneLines) gives a job, and so does every line that cannot be read. Blanks
/// (space, tab, carriage return) around a name and a byte order mark at the start of a file are
/// dropped. A line over LineReader::kMaxLineSize is an invalid job.
class NameSource {
 public:
  /// Checks that every path can be read before anything is read. `wake` (may be null) must outlive
  /// the source. Errors: InvalidArgument that names the file.
  static absl::StatusOr<std::unique_ptr<NameSource>> Open(NameSourceOptions options,
                                                          const io::WakeFd* wake);

  /// *job is overwritten on kJob and unspecified otherwise. With `wait` false, kWouldWait comes
  /// back rather than waiting for a slow writer: hand over what is batched, then call with `wait`.
  NextJob Next(NameJob* job, bool wait);

  /// OK unless Next() said kFailed; then InvalidArgument that names the file.
  const absl::Status& status() const { return status_; }
  /// Of the inputs themselves, before decoding.
  uint64_t bytes_read() const {
    return bytes_before_ + (reader_ != nullptr ? reader_->bytes_read() : 0);
  }
  /// What bytes_read() will be at the end; 0 where an input's size is not known.
  uint64_t bytes_in_all() const;
  /// Jobs given out so far, invalid ones included.
  uint64_t job_count() const { return jobs_; }

 private:
  NameSource(NameSourceOptions options, const io::WakeFd* wake);
  bool ParseLine(const io::Line& line, NameJob* job);
  bool ParseText(std::string_view text, const io::Line& line, NameJob* job);
  bool TakeZone(ZoneLines::Verdict verdict, NameJob* job);
  bool OpenNext();

  const NameSourceOptions options_;
  const io::WakeFd* const wake_;
  NdjsonParser ndjson_;
  CsvLine csv_;
  std::unique_ptr<ZoneLines> zone_;  // Of the file being read, once it is known to be one.
  std::unique_ptr<io::LineReader> reader_;
  size_t next_path_ = 0;
  InputFormat format_ = InputFormat::kAuto;  // Of the file being read; kAuto: not yet known.
  bool first_line_ = true;                   // That counts, of the file being read.
  uint64_t jobs_ = 0;
  uint64_t bytes_before_ = 0;  // Of the files before the one being read.
  absl::Status status_;
};

}  // namespace caascan::input
