// Tested by mpic_test.cc.
#include "scanner/serve/mpic.h"

#include <absl/strings/str_cat.h>
#include <simdjson.h>

#include <chrono>

#include "scanner/dns/presentation.h"
#include "scanner/record/json_text.h"

namespace caascan::serve {
namespace {

namespace dom = simdjson::dom;

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(absl::string_view(what.data(), what.size()));
}

absl::Status TakeText(const dom::object& object, const char* key, std::string* text) {
  dom::element member;
  if (object[key].get(member) != simdjson::SUCCESS || member.is_null()) return absl::OkStatus();
  std::string_view value;
  if (member.get(value) != simdjson::SUCCESS) return Wrong(absl::StrCat(key, " is no string"));
  *text = value;
  return absl::OkStatus();
}

absl::Status TakeCertificateType(const dom::object& parameters, MpicRequest* request) {
  std::string type;
  if (absl::Status status = TakeText(parameters, "certificate_type", &type); !status.ok()) {
    return status;
  }
  request->wildcard = type == "tls-server:wildcard";
  if (type == "s-mime") request->purpose = Purpose::kSmime;
  if (type.empty() || type == "tls-server" || type == "s-mime" || request->wildcard) {
    return absl::OkStatus();
  }
  return Wrong("certificate_type is neither tls-server nor s-mime");
}

absl::Status TakeParameters(const dom::object& parameters, MpicRequest* request) {
  if (absl::Status status = TakeCertificateType(parameters, request); !status.ok()) return status;
  dom::element member;
  if (parameters["caa_domains"].get(member) != simdjson::SUCCESS || member.is_null()) {
    return absl::OkStatus();
  }
  dom::array domains;
  if (member.get(domains) != simdjson::SUCCESS) return Wrong("caa_domains is no array");
  for (const dom::element domain : domains) {
    std::string_view text;
    if (domain.get(text) != simdjson::SUCCESS) return Wrong("caa_domains holds no strings");
    request->caa_domains.emplace_back(text);
  }
  return absl::OkStatus();
}

/// As zone files have it: 0 issue "letsencrypt.org".
std::string PresentationOf(const CaaRecord& record) {
  std::string text = absl::StrCat(static_cast<unsigned>(record.flags), " ");
  dns::AppendPresentation(record.tag, &text);
  text += " \"";
  std::string value;
  dns::AppendPresentation(record.value, &value);
  for (const char c : value) {
    if (c == '"') text += '\\';
    text += c;
  }
  return text + '"';
}

void AppendDetails(const Record& record, bool failed, std::string* out) {
  *out += "\"details\":{\"caa_record_present\":";
  *out += failed ? "null" : record.caa ? "true" : "false";
  *out += ",\"found_at\":";
  if (!record.caa) {
    *out += "null,\"records_seen\":null}";
    return;
  }
  record::AppendJsonString(record.caa->owner, out);
  *out += ",\"records_seen\":[";
  for (size_t i = 0; i < record.caa->records.size(); ++i) {
    if (i > 0) *out += ',';
    record::AppendJsonString(PresentationOf(record.caa->records[i]), out);
  }
  *out += "]}";
}

void AppendError(const Record& record, std::string* out) {
  const std::string_view reason = ReasonCode(record.reason);
  std::string message = absl::StrCat("There was an error looking up the CAA record: ",
                                     absl::string_view(reason.data(), reason.size()));
  if (!record.failed_at.empty()) absl::StrAppend(&message, " at ", record.failed_at);
  if (!record.detail.empty()) absl::StrAppend(&message, ": ", record.detail);
  *out += "[{\"error_type\":\"mpic_error:caa_checker:lookup\",\"error_message\":";
  record::AppendJsonString(message, out);
  *out += "}]";
}

}  // namespace

absl::StatusOr<MpicRequest> ParseMpicRequest(std::string_view body) {
  dom::parser parser;
  dom::element root;
  dom::object object;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS ||
      root.get(object) != simdjson::SUCCESS) {
    return Wrong("the body is no JSON object");
  }
  MpicRequest request;
  std::string check_type;
  absl::Status status = TakeText(object, "check_type", &check_type);
  if (status.ok()) status = TakeText(object, "domain_or_ip_target", &request.target);
  if (!status.ok()) return status;
  if (!check_type.empty() && check_type != "caa") return Wrong("check_type is not caa");
  if (request.target.empty()) return Wrong("domain_or_ip_target is missing");
  dom::element parameters;
  if (object["caa_check_parameters"].get(parameters) == simdjson::SUCCESS &&
      !parameters.is_null()) {
    dom::object members;
    if (parameters.get(members) != simdjson::SUCCESS) {
      return Wrong("caa_check_parameters is no object");
    }
    status = TakeParameters(members, &request);
    if (!status.ok()) return status;
  }
  return request;
}

std::string MpicResponse(const Record& record) {
  const bool failed = record.outcome() != Outcome::kPermit && record.outcome() != Outcome::kDeny;
  std::string out = "{\"check_type\":\"caa\",\"check_passed\":";
  out += record.outcome() == Outcome::kPermit ? "true" : "false";
  out += ",\"errors\":";
  if (failed) {
    AppendError(record, &out);
  } else {
    out += "null";
  }
  out += ',';
  AppendDetails(record, failed, &out);
  const auto since = record.time.time_since_epoch();
  absl::StrAppend(&out, ",\"timestamp_ns\":",
                  std::chrono::duration_cast<std::chrono::nanoseconds>(since).count(), "}\n");
  return out;
}

}  // namespace caascan::serve
