// Tested by input_tally_test.cc.
#include "scanner/input/input_tally.h"

#include <absl/strings/str_cat.h>

#include <cassert>

#include "scanner/input/idna.h"

namespace caascan::input {
namespace {

constexpr size_t kMaxShown = 60;

/// What the input was taken for.
const char* ReadAs(InputFormat format) {
  switch (format) {
    case InputFormat::kCsv:
      return "CSV";
    case InputFormat::kZone:
      return "a zone file";
    case InputFormat::kNdjson:
      return "NDJSON";
    case InputFormat::kAuto:
    case InputFormat::kLines:
      break;
  }
  return "a list of names";
}

/// What such an input should look like, and what it may be instead.
const char* Advice(InputFormat format) {
  switch (format) {
    case InputFormat::kCsv:
      return "say which column holds the names (--column), or what it is: --input-format lines, "
             "zone or ndjson";
    case InputFormat::kZone:
      return "give records, or say what it is: --input-format lines, csv or ndjson";
    case InputFormat::kNdjson:
      return "give a JSON object a line, say which member is the name (--key), or what it is: "
             "--input-format lines, csv or zone";
    case InputFormat::kAuto:
    case InputFormat::kLines:
      break;
  }
  return "give a name a line, or say what it is: --input-format csv, zone or ndjson";
}

}  // namespace

void InputTally::Add(const NameJob& job) {
  if (job.valid) {
    ++names_;
    return;
  }
  const JobDetails& details = job.details();
  if (ParseTypedName(details.invalid_name).error == TypedNameError::kIpAddress) {
    ++addresses_;
    return;
  }
  if (++invalid_ > 1) return;
  text_ = details.invalid_name;
  why_ = details.detail;
  line_ = details.line;
}

/// In ASCII, as a record's name is.
std::string InputTally::FirstInvalid() const {
  const bool cut = text_.size() > kMaxShown;
  return absl::StrCat("line ", line_, " is \"", text_.substr(0, kMaxShown), cut ? "..." : "",
                      "\": ", why_);
}

absl::Status InputTally::Refuse(const std::string& input) const {
  assert(IsSomethingElse() && "it is not what it was read as");
  return absl::InvalidArgumentError(absl::StrCat(
      "what is this? ", input, " was read as ", ReadAs(format_), ", but its first ", kMaxInvalid,
      " lines hold no ", format_ == InputFormat::kZone ? "record" : "name", " (", FirstInvalid(),
      "); ", Advice(format_)));
}

std::string InputTally::Remark(const std::string& input) const {
  if (names_ > 0) return "";
  if (has_records_ && zone_names_ == ZoneNames::kOwners) {
    return absl::StrCat(input, " has no records at names that CAA can be looked up for");
  }
  if (has_records_) {
    return absl::StrCat(input,
                        " delegates nothing, so it gives no name: --zone-names owners takes the "
                        "names that have records");
  }
  if (invalid_ > 0) {
    return absl::StrCat(input, " holds no name: it was read as ", ReadAs(format_), ", and ",
                        FirstInvalid(), "; ", Advice(format_));
  }
  if (addresses_ == 0) return "";
  return absl::StrCat(input, " holds IP addresses alone: CAA is looked up for names");
}

}  // namespace caascan::input
