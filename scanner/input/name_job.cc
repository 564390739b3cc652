// Tested by name_job_test.cc.
#include "scanner/input/name_job.h"

#include <cassert>

#include "scanner/dns/presentation.h"
#include "scanner/record/json_text.h"
#include "scanner/record/utf8.h"

namespace caascan::input {
namespace {

/// The record's `name` of a valid job.
void AssignName(const NameJob& job, std::string* out) {
  out->clear();
  if (job.wildcard) out->append("*.");
  job.name.view().AppendText(out);
}

/// As a fresh Record, but for the memory that it has.
void MakeFresh(Record* record) {
  // All members stand here: one more in Record, and this does not compile.
  auto& [name, input, purpose, reason, may_issue, would_issue, nxdomain, caa, cname, dnssec,
         failed_at, zone, operator_name, servers, findings, decisions, persist, climb, chain,
         queries, retries, attempts, elapsed, time, id, order, rank, input_columns, line, detail] =
      *record;
  for (std::string* text : {&name, &input, &failed_at, &zone, &operator_name, &id.text, &order.text,
                            &input_columns.text, &detail}) {
    text->clear();
  }
  caa.reset();
  persist.reset();
  cname.clear();
  servers.clear();
  findings.clear();
  decisions.clear();
  climb.clear();
  chain.clear();
  purpose = Purpose::kTls;
  reason = Reason::kStopped;
  may_issue = false;
  would_issue = false;
  nxdomain = false;
  dnssec = DnssecStatus::kUnchecked;
  line = 0;
  queries = 0;
  retries = 0;
  attempts = 1;
  elapsed = {};
  time = {};
  rank.reset();
}

void AppendTag(uint32_t chunk, const Record& record, std::string* out) {
  if (chunk == kNoChunk) return;
  record::AppendUnsigned(chunk, out);
  out->push_back(record.reason == Reason::kStopped ? '!' : ':');
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

void MarkInvalid(std::string_view text, NameJob* job, std::string_view detail) {
  job->valid = false;
  job->name = dns::Name();
  JobDetails* details = job->mutable_details();
  details->invalid_name = EscapeTypedText(text);
  if (details->invalid_name == text) {
    details->input.clear();
  } else {
    details->input = CleanTypedText(text);
  }
  details->detail.assign(detail);
}

void StartRecord(const NameJob& job, Record* record) {
  MakeFresh(record);
  if (job.valid) {
    AssignName(job, &record->name);
  } else {
    record->name = job.details().invalid_name;
    record->reason = Reason::kInvalidName;
  }
  record->purpose = job.purpose;
  record->rank = RankOf(job.rank);
  if (!job.has_details()) return;
  record->input = job.details().input;
  record->id = job.details().id;
  record->order = job.details().order;
  record->input_columns = job.details().input_columns;
  record->line = job.details().line;
  record->detail = job.details().detail;
}

IssuanceRequest RequestOf(const NameJob& job, const IssuanceRequest& of_scan) {
  IssuanceRequest request = of_scan;
  const JobDetails& details = job.details();
  request.wildcard = job.wildcard;
  request.purpose = job.purpose;
  if (!details.account_uris.empty()) request.account_uris = details.account_uris;
  if (!details.validation_methods.empty()) request.validation_methods = details.validation_methods;
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
  Record record;
  StartRecord(job, &record);
  if (job.valid) record.reason = reason;
  record.time = time;
  return record;
}

void AppendRecords(const NameJob& job, const record::RecordFormat& format, Record* record,
                   std::string* out) {
  AppendTag(job.chunk, *record, out);
  format.Append(*record, out);
  for (const TwinJob& twin : job.details().twins) {
    record->input = twin.input;
    record->id = twin.id;
    record->order = twin.order;
    record->input_columns = twin.input_columns;
    record->rank = RankOf(twin.rank);
    AppendTag(job.chunk, *record, out);
    format.Append(*record, out);
  }
}

}  // namespace caascan::input
