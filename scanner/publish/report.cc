// Tested by report_test.cc.
#include "caascan/report.h"

#include <cassert>
#include <memory>

#include "scanner/io/long_lines.h"
#include "scanner/io/whole_file.h"
#include "scanner/publish/report_output.h"
#include "scanner/record/record_folder.h"
#include "scanner/report/count_records.h"
#include "scanner/report/partial.h"
#include "scanner/report/tables.h"

namespace caascan {

absl::Status RunReport(const ReportOptions& given, ReportSummary* summary) {
  *summary = ReportSummary();
  if (absl::Status status = report::CheckTables(given.tables); !status.ok()) return status;
  auto files = record::ExpandFolders(given.inputs);
  if (!files.ok()) return files.status();
  ReportOptions options = given;
  options.inputs = *std::move(files);
  const publish::ReportOutput output = {
      options.output_path, options.partial ? ReportFormat::kText : options.format, options.top,
      record::Operands(options.inputs), options.overwrite};
  if (absl::Status status = publish::CheckOutput(output); !status.ok()) return status;
  report::PassOptions reading = {options.inputs, options.threads, options.progress};
  std::unique_ptr<const guide::OperatorTable> operators;
  if (!options.operators_path.empty()) {
    auto read = guide::OperatorTable::Read(options.operators_path);
    if (!read.ok()) return read.status();
    operators = *std::move(read);
    reading.operators = operators.get();
  }
  auto pass = std::make_unique<report::RecordPass>(reading);
  report::CountedRecords counted;
  const absl::Status status = report::CountRecords(reading, pass.get(), &counted);
  summary->records = counted.records;
  summary->broken = counted.broken.count();
  summary->signal = counted.signal;
  if (!status.ok() || counted.signal != 0) return status;
  for (const std::string& path : record::MetadataInFolders(given.inputs)) {
    auto metadata = record::ReadMetadata(path);
    if (metadata.ok() && metadata->has_value())
      counted.scans.emplace_back(path, **std::move(metadata));
  }
  // Signals go back to their owner: nothing could stop a write that waits for a slow reader.
  if (io::IsStandardOutput(options.output_path)) pass.reset();
  if (options.partial) {
    return io::WriteWhole(
        options.output_path,
        report::WritePartial(counted.sum, counted.broken.count() - counted.sum.broken()));
  }
  return publish::WriteReport(report::MakeReport(counted.sum, counted.broken,
                                                 {.inputs = counted.inputs,
                                                  .scans = counted.scans,
                                                  .min_names = options.min_names,
                                                  .orders_only = options.orders_only,
                                                  .tables = options.tables}),
                              output);
}

absl::Status WritePartialReport(const std::string& records, const std::string& output) {
  assert(io::kLinePadding >= record::RecordReader::kPadding);
  record::RecordReader reader;
  report::Aggregate counts;
  uint64_t broken = 0;
  const absl::Status read = io::ForEachLine(records, [&](std::string_view line) {
    if (reader.Read(line).empty()) {
      counts.Add(reader.record());
    } else {
      ++broken;
    }
    return true;
  });
  if (!read.ok()) return read;
  const absl::Status written = io::WriteWhole(output, report::WritePartial(counts, broken));
  return written.ok() ? written : absl::DataLossError(written.message());
}

}  // namespace caascan
