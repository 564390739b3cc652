// The metadata of a scan, written beside its records.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <absl/status/status.h>

#include "caascan/scanner.h"
#include "scanner/record/scan_metadata.h"
#include "scanner/scan/telemetry/progress.h"
#include "scanner/scan/worker.h"

namespace caascan::scan {

/// Where the metadata goes; empty where there are none: to standard output, to a device, by "none".
std::string MetadataPath(const ScanOptions& options);

/// What must be the same in all runs that write one file: who asks, for what, and how is validated.
std::vector<record::DecidingOption> DecidingOptions(const ScanOptions& options);

/// Is the output, which is resumed, one of the same request? *notice is what people should know
/// where it has no metadata. Errors: InvalidArgument that names the options that differ.
[[nodiscard]] absl::Status CheckResumed(const ScanOptions& options,
                                        std::vector<std::string>* earlier_runs,
                                        std::string* notice);

/// Writes the file when the scan begins, as one that runs, and again when it has ended. So it tells
/// of a scan that was killed too. Made, asked and destroyed by the watching thread; it reads inputs
/// for their digests in a thread of its own.
class MetadataFile {
 public:
  explicit MetadataFile(const ScanOptions& options);
  ~MetadataFile();
  MetadataFile(const MetadataFile&) = delete;
  MetadataFile& operator=(const MetadataFile&) = delete;

  /// Once. Errors: InvalidArgument that names the option and the file.
  [[nodiscard]] absl::Status Begin(const WorkerSetup& setup, std::vector<std::string> earlier_runs);
  /// What Begin() found, whether or not it is written.
  const record::ScanMetadata& facts() const { return metadata_; }
  /// Once, after Begin(). `result` is what RunScan() returns; DataLoss where the file could not be
  /// written.
  [[nodiscard]] absl::Status End(const absl::Status& result, const ScanSummary& summary,
                                 const telemetry::ProgressSnapshot& counts, uint64_t bytes_read);

 private:
  void ReadInputs();
  absl::Status Write() const;

  const ScanOptions& options_;
  const std::string path_;
  record::ScanMetadata metadata_;
  std::vector<record::InputFacts> digested_;  // The thread's, until it is joined.
  std::thread thread_;
  std::atomic<bool> stop_{false};
};

}  // namespace caascan::scan
