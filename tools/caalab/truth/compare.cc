// Records are matched by name; a name that is expected several times must come as often. A CAA set
// is the same whatever the order of its records, and its TTL may only have run down (a resolver's
// cache). Tested by compare_test.cc.
#include "tools/caalab/truth/compare.h"

#include <algorithm>
#include <functional>

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

namespace caascan::lab {
namespace {

using simdjson::dom::element;

constexpr std::array<std::string_view, kRecordFields> kFieldTexts = {
    "outcome", "reason", "may_issue", "caa", "dnssec", "zone", "persist", "findings"};
constexpr size_t kMaxShown = 10;
constexpr std::string_view kOutcomes[] = {"permit", "deny", "servfail", "timeout", "lame", "error"};

std::string& FieldOf(ComparedRecord* record, RecordField field) {
  return record->fields[static_cast<size_t>(field)];
}

std::string TextMember(element object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

uint64_t NumberMember(element object, std::string_view key) {
  uint64_t number = 0;
  return object[key].get(number) == simdjson::SUCCESS ? number : 0;
}

/// Owner and records in one string, or nothing.
std::string CaaText(element caa) {
  std::vector<std::string> records;
  simdjson::dom::array list;
  if (caa["records"].get(list) == simdjson::SUCCESS) {
    for (const element record : list) {
      records.push_back(absl::StrCat(NumberMember(record, "flags"), " ", TextMember(record, "tag"),
                                     " ", TextMember(record, "value")));
    }
  }
  std::sort(records.begin(), records.end());
  std::string out = TextMember(caa, "owner");
  for (const std::string& record : records) absl::StrAppend(&out, "\n", record);
  return out;
}

/// Calls take(line, number) for every line that is not blank; ends with the first error.
absl::Status ForEachLine(
    std::string_view text,
    const std::function<absl::Status(std::string_view line, size_t number)>& take) {
  size_t number = 0;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    start = end + 1;
    ++number;
    if (line.empty()) continue;
    if (absl::Status status = take(line, number); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status AtLine(const absl::Status& status, std::string_view source, size_t number) {
  if (status.ok()) return status;
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(source), ":", number, ": ", std::string(status.message())));
}

void AppendOutcomes(const std::map<std::pair<std::string, std::string>, uint64_t>& counts,
                    std::string* out) {
  absl::StrAppendFormat(out, "\n%-12s", "expected");
  for (const std::string_view found : kOutcomes) {
    absl::StrAppendFormat(out, "%10s", std::string(found));
  }
  *out += "  (found)\n";
  for (const std::string_view expected : kOutcomes) {
    absl::StrAppendFormat(out, "%-12s", std::string(expected));
    for (const std::string_view found : kOutcomes) {
      const auto count = counts.find({std::string(expected), std::string(found)});
      absl::StrAppendFormat(out, "%10d", count == counts.end() ? 0 : count->second);
    }
    *out += "\n";
  }
}

}  // namespace

std::string_view RecordFieldText(RecordField field) {
  return kFieldTexts[static_cast<size_t>(field)];
}

absl::Status ParseRecordFields(std::string_view text, std::vector<RecordField>* fields) {
  fields->clear();
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(',', start), text.size());
    const std::string_view word = text.substr(start, end - start);
    start = end + 1;
    const auto* found = std::find(kFieldTexts.begin(), kFieldTexts.end(), word);
    if (found == kFieldTexts.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", std::string(word),
                       "\" is no field: outcome, reason, may_issue, caa, "
                       "dnssec, zone, persist and findings are"));
    }
    fields->push_back(static_cast<RecordField>(found - kFieldTexts.begin()));
  }
  return absl::OkStatus();
}

absl::Status Comparison::Parse(std::string_view line, ComparedRecord* out) {
  element record;
  if (parser_.parse(line.data(), line.size()).get(record) != simdjson::SUCCESS ||
      !record.is_object()) {
    return absl::InvalidArgumentError("no JSON object");
  }
  *out = ComparedRecord();
  out->name = TextMember(record, "name");
  // One name may be asked for several purposes.
  const std::string purpose = TextMember(record, "for");
  if (!purpose.empty()) absl::StrAppend(&out->name, " for ", purpose);
  if (record["name"].error() != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("no record: it has no name");
  }
  for (const RecordField field :
       {RecordField::kOutcome, RecordField::kReason, RecordField::kDnssec, RecordField::kZone}) {
    FieldOf(out, field) = TextMember(record, RecordFieldText(field));
  }
  bool may_issue = false;
  const bool told = record["may_issue"].get(may_issue) == simdjson::SUCCESS;
  FieldOf(out, RecordField::kMayIssue) = !told ? "" : may_issue ? "true" : "false";
  element caa;
  if (record["caa"].get(caa) == simdjson::SUCCESS) {
    FieldOf(out, RecordField::kCaa) = CaaText(caa);
    out->caa_ttl = NumberMember(caa, "ttl");
  }
  element persist;
  if (record["persist"].get(persist) == simdjson::SUCCESS) {
    FieldOf(out, RecordField::kPersist) = TextMember(persist, "result");
  }
  out->findings = ReadFindings(record);
  return absl::OkStatus();
}

