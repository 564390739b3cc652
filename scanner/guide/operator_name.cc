// Tested by aggregate_test.cc.
#include "scanner/guide/operator_name.h"

#include "scanner/dns/name.h"

namespace caascan::guide {
namespace {

std::string_view HostAtFault(const record::RecordView& record) {
  std::string_view first;
  for (const record::ServerView& server : record.servers) {
    if (server.host.empty()) continue;
    if (IsFault(server.result)) return server.host;
    if (first.empty()) first = server.host;
  }
  if (!first.empty()) return first;
  for (const record::FindingView& finding : record.findings) {
    if (!finding.host.empty()) return finding.host;
  }
  return {};
}

}  // namespace

std::string OperatorOfHost(std::string_view host, const OperatorTable& table) {
  dns::Name name;
  if (dns::Name::FromText(host, &name) != dns::NameError::kNone) return std::string(host);
  name.ToLower();
  if (const Operator* const known = table.Find(name)) {
    return std::string(known->name);
  }
  std::string domain;
  RegistrableDomain(name).AppendText(&domain);
  return domain;
}

bool IsFault(std::string_view server_result) {
  return server_result != "answer" && server_result != "referral" && server_result != "blocked";
}

OperatorName OperatorOf(const record::RecordView& record, std::string* memory,
                        const OperatorTable& table) {
  if (!record.operator_name.empty()) return {record.operator_name, OperatorBasis::kRecord};
  const std::string_view host = HostAtFault(record);
  if (host.empty()) return {};
  *memory = OperatorOfHost(host, table);
  return {*memory, OperatorBasis::kHost};
}

}  // namespace caascan::guide
