// The record's member `persist`: written, read back, and judged anew.
#pragma once

#include <string>
#include <string_view>

#include "caascan/record.h"

namespace caascan::record {

/// Appends the report as one JSON object, ASCII whatever octets its records hold.
void AppendPersist(const PersistReport& report, std::string* out);

/// Reads such an object: all but the members of its records that follow from their text. False
/// where it is of another form; then *report may have been changed. Of a report whose result is
/// kNone or kFailed there are no records.
bool ReadPersist(std::string_view json, PersistReport* report);

/// Judges the records of a report that was read, for `request` at `time_ms` (since 1970).
void JudgeAnew(const IssuanceRequest& request, int64_t time_ms, PersistReport* report);

}  // namespace caascan::record
