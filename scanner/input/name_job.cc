// Tested by name_job_test.cc.
#include "scanner/input/name_job.h"

#include <cassert>

#include "scanner/dns/presentation.h"
#include "scanner/record/utf8.h"

namespace caascan::input {
namespace {

/// The record's `name` of a valid job.
void AssignName(const NameJob& job, std::string* out) {
  out->clear();
  if (job.wildcard) out->append("*.");
  job.name.view().AppendText(out);
}

/// Keeps what was allocated, and nothing of what is in it.
template <typename Container>
void TakeMemory(Container* from, Container* to) {
  from->clear();
  to->swap(*from);
}

}  // namespace

const JobDetails NameJob::kNoDetails;

std::string EscapeTypedText(std::string_view text) {
  std::string escaped;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t before = escaped.size();
    dns::AppendPresentation(text.substr(i, 1), &escaped);
    if (escaped.size() <= kMaxInvalidNameSize) continue;
    escaped.resize(before);
    break;
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

Record RecordOf(const NameJob& job, Record* used) {
  Record record;
  TakeMemory(&used->name, &record.name);
  TakeMemory(&used->input, &record.input);
  TakeMemory(&used->cname, &record.cname);
  TakeMemory(&used->failed_at, &record.failed_at);
  TakeMemory(&used->zone, &record.zone);
  TakeMemory(&used->operator_name, &record.operator_name);
  TakeMemory(&used->servers, &record.servers);
  TakeMemory(&used->findings, &record.findings);
  TakeMemory(&used->decisions, &record.decisions);
  if (job.valid) {
    AssignName(job, &record.name);
  } else {
    record.name = job.details().invalid_name;
    record.reason = Reason::kInvalidName;
  }
  record.input = job.details().input;
  record.id = job.details().id;
  record.order = job.details().order;
  return record;
}

IssuanceRequest RequestOf(const NameJob& job, const IssuanceRequest& of_scan) {
  IssuanceRequest request = of_scan;
  request.wildcard = job.wildcard;
  if (job.details().account_uri) request.account_uri = job.details().account_uri;
  if (job.details().validation_method) request.validation_method = job.details().validation_method;
  return request;
}

std::string RecordName(const NameJob& job) {
  if (!job.valid) return job.details().invalid_name;
  std::string name;
  AssignName(job, &name);
  return name;
}

Record ErrorRecord(const NameJob& job, Reason reason, std::chrono::system_clock::time_point time) {
  assert(OutcomeOf(reason) == Outcome::kError && "the name was never resolved");
  Record none;
  Record record = RecordOf(job, &none);
  if (job.valid) record.reason = reason;
  record.time = time;
  return record;
}

void AppendRecords(const NameJob& job, const record::RecordFormat& format, Record* record,
                   std::string* out) {
  format.Append(*record, out);
  for (const TwinJob& twin : job.details().twins) {
    record->input = twin.input;
    record->id = twin.id;
    record->order = twin.order;
    format.Append(*record, out);
  }
}

}  // namespace caascan::input
