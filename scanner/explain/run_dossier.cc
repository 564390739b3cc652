// RunDossier: every worker gathers for itself and hands over in its destructor. Tested by
// dossier_test.cc.
#include "caascan/dossier.h"

#include <memory>
#include <mutex>

#include "scanner/explain/dossier.h"
#include "scanner/io/whole_file.h"
#include "scanner/record/run_files.h"
#include "scanner/report/record_pass.h"

namespace caascan {
namespace explain {
namespace {

constexpr const char* kNoSamples =
    " (some lines are no records; partial reports hold counts alone, and none of the evidence)";

class DossierWorker : public report::RecordWorker {
 public:
  DossierWorker(const std::string& operator_name, const guide::OperatorTable* table,
                std::mutex* mutex, Dossier* sum)
      : mutex_(mutex), sum_(sum), table_(table), mine_(operator_name) {}
  ~DossierWorker() override {
    const std::lock_guard lock(*mutex_);
    sum_->Merge(mine_);
  }

  void Add(const record::RecordView& record, size_t /*input*/, std::string_view /*line*/) override {
    mine_.Add(record, *table_);
  }

 private:
  std::mutex* const mutex_;
  Dossier* const sum_;  // Guarded by it.
  const guide::OperatorTable* const table_;
  Dossier mine_;
};

}  // namespace
}  // namespace explain

absl::Status RunDossier(const DossierOptions& options, ReportSummary* summary) {
  *summary = ReportSummary();
  if (options.format == ReportFormat::kJson || options.format == ReportFormat::kCsv) {
    return absl::InvalidArgumentError("--operator: a dossier is written as markdown or html");
  }
  if (absl::Status status = io::CheckWritable(options.output_path); !status.ok()) return status;
  absl::Status safe = record::CheckReplaced(record::Operands(options.inputs),
                                            {{"-o", options.output_path}}, options.overwrite);
  if (!safe.ok()) return safe;
  std::unique_ptr<const guide::OperatorTable> own;
  if (!options.operators_path.empty()) {
    auto read = guide::OperatorTable::Read(options.operators_path);
    if (!read.ok()) return read.status();
    own = *std::move(read);
  }
  const guide::OperatorTable* table = own ? own.get() : &guide::OperatorTable::BuiltIn();
  auto pass = std::make_unique<report::RecordPass>(
      report::PassOptions{options.inputs, options.threads, options.progress});
  std::mutex mutex;
  explain::Dossier dossier(options.operator_name);
  absl::Status status = pass->Run([&] {
    return std::make_unique<explain::DossierWorker>(options.operator_name, table, &mutex, &dossier);
  });
  if (!status.ok()) return status;
  summary->records = pass->records();
  summary->broken = pass->broken().count();
  summary->signal = pass->signal();
  if (summary->signal != 0) return absl::OkStatus();
  if (dossier.outcomes().names == 0) {
    return absl::InvalidArgumentError("--operator: no record names " + options.operator_name +
                                      (summary->broken > 0 ? explain::kNoSamples : ""));
  }
  if (io::IsStandardOutput(options.output_path)) pass.reset();
  return io::WriteWhole(options.output_path, options.format == ReportFormat::kHtml
                                                 ? explain::HtmlDossier(dossier)
                                                 : explain::MarkdownDossier(dossier));
}

}  // namespace caascan
