// Tested by result_check_test.cc.
#include "scanner/plan/result_check.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <cassert>
#include <string_view>

#include "scanner/io/long_lines.h"
#include "scanner/plan/record_set.h"
#include "scanner/record/record_view.h"

namespace caascan::plan {
namespace {

absl::Status NotWhole(const std::string& path, std::string_view why) {
  return absl::DataLossError(
      absl::StrCat(path, " is not whole: ", absl::string_view(why.data(), why.size())));
}

}  // namespace

absl::Status CheckResult(const std::string& path, const PlannedChunk& planned) {
  if (access(path.c_str(), F_OK) != 0) return absl::NotFoundError(path + " is missing");
  assert(io::kLinePadding >= record::RecordReader::kPadding);
  record::RecordReader reader;
  RecordSet records;
  bool sound = true;
  absl::Status read = io::ForEachLine(path, [&](std::string_view line) {
    const record::RecordView& record = reader.record();
    sound = reader.ReadOrigin(line) && record.reason_code != ReasonCode(Reason::kStopped);
    if (sound) records.Add(record.name, record.input, record.id, record.order);
    return sound;
  });
  if (!read.ok()) return read;
  if (!sound) {
    return NotWhole(path, absl::StrCat("line ", records.count() + 1, " is not a record of a name"));
  }
  if (records.count() != planned.names) {
    return NotWhole(path, absl::StrCat(records.count(), " records for ", planned.names, " names"));
  }
  if (records.Digest() != planned.records) {
    return NotWhole(path, "its records are not those of the chunk's names");
  }
  return absl::OkStatus();
}

}  // namespace caascan::plan
