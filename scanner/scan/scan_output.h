// Where a scan's records go.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/scanner.h"
#include "scanner/io/file_lock.h"
#include "scanner/io/output.h"
#include "scanner/record/record_format.h"
#include "scanner/scan/resume.h"

namespace caascan::scan {

/// A file or standard output: its lock, what an earlier run has written to it, and its sink. One
/// thread, but for the sink.
class ScanOutput {
 public:
  /// `stop` is asked while an earlier output is read; once it is true, Cancelled comes back.
  /// `notice` gets a line for people, or stays empty. Errors: InvalidArgument for an output that
  /// cannot be written, is in use, or cannot be resumed. It is left as it is.
  absl::Status Open(const ScanOptions& options, const std::function<bool()>& stop,
                    std::string* notice);
  /// When the scan begins: the file is emptied, or cut behind what is kept. Errors as Open().
  absl::Status Begin();

  // All once it is open.
  io::OutputSink* sink() const { return sink_.get(); }
  const record::RecordFormat* format() const { return format_.get(); }
  /// Of the records that are kept.
  FingerprintSet* kept() { return &earlier_.records; }
  /// Null without --resume.
  Fingerprinter* fingerprinter() const { return fingerprinter_.get(); }
  /// The metadata of earlier runs.
  std::vector<std::string> TakeEarlierRuns() { return std::move(earlier_runs_); }

 private:
  absl::Status OpenResumed(const ScanOptions& options, const std::function<bool()>& stop,
                           io::OutputOptions* output, std::string* notice);

  EarlierOutput earlier_;
  std::unique_ptr<Fingerprinter> fingerprinter_;
  std::unique_ptr<io::FileLock> lock_;
  std::unique_ptr<io::OutputSink> sink_;
  std::vector<std::string> earlier_runs_;
  std::optional<uint64_t> keep_bytes_;  // Of the output, once the scan begins; nullopt: no file.
  std::unique_ptr<const record::RecordFormat> format_;
};

}  // namespace caascan::scan
