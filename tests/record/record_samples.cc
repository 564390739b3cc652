#include "tests/record/record_samples.h"

#include <limits>
#include <utility>

#include "scanner/input/name_job.h"
#include "scanner/record/json_text.h"

namespace caascan {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

std::chrono::system_clock::time_point SampleTime() {
  const sys_days day = std::chrono::year(2026) / 11 / 21;
  return day + hours(23) + minutes(54) + seconds(8) + milliseconds(123);
}

bool IsFailure(Outcome outcome) {
  return outcome == Outcome::kServfail || outcome == Outcome::kTimeout || outcome == Outcome::kLame;
}

ServerReport Server(std::string host, std::string address, ServerResult result) {
  ServerReport server;
  server.host = std::move(host);
  server.address = std::move(address);
  server.result = result;
  return server;
}

Record Minimal(Reason reason) {
  Record record;
  record.name = "example.com";
  record.reason = reason;
  record.may_issue = record.would_issue = OutcomeOf(reason) == Outcome::kPermit;
  record.time = SampleTime();
  if (reason == Reason::kDnssecBogus) record.dnssec = DnssecStatus::kBogus;
  if (IsFailure(OutcomeOf(reason))) record.failed_at = "example.com";
  if (reason != Reason::kNoCaa &&
      (OutcomeOf(reason) == Outcome::kPermit || OutcomeOf(reason) == Outcome::kDeny)) {
    record.caa = CaaRrset{.owner = "example.com", .ttl_s = 300, .records = {{0, "issue", ";"}}};
  }
  return record;
}

void AddReasons(std::vector<RecordSample>* samples) {
  for (int i = 0; i <= static_cast<int>(kLastReason); ++i) {
    const auto reason = static_cast<Reason>(i);
    samples->push_back({"reason " + std::string(ReasonCode(reason)), Minimal(reason)});
  }
}

void AddServerResults(std::vector<RecordSample>* samples) {
  for (int i = 0; i <= static_cast<int>(ServerResult::kBlocked); ++i) {
    Record record = Minimal(Reason::kServfail);
    ServerReport server = Server("ns1.example.net", "192.0.2.1", static_cast<ServerResult>(i));
    server.rcode = 16;
    record.servers = {server};
    samples->push_back({"server " + std::string(ServerResultCode(server.result)), record});
  }
}

void AddDnssecStatuses(std::vector<RecordSample>* samples) {
  for (int i = 0; i <= static_cast<int>(DnssecStatus::kUnchecked); ++i) {
    Record record = Minimal(Reason::kNoCaa);
    record.dnssec = static_cast<DnssecStatus>(i);
    samples->push_back({"dnssec " + std::string(DnssecStatusCode(record.dnssec)), record});
  }
}

/// A record whose every string that may hold anything holds `text`.
Record Filled(const std::string& text) {
  Record record = FullRecord();
  record.input = input::CleanTypedText(text);
  record.operator_name = text;
  record.caa->records = {{255, text, text}};
  record.servers[2].detail = text;
  record.findings[0].evidence = text;
  record.decisions = {{text, true}};
  record.persist = ValidPersist();
  record.persist->records[0].text = text;
  record.input_columns.text = "{";
  record::AppendJsonString(text, &record.input_columns.text);
  record.input_columns.text += ":";
  record::AppendJsonString(text, &record.input_columns.text);
  record.input_columns.text += "}";
  return record;
}

Record NoName(const std::string& text) {
  input::NameJob job;
  input::MarkInvalid(text, &job, text);
  job.mutable_details()->line = UINT64_MAX;
  Record record;
  input::StartRecord(job, &record);
  record.time = SampleTime();
  return record;
}

void AddHostile(std::vector<RecordSample>* samples) {
  std::string all_bytes;
  for (int c = 0; c < 256; ++c) all_bytes.push_back(static_cast<char>(c));
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"all bytes", all_bytes},
      {"script", "</script><script>alert(\"1\")</script>"},
      {"terminal escapes", "\x1B]0;x\x07\x1B[2J\xC2\x9B"},
      {"line ends", "a\nb\r\nc\xE2\x80\xA8"},
      {"backslashes", "\\\\\"\\u0000\\"},
      {"64 KiB", std::string(65536, '\xFF')},
  };
  for (const auto& [name, text] : texts) {
    samples->push_back({name, Filled(text)});
    samples->push_back({name + " as name", NoName(text)});
  }
}

/// BR 4.2.2.1: the failure that is permission.
void AddAcceptedFailure(std::vector<RecordSample>* samples) {
  Record record = Minimal(Reason::kNoResponse);
  record.may_issue = true;
  record.dnssec = DnssecStatus::kInsecure;
  record.retries = 1;
  samples->push_back({"accepted failure", record});
  record.retries = 0;
  record.attempts = 2;
  samples->push_back({"accepted failure after a second pass", record});
}

