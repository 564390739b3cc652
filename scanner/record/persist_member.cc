// Tested by persist_member_test.cc.
#include "scanner/record/persist_member.h"

#include <simdjson.h>

#include "scanner/record/json_text.h"
#include "scanner/record/record_text.h"

namespace caascan::record {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;

void AppendMember(std::string_view key, std::string_view text, std::string* out) {
  out->append(key);
  AppendJsonString(text, out);
}

void AppendPersistRecord(const PersistRecord& record, std::string* out) {
  out->append(R"({"value":)");
  AppendJsonPresentation(record.text, out);
  AppendMember(R"(,"result":)", PersistResultCode(record.result), out);
  if (!record.detail.empty()) AppendMember(R"(,"detail":)", record.detail, out);
  if (!record.account_uri.empty()) AppendMember(R"(,"account_uri":)", record.account_uri, out);
  if (record.until) {
    out->append(R"(,"persist_until":)");
    AppendUnsigned(*record.until, out);
  }
  out->push_back('}');
}

/// Finds the enumerator whose code is the member's text.
template <typename Code, typename ToText>
bool ReadCode(element object, const char* key, size_t count, const ToText& text_of, Code* code) {
  std::string_view text;
  if (object[key].get(text) != SUCCESS) return false;
  for (size_t i = 0; i < count; ++i) {
    *code = static_cast<Code>(i);
    if (text_of(*code) == text) return true;
  }
  return false;
}

bool ReadTexts(element object, PersistReport* report) {
  simdjson::dom::array records;
  if (object["records"].get(records) != SUCCESS) return false;
  for (const element record : records) {
    std::string_view text;
    if (record["value"].get(text) != SUCCESS ||
        !UndoPresentation(text, &report->records.emplace_back().text)) {
      return false;
    }
  }
  return !report->records.empty();
}

}  // namespace

void AppendPersist(const PersistReport& report, std::string* out) {
  AppendMember(R"({"result":)", PersistResultCode(report.result), out);
  if (!report.name.empty()) AppendMember(R"(,"name":)", report.name, out);
  if (report.result == PersistResult::kFailed) {
    AppendMember(R"(,"reason":)", ReasonCode(report.failure), out);
  }
  AppendMember(R"(,"dnssec":)", DnssecStatusCode(report.dnssec), out);
  if (!report.records.empty()) {
    out->append(R"(,"ttl":)");
    AppendUnsigned(report.ttl_s, out);
    out->append(R"(,"records":[)");
    for (const PersistRecord& record : report.records) {
      if (&record != report.records.data()) out->push_back(',');
      AppendPersistRecord(record, out);
    }
    out->push_back(']');
  }
  out->push_back('}');
}

bool ReadPersist(std::string_view json, PersistReport* report) {
  *report = PersistReport();
  simdjson::dom::parser parser;
  element object;
  if (parser.parse(json.data(), json.size()).get(object) != SUCCESS || !object.is_object() ||
      !ReadCode(object, "result", kPersistResultCount, PersistResultCode, &report->result) ||
      !ReadCode(object, "dnssec", kDnssecStatusCount, DnssecStatusCode, &report->dnssec)) {
    return false;
  }
  std::string_view name;
  if (object["name"].get(name) == SUCCESS) report->name = name;
  if (report->result == PersistResult::kNone) return true;
  if (report->result == PersistResult::kFailed) {
    return ReadCode(object, "reason", kReasonCount, ReasonCode, &report->failure);
  }
  uint64_t ttl_s = 0;
  if (object["ttl"].get(ttl_s) != SUCCESS || ttl_s > UINT32_MAX) return false;
  report->ttl_s = static_cast<uint32_t>(ttl_s);
  return ReadTexts(object, report);
}

void JudgeAnew(const IssuanceRequest& request, int64_t time_ms, PersistReport* report) {
  if (report->records.empty()) return;
  const uint64_t now = static_cast<uint64_t>(time_ms < 0 ? 0 : time_ms) / 1000;
  for (PersistRecord& record : report->records) {
    record = JudgePersistRecord(record.text, request, now);
  }
  report->result = PersistResultOf(report->records);
}

}  // namespace caascan::record
