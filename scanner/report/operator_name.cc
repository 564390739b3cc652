// Tested by operator_name_test.cc.
#include "scanner/report/operator_name.h"

#include <libpsl.h>

namespace caascan::report {
namespace {

constexpr size_t kMaxHostSize = 255;

std::string_view HostAtFault(const RecordView& record) {
  std::string_view first;
  for (const ServerView& server : record.servers) {
    if (server.host.empty()) continue;
    if (IsFault(server.result)) return server.host;
    if (first.empty()) first = server.host;
  }
  if (!first.empty()) return first;
  for (const FindingView& finding : record.findings) {
    if (!finding.host.empty()) return finding.host;
  }
  return {};
}

}  // namespace

bool IsFault(std::string_view server_result) {
  return server_result != "answer" && server_result != "referral" && server_result != "blocked";
}

std::string_view RegistrableDomain(const std::string& host) {
  const psl_ctx_t* const list = psl_builtin();
  const bool plain = host.find('\0') == std::string::npos && host.size() <= kMaxHostSize;
  const char* const domain =
      list != nullptr && plain ? psl_registrable_domain(list, host.c_str()) : nullptr;
  return domain == nullptr ? std::string_view(host) : std::string_view(domain);
}

OperatorName OperatorOf(const RecordView& record) {
  if (!record.operator_name.empty()) {
    return {std::string(record.operator_name), OperatorBasis::kRecord};
  }
  const std::string host(HostAtFault(record));
  if (host.empty()) return {};
  return {std::string(RegistrableDomain(host)), OperatorBasis::kHost};
}

}  // namespace caascan::report
