// RunReport: every worker counts for itself and hands its counts over in its destructor, and its
// tables' rows whenever they have grown: the shared tables are the only big ones. Tested by
// report_test.cc.
#include "caascan/report.h"

#include <memory>
#include <mutex>
#include <utility>

#include "scanner/io/whole_file.h"
#include "scanner/report/aggregate.h"
#include "scanner/report/partial.h"
#include "scanner/report/record_pass.h"
#include "scanner/report/report_output.h"
#include "scanner/report/tables.h"

namespace caascan {
namespace report {
namespace {

/// A worker's own tables stay small beside the shared ones; one that is alone needs no others.
constexpr size_t kMaxWorkerRows = size_t{1} << 12;

struct SharedAggregate {
  std::mutex mutex;
  Aggregate sum;  // Guarded by it.
};

class CountingWorker : public RecordWorker {
 public:
  CountingWorker(SharedAggregate* shared, bool alone) : shared_(shared), alone_(alone) {}
  ~CountingWorker() override {
    const std::lock_guard lock(shared_->mutex);
    if (alone_) {
      shared_->sum = std::move(counts_);
    } else {
      shared_->sum.Merge(counts_);
    }
  }

  void Add(const record::RecordView& record, size_t /*input*/, std::string_view /*line*/) override {
    counts_.Add(record);
  }
  std::string_view AddPartial(std::string_view line) override {
    return partial_.Read(line, &counts_);
  }
  void EndBlock() override {
    if (alone_ || counts_.rows() < kMaxWorkerRows) return;
    const std::lock_guard lock(shared_->mutex);
    counts_.MoveRowsInto(&shared_->sum);
  }

 private:
  SharedAggregate* const shared_;
  const bool alone_;
  PartialReader partial_;
  Aggregate counts_;
};

void Summarize(RecordPass* pass, ReportSummary* summary) {
  summary->records = pass->records();
  summary->broken = pass->broken().count();
  summary->signal = pass->signal();
}

}  // namespace
}  // namespace report

absl::Status RunReport(const ReportOptions& options, ReportSummary* summary) {
  *summary = ReportSummary();
  const report::ReportOutput output = {
      options.output_path, options.partial ? ReportFormat::kText : options.format, options.top,
      record::Operands(options.inputs), options.overwrite};
  if (absl::Status status = report::CheckOutput(output); !status.ok()) return status;
  auto pass = std::make_unique<report::RecordPass>(
      report::PassOptions{options.inputs, options.threads, options.progress});
  report::SharedAggregate shared;
  const bool alone = options.threads == 1;
  absl::Status status = pass->Run(
      [&shared, alone] { return std::make_unique<report::CountingWorker>(&shared, alone); });
  if (!status.ok()) return status;
  report::Summarize(pass.get(), summary);
  if (summary->signal != 0) return absl::OkStatus();
  report::BrokenLines broken = pass->broken();
  broken.AddUnlocated(shared.sum.broken());
  summary->records = shared.sum.outcomes().names;
  summary->broken = broken.count();
  if (!shared.sum.complete()) {
    return absl::InvalidArgumentError("a partial report is torn: some of its lines are missing");
  }
  const std::vector<std::string> inputs = pass->DisplayNames();
  std::vector<std::pair<std::string, record::ScanMetadata>> scans;
  for (const std::string& input : options.inputs) {
    if (auto metadata = record::MetadataBeside(input)) scans.emplace_back(input, *metadata);
  }
  if (io::IsStandardOutput(options.output_path)) pass.reset();
  if (options.partial) {
    return io::WriteWhole(options.output_path,
                          report::WritePartial(shared.sum, broken.count() - shared.sum.broken()));
  }
  return report::WriteReport(report::MakeReport(shared.sum, broken,
                                                {.inputs = inputs,
                                                 .scans = scans,
                                                 .min_names = options.min_names,
                                                 .orders_only = options.orders_only}),
                             output);
}

}  // namespace caascan
