// Tested by name_job_test.cc.
#include "scanner/input/name_job.h"

#include <cassert>

#include "scanner/record/utf8.h"

namespace caascan::input {
namespace {

size_t AppendEscaped(char c, char (&out)[4]) {
  const auto byte = static_cast<uint8_t>(c);
  out[0] = '\\';
  if (c == '\\') {
    out[1] = '\\';
    return 2;
  }
  if (byte >= 0x20 && byte < 0x7F) {
    out[0] = c;
    return 1;
  }
  out[1] = static_cast<char>('0' + byte / 100);
  out[2] = static_cast<char>('0' + byte / 10 % 10);
  out[3] = static_cast<char>('0' + byte % 10);
  return 4;
}

/// The record's `name` of a valid job.
void AssignName(const NameJob& job, std::string* out) {
  out->clear();
  if (job.wildcard) out->append("*.");
  job.name.view().AppendText(out);
}

}  // namespace

const JobDetails NameJob::kNoDetails;

std::string EscapeTypedText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    char piece[4];
    const size_t size = AppendEscaped(c, piece);
    if (escaped.size() + size > kMaxInvalidNameSize) break;
    escaped.append(piece, size);
  }
  return escaped;
}

std::string CleanTypedText(std::string_view text) {
  std::string clean;
  for (size_t position = 0; position < text.size();) {
    const record::Utf8Character character = record::DecodeUtf8(text, position);
    const size_t before = clean.size();
    record::AppendUtf8(character.code_point, &clean);
    if (clean.size() > kMaxInputSize) {
      clean.resize(before);
      break;
    }
    position += character.size;
  }
  return clean;
}

void MarkInvalid(std::string_view text, NameJob* job) {
  job->valid = false;
  job->name = dns::Name();
  JobDetails* details = job->mutable_details();
  details->invalid_name = EscapeTypedText(text);
  if (details->invalid_name == text) {
    details->input.clear();
  } else {
    details->input = CleanTypedText(text);
  }
}

void StartRecord(const NameJob& job, Record* record) {
  if (job.valid) {
    AssignName(job, &record->name);
  } else {
    record->name = job.details().invalid_name;
  }
  record->input = job.details().input;
  record->reason = job.valid ? Reason::kStopped : Reason::kInvalidName;
  record->may_issue = false;
  record->caa.reset();
  record->cname.clear();
  record->dnssec = DnssecStatus::kUnchecked;
  record->failed_at.clear();
  record->zone.clear();
  record->operator_name.clear();
  record->servers.clear();
  record->findings.clear();
  record->decisions.clear();
  record->climb.clear();
  record->chain.clear();
  record->queries = 0;
  record->retries = 0;
  record->attempts = 1;
  record->elapsed = std::chrono::microseconds(0);
  record->time = {};
  record->id = job.details().id;
  record->order = job.details().order;
}

std::string RecordName(const NameJob& job) {
  if (!job.valid) return job.details().invalid_name;
  std::string name;
  AssignName(job, &name);
  return name;
}

void TurnIntoTwin(const TwinJob& twin, Record* record) {
  record->input = twin.input;
  record->id = twin.id;
  record->order = twin.order;
}

void AppendErrorRecord(const NameJob& job, Reason reason,
                       std::chrono::system_clock::time_point time, std::string* out) {
  assert(OutcomeOf(reason) == Outcome::kError && "the name was never resolved");
  Record record;
  StartRecord(job, &record);
  if (job.valid) record.reason = reason;
  record.time = time;
  AppendRecord(record, out);
  for (const TwinJob& twin : job.details().twins) {
    TurnIntoTwin(twin, &record);
    AppendRecord(record, out);
  }
}

}  // namespace caascan::input
