// Every worker counts for itself and hands its counts over in its destructor, and its tables' rows
// whenever they have grown: the shared tables are the only big ones. Tested by report_test.cc.
#include "scanner/report/count_records.h"

#include <memory>
#include <mutex>
#include <string_view>

#include "scanner/report/partial.h"

namespace caascan::report {
namespace {

/// A worker's own tables stay small beside the shared ones; one that is alone needs no others.
constexpr size_t kMaxWorkerRows = size_t{1} << 12;

struct SharedAggregate {
  std::mutex mutex;
  Aggregate sum;  // Guarded by it.
};

class CountingWorker : public RecordWorker {
 public:
  CountingWorker(SharedAggregate* shared, bool alone, const guide::OperatorTable* operators)
      : shared_(shared), alone_(alone) {
    counts_.UseOperators(operators);
  }
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

}  // namespace

absl::Status CountRecords(const PassOptions& options, RecordPass* pass, CountedRecords* counted) {
  SharedAggregate shared;
  const bool alone = options.threads == 1;
  absl::Status status = pass->Run([&shared, alone, &options] {
    return std::make_unique<CountingWorker>(&shared, alone, options.operators);
  });
  if (!status.ok()) return status;
  counted->sum = std::move(shared.sum);
  counted->broken = pass->broken();
  counted->records = pass->records();
  counted->signal = pass->signal();
  if (counted->signal != 0) return absl::OkStatus();
  counted->broken.AddUnlocated(counted->sum.broken());
  counted->records = counted->sum.outcomes().names;
  if (!counted->sum.complete()) {
    return absl::InvalidArgumentError("a partial report is torn: some of its lines are missing");
  }
  counted->inputs = pass->DisplayNames();
  for (const std::string& input : options.inputs) {
    if (auto metadata = record::MetadataBeside(input)) {
      counted->scans.emplace_back(input, *std::move(metadata));
    }
  }
  return absl::OkStatus();
}

}  // namespace caascan::report
