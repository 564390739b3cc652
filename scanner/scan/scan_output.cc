// Tested by scan_test.cc, and end to end by outputs_test.py and resume_test.py.
#include "scanner/scan/scan_output.h"

#include <sys/stat.h>

#include <utility>

#include "scanner/net/random_bits.h"
#include "scanner/scan/metadata_file.h"
#include "scanner/scan/scan_files.h"
#include "scanner/scan/scan_setup.h"

namespace caascan::scan {

absl::Status ScanOutput::Open(const ScanOptions& options, const std::function<bool()>& stop,
                              std::string* notice) {
  auto format = FormatOf(options);
  if (!format.ok()) return format.status();
  format_ = *std::move(format);
  auto lock = io::FileLock::Take(options.output_path);
  if (!lock.ok()) return lock.status();
  lock_ = *std::move(lock);
  io::OutputOptions output;
  if (WritesFile(options)) output.compression = io::CompressionOfPath(options.output_path);
  if (!options.resume) {
    // It is emptied when the scan begins.
    struct stat info = {};
    const bool there = WritesFile(options) && stat(options.output_path.c_str(), &info) == 0;
    if (there && S_ISREG(info.st_mode)) output.keep_bytes = static_cast<uint64_t>(info.st_size);
  } else if (absl::Status status = OpenResumed(options, stop, &output, notice); !status.ok()) {
    return status;
  }
  keep_bytes_ = output.keep_bytes;
  if (keep_bytes_.has_value() && !options.resume) keep_bytes_ = 0;
  auto sink = io::OutputSink::Open(options.output_path, output);
  if (!sink.ok()) return sink.status();
  sink_ = *std::move(sink);
  return absl::OkStatus();
}

absl::Status ScanOutput::OpenResumed(const ScanOptions& options, const std::function<bool()>& stop,
                                     io::OutputOptions* output, std::string* notice) {
  net::RandomBits random;
  auto fingerprinter = Fingerprinter::Create(random.Next(), random.Next());
  if (!fingerprinter.ok()) return fingerprinter.status();
  fingerprinter_ = std::make_unique<Fingerprinter>(*std::move(fingerprinter));
  std::string same_notice;
  absl::Status same = CheckResumed(options, &earlier_runs_, &same_notice);
  if (!same.ok()) return same;
  auto earlier = ReadEarlierOutput(options.output_path, fingerprinter_.get(), stop);
  if (!earlier.ok()) return earlier.status();
  *notice = std::move(same_notice);
  earlier_ = *std::move(earlier);
  if (earlier_.exists) output->keep_bytes = earlier_.keep_bytes;
  // It may be another file now, without the names that were stopped.
  if (lock_->IsOf(options.output_path)) return absl::OkStatus();
  auto again = io::FileLock::Take(options.output_path);
  if (!again.ok()) return again.status();
  lock_ = *std::move(again);
  return absl::OkStatus();
}

absl::Status ScanOutput::Begin() {
  return keep_bytes_.has_value() ? sink_->CutTo(*keep_bytes_) : absl::OkStatus();
}

}  // namespace caascan::scan
