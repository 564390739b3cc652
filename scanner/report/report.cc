// RunReport: every worker counts for itself and hands its counts over in its destructor, or earlier
// where they have grown: the shared tables are the only big ones. Tested by report_test.cc.
#include "caascan/report.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include "scanner/report/aggregate.h"
#include "scanner/report/formats.h"
#include "scanner/report/record_pass.h"
#include "scanner/report/tables.h"
#include "scanner/report/whole_file.h"

namespace caascan {
namespace report {
namespace {

/// A worker's own tables stay small beside the shared ones.
constexpr size_t kMaxWorkerRows = size_t{1} << 14;

struct SharedAggregate {
  std::mutex mutex;
  Aggregate sum;  // Guarded by it.
};

class CountingWorker : public RecordWorker {
 public:
  explicit CountingWorker(SharedAggregate* shared) : shared_(shared) {}
  ~CountingWorker() override { HandOver(); }

  void Add(const RecordView& record, size_t /*input*/, std::string_view /*line*/) override {
    counts_->Add(record);
  }
  void EndBlock() override {
    if (counts_->rows() < kMaxWorkerRows) return;
    HandOver();
    counts_ = std::make_unique<Aggregate>();
  }

 private:
  void HandOver() {
    const std::lock_guard lock(shared_->mutex);
    shared_->sum.Merge(*counts_);
  }

  SharedAggregate* const shared_;
  std::unique_ptr<Aggregate> counts_ = std::make_unique<Aggregate>();
};

absl::Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0777) == 0 || errno == EEXIST) return absl::OkStatus();
  return absl::InvalidArgumentError("cannot create " + path + ": " + std::strerror(errno));
}

absl::Status CheckOutput(const ReportOptions& options) {
  if (options.format != ReportFormat::kCsv) return CheckWritable(options.output_path);
  if (!options.output_path.empty() && options.output_path != "-") return absl::OkStatus();
  return absl::InvalidArgumentError("CSV is one file a table: give a folder for them");
}

absl::Status WriteCsv(const Report& report, const std::string& folder) {
  if (absl::Status made = MakeFolder(folder); !made.ok()) return made;
  for (const Table& table : report.tables) {
    absl::Status written = WriteWhole(folder + "/" + table.id + ".csv", CsvTable(table));
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

absl::Status WriteReport(const Report& report, const ReportOptions& options) {
  switch (options.format) {
    case ReportFormat::kText:
      return WriteWhole(options.output_path, TextReport(report, options.top));
    case ReportFormat::kMarkdown:
      return WriteWhole(options.output_path, MarkdownReport(report, options.top));
    case ReportFormat::kJson:
      return WriteWhole(options.output_path, JsonReport(report));
    case ReportFormat::kCsv:
      break;
  }
  return WriteCsv(report, options.output_path);
}

}  // namespace
}  // namespace report

absl::Status RunReport(const ReportOptions& options, ReportSummary* summary) {
  *summary = ReportSummary();
  if (absl::Status status = report::CheckOutput(options); !status.ok()) return status;
  report::RecordPass pass({options.inputs, options.threads, options.progress});
  report::SharedAggregate shared;
  absl::Status status =
      pass.Run([&shared] { return std::make_unique<report::CountingWorker>(&shared); });
  if (!status.ok()) return status;
  summary->records = pass.records();
  summary->broken = pass.broken().count();
  summary->signal = pass.signal();
  if (summary->signal != 0) return absl::OkStatus();
  const report::Report made = report::MakeReport(
      shared.sum, pass.broken(), {.inputs = pass.DisplayNames(), .min_names = options.min_names});
  return report::WriteReport(made, options);
}

}  // namespace caascan
