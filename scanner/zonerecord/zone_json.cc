// How a zone's line is written. Tested by zone_record_test.cc.
#include <chrono>
#include <set>

#include "scanner/record/json_text.h"
#include "scanner/zonerecord/zone_record.h"

namespace caascan::zonerecord {
namespace {

using record::AppendJsonString;
using record::AppendUnsigned;

void AppendText(std::string_view key, std::string_view text, std::string* out) {
  if (text.empty()) return;
  out->append(key);
  AppendJsonString(text, out);
}

void AppendNumber(std::string_view key, uint64_t number, std::string* out) {
  out->append(key);
  AppendUnsigned(number, out);
}

void AppendFlag(std::string_view key, bool flag, std::string* out) {
  out->append(key).append(flag ? "true" : "false");
}

void AppendTime(std::string_view key, int64_t ms, std::string* out) {
  out->append(key);
  record::AppendJsonTime(std::chrono::system_clock::time_point(std::chrono::milliseconds(ms)), out);
}

/// `append` is called for each of them.
template <typename List, typename Append>
void AppendList(std::string_view key, const List& list, const Append& append, std::string* out) {
  if (list.empty()) return;
  out->append(key);
  char separator = '[';
  for (const auto& each : list) {
    out->push_back(separator);
    append(each);
    separator = ',';
  }
  out->push_back(']');
}

void AppendTexts(std::string_view key, const std::vector<std::string>& texts, std::string* out) {
  AppendList(
      key, texts, [out](const std::string& text) { AppendJsonString(text, out); }, out);
}

void AppendServer(const ZoneServer& server, std::string* out) {
  AppendFlag(R"({"asked":)", server.asked, out);
  AppendText(R"(,"host":)", server.host, out);
  AppendText(R"(,"address":)", server.address, out);
  if (server.asked) AppendFlag(R"(,"answers":)", server.answers, out);
  AppendTexts(R"(,"fails":)", server.fails, out);
  if (server.serial) AppendNumber(R"(,"serial":)", *server.serial, out);
  if (server.asn != 0) AppendNumber(R"(,"asn":)", server.asn, out);
  AppendText(R"(,"country":)", server.country, out);
  out->push_back('}');
}

void AppendServers(const ZoneRecord& record, std::string* out) {
  AppendList(R"(,"servers":)", record.servers,
             [out](const ZoneServer& server) { AppendServer(server, out); }, out);
  if (record.servers.empty()) return;
  const ServerTally tally = TallyOf(record);
  AppendNumber(R"(,"servers_asked":)", tally.asked, out);
  AppendNumber(R"(,"servers_answering":)", tally.answering, out);
  AppendNumber(R"(,"servers_failing":)", tally.failing, out);
  std::set<std::string> v4;
  std::set<std::string> v6;
  std::set<std::string> networks;
  for (const ZoneServer& server : record.servers) {
    std::string network = NetworkText(server.address);
    if (network.empty()) continue;
    (network.find(':') == std::string::npos ? v4 : v6).insert(server.address);
    networks.insert(std::move(network));
  }
  AppendNumber(R"(,"ipv4":)", v4.size(), out);
  AppendNumber(R"(,"ipv6":)", v6.size(), out);
  AppendTexts(R"(,"networks":)", {networks.begin(), networks.end()}, out);
}

void AppendDs(const ZoneDs& ds, std::string* out) {
  AppendNumber(R"({"tag":)", ds.tag, out);
  AppendNumber(R"(,"algorithm":)", ds.algorithm, out);
  AppendNumber(R"(,"digest_type":)", ds.digest_type, out);
  out->push_back('}');
}

void AppendKey(const ZoneKey& key, std::string* out) {
  AppendNumber(R"({"tag":)", key.tag, out);
  AppendNumber(R"(,"algorithm":)", key.algorithm, out);
  if (key.bits != 0) AppendNumber(R"(,"bits":)", key.bits, out);
  AppendNumber(R"(,"flags":)", key.flags, out);
  out->push_back('}');
}

void AppendDenial(const ZoneDenial& denial, std::string* out) {
  out->append(denial.nsec3 ? R"(,"denial":{"kind":"nsec3")" : R"(,"denial":{"kind":"nsec")");
  if (denial.nsec3) {
    AppendNumber(R"(,"iterations":)", denial.iterations, out);
    AppendNumber(R"(,"salt_length":)", denial.salt_length, out);
    AppendFlag(R"(,"opt_out":)", denial.opt_out, out);
  }
  out->push_back('}');
}

void AppendSecurity(const ZoneRecord& record, std::string* out) {
  AppendText(R"(,"dnssec":)", record.dnssec, out);
  AppendFlag(R"(,"signed":)", record.is_signed, out);
  AppendList(R"(,"ds":)", record.ds, [out](const ZoneDs& ds) { AppendDs(ds, out); }, out);
  AppendList(R"(,"dnskey":)", record.dnskey, [out](const ZoneKey& key) { AppendKey(key, out); },
             out);
  if (record.denial) AppendDenial(*record.denial, out);
  if (record.signature) {
    AppendTime(R"(,"signature":{"ends":)", record.signature->ends_s * 1000, out);
    AppendText(R"(,"type":)", record.signature->type, out);
    AppendNumber(R"(,"ttl":)", record.signature->ttl_s, out);
    out->push_back('}');
  }
  if (record.cds) AppendFlag(R"(,"cds":)", *record.cds, out);
  if (record.cdnskey) AppendFlag(R"(,"cdnskey":)", *record.cdnskey, out);
}

}  // namespace

void AppendZoneJson(const ZoneRecord& record, std::string* out) {
  out->append(R"({"zone":)");
  AppendJsonString(record.zone, out);
  AppendText(R"(,"parent":)", record.parent, out);
  AppendTexts(R"(,"parent_ns":)", record.parent_ns, out);
  AppendTexts(R"(,"child_ns":)", record.child_ns, out);
  if (!record.parent_ns.empty() && !record.child_ns.empty()) {
    AppendText(R"(,"ns_class":)", NsClassCode(ClassOf(record.parent_ns, record.child_ns)), out);
  }
  AppendServers(record, out);
  AppendSecurity(record, out);
  AppendText(R"(,"report_channel":)", record.report_channel, out);
  AppendText(R"(,"operator":)", record.operator_name, out);
  AppendTexts(R"(,"findings":)", record.findings, out);
  AppendTime(R"(,"time":)", record.time_ms, out);
  out->push_back('}');
}

}  // namespace caascan::zonerecord
