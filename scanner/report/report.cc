// RunReport: every worker counts for itself and hands its counts over in its destructor, or earlier
// where they have grown: the shared tables are the only big ones. Tested by report_test.cc.
#include "caascan/report.h"

#include <memory>
#include <mutex>
#include <utility>

#include "scanner/report/aggregate.h"
#include "scanner/report/record_pass.h"
#include "scanner/report/report_output.h"
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

}  // namespace
}  // namespace report

absl::Status RunReport(const ReportOptions& options, ReportSummary* summary) {
  *summary = ReportSummary();
  const report::ReportOutput output = {options.output_path, options.format, options.top};
  if (absl::Status status = report::CheckOutput(output); !status.ok()) return status;
  auto pass = std::make_unique<report::RecordPass>(
      report::PassOptions{options.inputs, options.threads, options.progress});
  report::SharedAggregate shared;
  absl::Status status =
      pass->Run([&shared] { return std::make_unique<report::CountingWorker>(&shared); });
  if (!status.ok()) return status;
  summary->records = pass->records();
  summary->broken = pass->broken().count();
  summary->signal = pass->signal();
  if (summary->signal != 0) return absl::OkStatus();
  const report::Report made = report::MakeReport(
      shared.sum, pass->broken(), {.inputs = pass->DisplayNames(), .min_names = options.min_names});
  if (report::IsStandardOutput(options.output_path)) pass.reset();
  return report::WriteReport(made, output);
}

}  // namespace caascan
