// Tested by findings_test.cc.
#include "scanner/diagnose/findings.h"

#include <algorithm>
#include <string_view>

namespace caascan::diagnose {
namespace {

std::string_view CodeOf(resolve::Observation::Kind kind) {
  using Kind = resolve::Observation::Kind;
  switch (kind) {
    case Kind::kDataWithoutAuthority:
      return "lame_not_authoritative";
    case Kind::kNegativeWithoutSoa:
      return "negative_without_soa";
    case Kind::kNegativeSoaWrongZone:
      return "negative_soa_wrong_zone";
    case Kind::kEdnsFormerr:
      return "edns_formerr";
    case Kind::kEdnsBadvers:
      return "edns_badvers";
    case Kind::kQuestionChanged:
      return "question_changed";
    case Kind::kCaseChanged:
      return "case_changed";
    case Kind::kSourceChanged:
      return "id_or_port_changed";
    case Kind::kTruncatedNoTcp:
      return "truncated_no_tcp";
    case Kind::kSpecialAddress:
      return "server_address_special";
    case Kind::kRateLimited:
      return "rate_limited";
  }
  return "";
}

/// Empty where the result alone proves nothing.
std::string_view CodeOf(ServerResult result) {
  switch (result) {
    case ServerResult::kMalformed:
      return "response_malformed";
    case ServerResult::kNotAuthoritative:
      return "lame_not_authoritative";
    case ServerResult::kUpwardReferral:
      return "lame_upward_referral";
    case ServerResult::kUnresolved:
      return "server_unresolvable";
    case ServerResult::kUnreachable:
      return "server_unreachable";
    default:
      return "";
  }
}

void AddOnce(std::string_view code, const std::string& host, const net::Peer* peer,
             const std::string& evidence, std::vector<Finding>* findings) {
  if (code.empty()) return;
  Finding finding;
  finding.code = code;
  finding.host = host;
  if (peer != nullptr) finding.address = peer->address().ToText();
  finding.evidence = evidence;
  const auto same = [&finding](const Finding& other) {
    return other.code == finding.code && other.host == finding.host &&
           other.address == finding.address;
  };
  if (std::none_of(findings->begin(), findings->end(), same)) {
    findings->push_back(std::move(finding));
  }
}

}  // namespace

void AddZoneFinding(const Finding& finding, std::vector<Finding>* findings) {
  const auto same = [&finding](const Finding& other) {
    return other.code == finding.code && other.zone == finding.zone;
  };
  if (std::none_of(findings->begin(), findings->end(), same)) findings->push_back(finding);
}

void AddFindings(const resolve::Account& account, std::vector<Finding>* findings) {
  for (const resolve::Observation& observation : account.observations) {
    AddOnce(CodeOf(observation.kind), observation.host, observation.peer, {}, findings);
  }
  for (const resolve::Attempt& attempt : account.attempts) {
    if (attempt.local_fault) continue;
    AddOnce(CodeOf(attempt.result), attempt.host, attempt.peer, attempt.detail, findings);
  }
}

}  // namespace caascan::diagnose