void AddPersist(std::vector<RecordSample>* samples) {
  Record record = Minimal(Reason::kNoResponse);
  record.persist = ValidPersist();
  samples->push_back({"persist beside a failure", record});
  record = Minimal(Reason::kNoCaa);
  record.persist = PersistReport();
  samples->push_back({"no persist record", record});
  record.persist->result = PersistResult::kFailed;
  record.persist->failure = Reason::kDnssecBogus;
  samples->push_back({"failed look-up of persist", record});
}

void AddNxdomain(std::vector<RecordSample>* samples) {
  for (const Reason reason :
       {Reason::kNoCaa, Reason::kIssuanceForbidden, Reason::kServfail, Reason::kNoSuchTld}) {
    Record record = Minimal(reason);
    record.nxdomain = true;
    samples->push_back({"no such name, " + std::string(ReasonCode(reason)), record});
  }
}

void AddNumbers(std::vector<RecordSample>* samples) {
  Record large = FullRecord();
  large.queries = large.retries = large.attempts = std::numeric_limits<uint32_t>::max();
  large.caa->ttl_s = std::numeric_limits<uint32_t>::max();
  large.elapsed = std::chrono::hours(1000000);
  large.servers[0].rtt_ms = std::numeric_limits<double>::max();
  large.rank = std::numeric_limits<uint32_t>::max();
  samples->push_back({"largest numbers", large});
  for (const double rtt :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -1.0}) {
    Record record = FullRecord();
    record.servers[0].rtt_ms = rtt;
    samples->push_back({"odd round-trip time", record});
  }
}

void AddPurposes(std::vector<RecordSample>* samples) {
  for (const Purpose purpose : {Purpose::kSmime, Purpose::kMark}) {
    Record record = FullRecord();
    record.name = "example.com";
    record.input = "user@example.com";
    record.purpose = purpose;
    samples->push_back({"for " + std::string(PurposeCode(purpose)), record});
    record = Minimal(Reason::kNoResponse);
    record.purpose = purpose;
    samples->push_back({"failed for " + std::string(PurposeCode(purpose)), record});
  }
}

}  // namespace

Record FullRecord() {
  Record record;
  record.name = "*.www.example.com";
  record.input = "*.WWW.Example.COM.";
  record.reason = Reason::kIssuerNotAuthorized;
  record.caa = CaaRrset{.owner = "example.com",
                        .ttl_s = 86400,
                        .records = {{0, "issue", "ca.example.net"}, {128, "issuewild", ";"}}};
  record.cname = {"web1.example.net", "web2.example.net"};
  record.dnssec = DnssecStatus::kInsecure;
  record.zone = "example.com";
  record.operator_name = "Example DNS";
  record.servers = {Server("ns1.example.net", "192.0.2.1", ServerResult::kAnswer),
                    Server("ns2.example.net", "2001:db8::2", ServerResult::kRcode),
                    Server("", "192.0.2.3", ServerResult::kMalformed)};
  record.servers[0].rtt_ms = 11.2;
  record.servers[1].rcode = 9;
  record.servers[2].detail = "answer 2: RDLENGTH beyond the end";
  record.servers[2].ede = {0, 22, 65535};
  Finding notimp(FindingCode::kNotimpOnCaa);
  notimp.host = "ns2.example.net";
  notimp.address = "2001:db8::2";
  notimp.zone = "example.com";
  notimp.evidence = "CAA NOTIMP, SOA NOERROR";
  record.findings = {notimp, Finding(FindingCode::kSingleServer)};
  record.decisions = {{"Let's Encrypt", false}, {"Example CA", true}};
  record.queries = 4;
  record.retries = 1;
  record.attempts = 2;
  record.elapsed = std::chrono::microseconds(31700);
  record.time = SampleTime();
  record.id = {R"({"ticket":[1,2.50,null]})"};
  record.order = {"7"};
  return record;
}

PersistReport ValidPersist() {
  PersistReport report;
  report.name = "_validation-persist.www.example.com";
  report.result = PersistResult::kValid;
  report.dnssec = DnssecStatus::kInsecure;
  report.ttl_s = 300;
  IssuanceRequest request;
  request.issuer_domains = {"ca.example"};
  for (const char* text :
       {"ca.example; accounturi=urn:a", "ca.example; accounturi=urn:b; persistUntil=1"}) {
    report.records.push_back(JudgePersistRecord(text, request, 2));
  }
  return report;
}

std::vector<RecordSample> RecordSamples() {
  std::vector<RecordSample> samples = {{"full", FullRecord()}};
  AddReasons(&samples);
  AddServerResults(&samples);
  AddDnssecStatuses(&samples);
  AddHostile(&samples);
  AddAcceptedFailure(&samples);
  AddPersist(&samples);
  AddPurposes(&samples);
  AddNxdomain(&samples);
  AddNumbers(&samples);
  return samples;
}

}  // namespace caascan
