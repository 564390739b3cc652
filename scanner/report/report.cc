// Tested by report_test.cc.
#include "caascan/report.h"

#include <memory>

#include "scanner/io/whole_file.h"
#include "scanner/report/count_records.h"
#include "scanner/report/partial.h"
#include "scanner/report/report_output.h"
#include "scanner/report/tables.h"

namespace caascan {

absl::Status RunReport(const ReportOptions& options, ReportSummary* summary) {
  *summary = ReportSummary();
  const report::ReportOutput output = {
      options.output_path, options.partial ? ReportFormat::kText : options.format, options.top,
      record::Operands(options.inputs), options.overwrite};
  if (absl::Status status = report::CheckOutput(output); !status.ok()) return status;
  const report::PassOptions reading = {options.inputs, options.threads, options.progress};
  auto pass = std::make_unique<report::RecordPass>(reading);
  report::CountedRecords counted;
  const absl::Status status = report::CountRecords(reading, pass.get(), &counted);
  summary->records = counted.records;
  summary->broken = counted.broken.count();
  summary->signal = counted.signal;
  if (!status.ok() || counted.signal != 0) return status;
  // Signals go back to their owner: nothing could stop a write that waits for a slow reader.
  if (io::IsStandardOutput(options.output_path)) pass.reset();
  if (options.partial) {
    return io::WriteWhole(
        options.output_path,
        report::WritePartial(counted.sum, counted.broken.count() - counted.sum.broken()));
  }
  return report::WriteReport(report::MakeReport(counted.sum, counted.broken,
                                                {.inputs = counted.inputs,
                                                 .scans = counted.scans,
                                                 .min_names = options.min_names,
                                                 .orders_only = options.orders_only}),
                             output);
}

}  // namespace caascan
