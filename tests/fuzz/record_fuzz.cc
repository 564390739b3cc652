// Any bytes as lines of a scan's output: a run of records holds what its lines hold one by one, and
// what is read can be counted.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/publish/html_report.h"
#include "scanner/record/record_view.h"
#include "scanner/report/aggregate.h"
#include "scanner/report/formats/formats.h"
#include "scanner/report/tables.h"

namespace {

using caascan::record::RecordReader;
using caascan::record::RecordView;
using caascan::report::Aggregate;

/// What tells two records apart.
std::string Digest(const RecordView& record) {
  std::string text(record.name);
  for (const std::string_view part : {ReasonCode(record.reason), record.caa_owner, record.zone,
                                      record.operator_name, record.failed_at, record.order}) {
    text.append("|").append(part);
  }
  for (const size_t number :
       {record.servers.size(), record.findings.size(), record.decisions.size(), record.caa.size(),
        size_t{record.queries}, static_cast<size_t>(record.time_ms)}) {
    text.append("|").append(std::to_string(number));
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // What follows a line in a reader's block is none of its own.
  std::string text(reinterpret_cast<const char*>(data), size);
  text.append(RecordReader::kPadding, '"');
  const std::string_view lines = std::string_view(text).substr(0, size);
  RecordReader reader;
  Aggregate aggregate;
  std::vector<std::string> run;
  const size_t read = reader.ReadRun(lines, [&](std::string_view /*line*/) {
    run.push_back(Digest(reader.record()));
    aggregate.Add(reader.record());
  });
  size_t in_run = 0;
  for (size_t begin = 0; begin < size;) {
    const size_t end = std::min(lines.find('\n', begin), size);
    const bool sound = reader.Read(lines.substr(begin, end - begin)).empty();
    if (begin < read) {
      if (!sound || in_run == run.size() || run[in_run] != Digest(reader.record())) std::abort();
      ++in_run;
    } else if (sound) {
      aggregate.Add(reader.record());
    }
    begin = end + 1;
  }
  if (in_run != run.size()) std::abort();
  const auto report = MakeReport(aggregate, {}, {.inputs = {}, .min_names = 1});
  if (caascan::publish::HtmlReport(report, 0).empty()) std::abort();
  return 0;
}
