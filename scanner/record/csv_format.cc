// Tested by csv_format_test.cc, and end to end by csv_output_test.py.
#include "scanner/record/csv_format.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "scanner/record/csv_text.h"
#include "scanner/record/json_text.h"
#include "scanner/record/validity.h"

namespace caascan::record {
namespace {

constexpr std::string_view kCsvHeader =
    "name,input,outcome,reason,may_issue,would_issue,nxdomain,dnssec,caa_owner,caa_ttl,caa,cname,"
    "failed_at,zone,operator,servers,ede,findings,decisions,valid_until,queries,retries,attempts,"
    "elapsed_ms,time,id,order,rank,input_columns,line,detail,for,"
    "persist,persist_reason,persist_records\r\n";

/// Puts one field behind another. Keeps one text for those that are made of parts.
class Row {
 public:
  explicit Row(std::string* out) : out_(out) {}

  void Text(std::string_view text) {
    Separate();
    AppendOneLineCsvField(text, out_);
  }
  void Number(uint64_t number) {
    Separate();
    AppendUnsigned(number, out_);
  }
  void Bool(bool value) { Text(value ? "true" : "false"); }
  void Duration(std::chrono::microseconds value) {
    Separate();
    AppendMilliseconds(value, out_);
  }
  /// Without the quotes of JSON.
  void Time(std::chrono::system_clock::time_point time) {
    parts_.clear();
    AppendJsonTime(time, &parts_);
    Text(std::string_view(parts_).substr(1, parts_.size() - 2));
  }
  /// What `append(element, text)` writes for each element, `between` them.
  template <typename Elements, typename Append>
  void List(const Elements& elements, std::string_view between, const Append& append) {
    parts_.clear();
    for (const auto& element : elements) {
      if (!parts_.empty()) parts_.append(between);
      append(element, &parts_);
    }
    Text(parts_);
  }

 private:
  void Separate() {
    if (!first_) out_->push_back(',');
    first_ = false;
  }

  std::string* const out_;
  std::string parts_;
  bool first_ = true;
};

/// As in a zone file, between quotes: what is not printable ASCII, a quote and a backslash are
/// \DDD.
void AppendQuotable(std::string_view octets, std::string* out) {
  for (const char c : octets) {
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
      out->push_back(c);
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out->push_back('\\');
    for (const int digit : {octet / 100, octet / 10 % 10, octet % 10}) {
      out->push_back(static_cast<char>('0' + digit));
    }
  }
}

void AppendCaa(const CaaRecord& record, std::string* out) {
  AppendUnsigned(record.flags, out);
  out->push_back(' ');
  AppendQuotable(record.tag, out);
  out->append(" \"");
  AppendQuotable(record.value, out);
  out->push_back('"');
}

void AppendServer(const ServerReport& server, std::string* out) {
  for (const std::string* part : {&server.host, &server.address}) {
    if (!part->empty()) out->append(*part).push_back(' ');
  }
  out->append(ServerResultCode(server.result));
  if (server.result != ServerResult::kRcode) return;
  out->push_back('_');
  AppendUnsigned(server.rcode, out);
}

/// Each once.
void AppendErrors(const std::vector<ServerReport>& servers, Row* row) {
  std::vector<uint16_t> codes;
  for (const ServerReport& server : servers) {
    for (const uint16_t code : server.ede) {
      if (std::find(codes.begin(), codes.end(), code) == codes.end()) codes.push_back(code);
    }
  }
  row->List(codes, " ", [](uint16_t code, std::string* to) { AppendUnsigned(code, to); });
}

void AppendDecision(const std::pair<std::string, bool>& decision, std::string* out) {
  out->append(decision.first).append(decision.second ? ": permit" : ": deny");
}

void AppendSet(const std::optional<CaaRrset>& caa, Row* row) {
  if (!caa) {
    for (int i = 0; i < 3; ++i) row->Text("");
    return;
  }
  row->Text(caa->owner);
  row->Number(caa->ttl_s);
  row->List(caa->records, "; ", AppendCaa);
}

void AppendPersist(const std::optional<PersistReport>& persist, Row* row) {
  if (!persist) {
    for (int i = 0; i < 3; ++i) row->Text("");
    return;
  }
  row->Text(PersistResultCode(persist->result));
  row->Text(persist->result == PersistResult::kFailed ? ReasonCode(persist->failure) : "");
  row->List(persist->records, "; ", [](const PersistRecord& record, std::string* to) {
    to->push_back('"');
    AppendQuotable(record.text, to);
    to->push_back('"');
  });
}

}  // namespace

std::string_view CsvFormat::header() const { return kCsvHeader; }

void CsvFormat::Append(const Record& record, std::string* out) const {
  Row row(out);
  const auto same = [](std::string_view text, std::string* to) { to->append(text); };
  row.Text(record.name);
  row.Text(record.input);
  row.Text(OutcomeCode(record.outcome()));
  row.Text(ReasonCode(record.reason));
  row.Bool(record.may_issue);
  row.Bool(record.would_issue);
  row.Bool(record.nxdomain);
  row.Text(DnssecStatusCode(record.dnssec));
  AppendSet(record.caa, &row);
  row.List(record.cname, " ", same);
  row.Text(record.failed_at);
  row.Text(record.zone);
  row.Text(record.operator_name);
  row.List(record.servers, "; ", AppendServer);
  AppendErrors(record.servers, &row);
  row.List(record.findings, " ", [](const Finding& finding, std::string* to) {
    to->append(FindingCodeText(finding.code));
  });
  row.List(record.decisions, "; ", AppendDecision);
  if (IsDecided(record.outcome())) {
    row.Time(record.time + ValidityOf(record.caa ? record.caa->ttl_s : 0));
  } else {
    row.Text("");
  }
  row.Number(record.queries);
  row.Number(record.retries);
  row.Number(record.attempts);
  row.Duration(record.elapsed);
  row.Time(record.time);
  row.Text(record.id.text);
  row.Text(record.order.text);
  if (record.rank.has_value()) {
    row.Number(*record.rank);
  } else {
    row.Text("");
  }
  row.Text(record.input_columns.text);
  if (record.line != 0) {
    row.Number(record.line);
  } else {
    row.Text("");
  }
  row.Text(record.detail);
  row.Text(PurposeCode(record.purpose));
  AppendPersist(record.persist, &row);
  out->append("\r\n");
}

}  // namespace caascan::record