absl::Status Comparison::AddTruth(std::string_view text, std::string_view source) {
  ComparedRecord record;
  return ForEachLine(text, [&](std::string_view line, size_t number) {
    absl::Status status = Parse(line, &record);
    if (!status.ok()) return AtLine(status, source, number);
    ++truth_count_;
    Expected& expected = expected_[record.name];
    expected.line = line;
    ++expected.outstanding;
    return absl::OkStatus();
  });
}

absl::Status Comparison::AddOutput(std::string_view text, std::string_view source) {
  ComparedRecord found;
  ComparedRecord expected;
  return ForEachLine(text, [&](std::string_view line, size_t number) {
    absl::Status status = Parse(line, &found);
    if (!status.ok()) return AtLine(status, source, number);
    ++output_count_;
    const auto at = expected_.find(found.name);
    if (at == expected_.end() || --at->second.outstanding < 0) {
      ++extra_count_;
      if (differences_.size() < kMaxShown) {
        differences_.push_back({found.name + ": not expected", {}, line});
      }
      return absl::OkStatus();
    }
    status = Parse(at->second.line, &expected);
    if (IsSetAside(expected, found)) {
      ++set_aside_count_;
    } else {
      CompareRecords(expected, found, at->second.line, line);
    }
    return status;
  });
}

bool Comparison::IsSetAside(const ComparedRecord& expected, const ComparedRecord& found) const {
  return set_aside_unchecked_ &&
         expected.fields[static_cast<size_t>(RecordField::kReason)] == "dnssec_bogus" &&
         found.fields[static_cast<size_t>(RecordField::kDnssec)] == "unchecked";
}

bool Comparison::SameFindings(const ComparedRecord& expected, const ComparedRecord& found) {
  const std::string& outcome = expected.fields[static_cast<size_t>(RecordField::kOutcome)];
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  MatchFindings(expected.findings, found.findings,
                {all_findings_, outcome != "permit" && outcome != "deny"}, &missing, &extra);
  for (const std::string& code : missing) ++findings_missing_[code];
  for (const std::string& code : extra) ++findings_extra_[code];
  return missing.empty() && extra.empty();
}

void Comparison::CompareRecords(const ComparedRecord& expected, const ComparedRecord& found,
                                std::string_view expected_line, std::string_view found_line) {
  const auto field_of = [](const ComparedRecord& record, RecordField field) {
    return record.fields[static_cast<size_t>(field)];
  };
  ++outcomes_[{field_of(expected, RecordField::kOutcome), field_of(found, RecordField::kOutcome)}];
  ++reasons_[{field_of(expected, RecordField::kReason), field_of(found, RecordField::kReason)}];
  std::string differing;
  for (const RecordField field : fields_) {
    const bool ttl_grew = field == RecordField::kCaa && found.caa_ttl > expected.caa_ttl;
    const bool unsaid = (field == RecordField::kZone || field == RecordField::kPersist) &&
                        field_of(expected, field).empty();
    const bool same = field == RecordField::kFindings
                          ? SameFindings(expected, found)
                          : unsaid || field_of(expected, field) == field_of(found, field);
    if (same && !ttl_grew) continue;
    absl::StrAppend(&differing, differing.empty() ? ": " : ", ",
                    std::string(RecordFieldText(field)));
  }
  if (differing.empty()) {
    ++same_count_;
    return;
  }
  ++different_count_;
  if (differences_.size() < kMaxShown) {
    differences_.push_back({found.name + differing, expected_line, found_line});
  }
}

bool Comparison::agrees() const {
  return different_count_ == 0 && extra_count_ == 0 && output_count_ == truth_count_;
}

std::string Comparison::Report() const {
  const uint64_t missing = truth_count_ - (output_count_ - extra_count_);
  std::string out = absl::StrFormat(
      "%d expected, %d found: %d agree, %d differ, %d missing, %d extra", truth_count_,
      output_count_, same_count_, different_count_, missing, extra_count_);
  if (set_aside_unchecked_) absl::StrAppendFormat(&out, ", %d bogus unchecked", set_aside_count_);
  out += "\n";
  AppendOutcomes(outcomes_, &out);
  absl::StrAppendFormat(&out, "\n%-28s%-28s%10s\n", "expected reason", "found reason", "names");
  for (const auto& [pair, count] : reasons_) {
    absl::StrAppendFormat(&out, "%-28s%-28s%10d%s\n", pair.first, pair.second, count,
                          pair.first == pair.second ? "" : "  <- differs");
  }
  for (const auto& [code, count] : findings_missing_) {
    absl::StrAppendFormat(&out, "finding missing: %s in %d records\n", code, count);
  }
  for (const auto& [code, count] : findings_extra_) {
    absl::StrAppendFormat(&out, "finding extra: %s in %d records\n", code, count);
  }
  for (const Difference& difference : differences_) {
    absl::StrAppend(&out, "\n", difference.what, "\n  expected: ",
                    std::string(difference.expected.empty() ? "none" : difference.expected),
                    "\n  found:    ", std::string(difference.found), "\n");
  }
  size_t shown = differences_.size();
  for (const auto& [name, expected] : expected_) {
    if (expected.outstanding <= 0 || shown >= kMaxShown) continue;
    ++shown;
    absl::StrAppend(&out, "\n", name, ": missing\n  expected: ", std::string(expected.line), "\n");
  }
  return out;
}

}  // namespace caascan::lab
