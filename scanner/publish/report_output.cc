// Tested by report_output_test.cc.
#include "scanner/publish/report_output.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "scanner/io/whole_file.h"
#include "scanner/publish/html_report.h"
#include "scanner/report/formats/formats.h"

namespace caascan::publish {
namespace {

using report::Report;
using report::Table;

absl::Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0777) == 0 || errno == EEXIST) return absl::OkStatus();
  return absl::InvalidArgumentError("cannot create " + path + ": " + std::strerror(errno));
}

absl::Status WriteCsv(const Report& report, const ReportOutput& output) {
  const std::string& folder = output.path;
  if (absl::Status made = MakeFolder(folder); !made.ok()) return made;
  const auto path_of = [&folder](const Table& table) { return folder + "/" + table.id + ".csv"; };
  std::vector<record::RunFile> files;
  for (const Table& table : report.tables) files.push_back({"-o", path_of(table)});
  absl::Status safe = record::CheckReplaced(output.inputs, files, output.overwrite);
  if (!safe.ok()) return safe;
  for (const Table& table : report.tables) {
    absl::Status written = io::WriteWhole(path_of(table), report::CsvTable(table));
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOutput(const ReportOutput& output) {
  if (output.format != ReportFormat::kCsv) {
    if (absl::Status status = io::CheckWritable(output.path); !status.ok()) return status;
    return record::CheckReplaced(output.inputs, {{"-o", output.path}}, output.overwrite);
  }
  if (!output.path.empty() && output.path != "-") return absl::OkStatus();
  return absl::InvalidArgumentError("CSV is one file a table: give a folder for them");
}

absl::Status WriteReport(const Report& report, const ReportOutput& output) {
  switch (output.format) {
    case ReportFormat::kText:
      return io::WriteWhole(output.path, report::TextReport(report, output.top));
    case ReportFormat::kMarkdown:
      return io::WriteWhole(output.path, report::MarkdownReport(report, output.top));
    case ReportFormat::kJson:
      return io::WriteWhole(output.path, report::JsonReport(report));
    case ReportFormat::kHtml:
      return io::WriteWhole(output.path, HtmlReport(report, output.top));
    case ReportFormat::kCsv:
      break;
  }
  return WriteCsv(report, output);
}

}  // namespace caascan::publish
