// Writing a record is a part of every name's cost, so it appends to the caller's string, field
// after field in the contract's order, and makes no temporary. Tested by record_test.cc.
#include "caascan/record.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "scanner/record/json_text.h"
#include "scanner/record/persist_member.h"
#include "scanner/record/validity.h"

namespace caascan {
namespace {

using record::AppendJsonPresentation;
using record::AppendJsonString;
using record::AppendJsonTime;
using record::AppendMilliseconds;
using record::AppendOneLineJson;
using record::AppendUnsigned;
using record::ValidityOf;

void AppendStringMember(std::string_view key, std::string_view value, std::string* out) {
  out->append(key);
  AppendJsonString(value, out);
}

/// Members that may be left out where they are empty.
void AppendOptionalMember(std::string_view key, std::string_view value, std::string* out) {
  if (!value.empty()) AppendStringMember(key, value, out);
}

/// Appends [a,b,c]: what `append` writes for each element.
template <typename Elements, typename Append>
void AppendArray(const Elements& elements, std::string* out, const Append& append) {
  out->push_back('[');
  bool first = true;
  for (const auto& element : elements) {
    if (!first) out->push_back(',');
    first = false;
    append(element, out);
  }
  out->push_back(']');
}

/// Members of an object of which each may be missing, so that none knows whether a comma goes
/// before it: each appends `,"key":…`, and this puts the brace in the first comma's place.
template <typename Append>
void AppendSparseObject(std::string* out, const Append& append) {
  const size_t start = out->size();
  append(out);
  if (out->size() == start) {
    out->append("{}");
    return;
  }
  (*out)[start] = '{';
  out->push_back('}');
}

void AppendCaaRecord(const CaaRecord& record, std::string* out) {
  out->append(R"({"flags":)");
  AppendUnsigned(record.flags, out);
  out->append(R"(,"tag":)");
  AppendJsonPresentation(record.tag, out);
  out->append(R"(,"value":)");
  AppendJsonPresentation(record.value, out);
  out->push_back('}');
}

void AppendCaaRrset(const CaaRrset& rrset, std::string* out) {
  out->append(R"({"owner":)");
  AppendJsonString(rrset.owner, out);
  out->append(R"(,"ttl":)");
  AppendUnsigned(rrset.ttl_s, out);
  out->append(R"(,"records":)");
  AppendArray(rrset.records, out, AppendCaaRecord);
  out->push_back('}');
}

void AppendServerResult(const ServerReport& server, std::string* out) {
  out->append(R"(,"result":")");
  out->append(ServerResultCode(server.result));
  if (server.result == ServerResult::kRcode) {
    out->push_back('_');
    AppendUnsigned(server.rcode, out);
  }
  out->push_back('"');
}

void AppendRoundTrip(std::optional<double> rtt_ms, std::string* out) {
  if (!rtt_ms.has_value() || !std::isfinite(*rtt_ms)) return;
  // Clamped, so that no double is out of the integer's range.
  const double us = std::clamp(*rtt_ms, 0.0, 1e9) * 1000.0;
  out->append(R"(,"rtt_ms":)");
  AppendMilliseconds(std::chrono::microseconds(std::llround(us)), out);
}

void AppendServer(const ServerReport& server, std::string* out) {
  AppendSparseObject(out, [&server](std::string* to) {
    AppendOptionalMember(R"(,"host":)", server.host, to);
    AppendOptionalMember(R"(,"address":)", server.address, to);
    AppendServerResult(server, to);
    AppendRoundTrip(server.rtt_ms, to);
    AppendOptionalMember(R"(,"detail":)", server.detail, to);
    if (server.ede.empty()) return;
    to->append(R"(,"ede":)");
    AppendArray(server.ede, to,
                [](uint16_t code, std::string* array) { AppendUnsigned(code, array); });
  });
}

void AppendFinding(const Finding& finding, std::string* out) {
  out->append(R"({"code":")");
  out->append(FindingCodeText(finding.code));
  out->push_back('"');
  if (const std::optional<uint16_t> ede = FindingEde(finding.code)) {
    out->append(R"(,"ede":)");
    AppendUnsigned(*ede, out);
  }
  AppendOptionalMember(R"(,"host":)", finding.host, out);
  AppendOptionalMember(R"(,"address":)", finding.address, out);
  AppendOptionalMember(R"(,"zone":)", finding.zone, out);
  AppendOptionalMember(R"(,"evidence":)", finding.evidence, out);
  out->push_back('}');
}

void AppendClimbStep(const ClimbStep& step, std::string* out) {
  out->append(R"({"name":)");
  AppendJsonString(step.name, out);
  AppendStringMember(R"(,"result":)", step.result, out);
  AppendOptionalMember(R"(,"zone":)", step.zone, out);
  AppendStringMember(R"(,"dnssec":)", DnssecStatusCode(step.dnssec), out);
  if (!step.cname.empty()) {
    out->append(R"(,"cname":)");
    AppendArray(step.cname, out,
                [](const std::string& target, std::string* to) { AppendJsonString(target, to); });
  }
  AppendOptionalMember(R"(,"host":)", step.host, out);
  AppendOptionalMember(R"(,"address":)", step.address, out);
  if (!step.address.empty()) {
    AppendStringMember(R"(,"transport":)", step.over_tcp ? "tcp" : "udp", out);
  }
  AppendRoundTrip(step.rtt_ms, out);
  out->push_back('}');
}

void AppendChainLink(const ChainLink& link, std::string* out) {
  out->append(R"({"zone":)");
  AppendJsonString(link.zone, out);
  AppendStringMember(R"(,"dnssec":)", DnssecStatusCode(link.dnssec), out);
  AppendOptionalMember(R"(,"detail":)", link.detail, out);
  out->push_back('}');
}

void AppendDecisions(const std::vector<std::pair<std::string, bool>>& decisions, std::string* out) {
  AppendSparseObject(out, [&decisions](std::string* to) {
    for (const auto& [ca, permit] : decisions) {
      to->push_back(',');
      AppendJsonString(ca, to);
      to->append(permit ? R"(:"permit")" : R"(:"deny")");
    }
  });
}

void AppendVerdict(const Record& record, Outcome outcome, std::string* out) {
  out->append(R"(,"outcome":")");
  out->append(OutcomeCode(outcome));
  out->append(R"(","reason":")");
  out->append(ReasonCode(record.reason));
  out->append(record.may_issue ? R"(","may_issue":true)" : R"(","may_issue":false)");
  out->append(record.would_issue ? R"(,"would_issue":true)" : R"(,"would_issue":false)");
  if (record.nxdomain) out->append(R"(,"nxdomain":true)");
  if (record.line != 0) {
    out->append(R"(,"line":)");
    AppendUnsigned(record.line, out);
  }
  AppendOptionalMember(R"(,"detail":)", record.detail, out);
}

/// What the look-up found and where.
void AppendEvidence(const Record& record, std::string* out) {
  if (record.caa.has_value()) {
    out->append(R"(,"caa":)");
    AppendCaaRrset(*record.caa, out);
  }
  if (!record.cname.empty()) {
    out->append(R"(,"cname":)");
    AppendArray(record.cname, out, AppendJsonString);
  }
  out->append(R"(,"dnssec":")");
  out->append(DnssecStatusCode(record.dnssec));
  out->push_back('"');
  AppendOptionalMember(R"(,"failed_at":)", record.failed_at, out);
  AppendOptionalMember(R"(,"zone":)", record.zone, out);
  AppendOptionalMember(R"(,"operator":)", record.operator_name, out);
  if (!record.servers.empty()) {
    out->append(R"(,"servers":)");
    AppendArray(record.servers, out, AppendServer);
  }
  if (!record.findings.empty()) {
    out->append(R"(,"findings":)");
    AppendArray(record.findings, out, AppendFinding);
  }
}

/// What it cost and when it was.
void AppendEffort(const Record& record, std::string* out) {
  out->append(R"(,"queries":)");
  AppendUnsigned(record.queries, out);
  out->append(R"(,"retries":)");
  AppendUnsigned(record.retries, out);
  if (record.attempts > 1) {
    out->append(R"(,"attempts":)");
    AppendUnsigned(record.attempts, out);
  }
  out->append(R"(,"elapsed_ms":)");
  AppendMilliseconds(record.elapsed, out);
  out->append(R"(,"time":)");
  AppendJsonTime(record.time, out);
}

void AppendRawMember(std::string_view key, const RawJson& raw, std::string* out) {
  if (raw.text.empty()) return;
  out->append(key);
  AppendOneLineJson(raw.text, out);
}

}  // namespace

void AppendRecord(const Record& record, std::string* out) {
  const Outcome outcome = record.outcome();
  AppendStringMember(R"({"name":)", record.name, out);
  AppendOptionalMember(R"(,"input":)", record.input, out);
  if (record.purpose != Purpose::kTls) {
    AppendStringMember(R"(,"for":)", PurposeCode(record.purpose), out);
  }
  AppendVerdict(record, outcome, out);
  AppendEvidence(record, out);
  if (record.persist) {
    out->append(R"(,"persist":)");
    record::AppendPersist(*record.persist, out);
  }
  if (!record.decisions.empty()) {
    out->append(R"(,"decisions":)");
    AppendDecisions(record.decisions, out);
  }
  if (!record.climb.empty()) {
    out->append(R"(,"climb":)");
    AppendArray(record.climb, out, AppendClimbStep);
  }
  if (!record.chain.empty()) {
    out->append(R"(,"chain":)");
    AppendArray(record.chain, out, AppendChainLink);
  }
  if (IsDecided(outcome)) {
    out->append(R"(,"valid_until":)");
    const uint32_t ttl_s = record.caa.has_value() ? record.caa->ttl_s : 0;
    AppendJsonTime(record.time + ValidityOf(ttl_s), out);
  }
  AppendEffort(record, out);
  if (record.rank.has_value()) {
    out->append(R"(,"rank":)");
    AppendUnsigned(*record.rank, out);
  }
  AppendRawMember(R"(,"input_columns":)", record.input_columns, out);
  AppendRawMember(R"(,"id":)", record.id, out);
  AppendRawMember(R"(,"order":)", record.order, out);
  out->append("}\n");
}

}  // namespace caascan
