// Tested by findings_test.cc.
#include "scanner/diagnose/findings.h"

#include <absl/strings/str_cat.h>

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
    case Kind::kEdnsNotEchoed:
      return "edns_not_echoed";
    case Kind::kEdnsOptionRejected:
      return "edns_option_rejected";
    case Kind::kQuestionChanged:
      return "question_changed";
    case Kind::kCaseChanged:
      return "case_changed";
    case Kind::kSourceChanged:
      return "id_or_port_changed";
    case Kind::kCnameWithOtherData:
      return "cname_with_other_data";
    case Kind::kTruncatedNoTcp:
      return "truncated_no_tcp";
    case Kind::kSpecialAddress:
      return "server_address_special";
    case Kind::kRateLimited:
      return "rate_limited";
    case Kind::kCaseSensitive:
      return "case_sensitive_server";
    case Kind::kGlueMismatch:
      return "glue_mismatch";
    case Kind::kResolverLies:
      return "resolver_lies";
  }
  return "";
}

/// Empty where the result alone proves nothing.
std::string_view CodeOf(const resolve::Attempt& attempt, bool patient) {
  switch (attempt.result) {
    case ServerResult::kMalformed:
      return "response_malformed";
    case ServerResult::kTruncated:  // Over TCP too, then.
      return attempt.detail.empty() ? "" : "response_malformed";
    case ServerResult::kNotAuthoritative:
      return "lame_not_authoritative";
    case ServerResult::kUpwardReferral:
      return "lame_upward_referral";
    case ServerResult::kUnresolved:
      if (attempt.no_such_host) return "server_nxdomain";
      // Nobody is accused at first sight of what nobody has said, nor ever of silence elsewhere.
      if (attempt.other_family || attempt.unheard || (attempt.unproven && !patient)) return "";
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

void AddFinding(const Finding& finding, std::vector<Finding>* findings) {
  const auto same = [&finding](const Finding& other) {
    return other.code == finding.code && other.host == finding.host &&
           other.address == finding.address && other.zone == finding.zone;
  };
  if (std::none_of(findings->begin(), findings->end(), same)) findings->push_back(finding);
}

void AddFindings(const resolve::Account& account, std::vector<Finding>* findings) {
  for (const resolve::Observation& observation : account.observations) {
    // It closed connections while it was busy, and has answered since.
    if (observation.kind == resolve::Observation::Kind::kTruncatedNoTcp &&
        observation.peer != nullptr && observation.peer->has_answered_over_tcp()) {
      continue;
    }
    AddOnce(CodeOf(observation.kind), observation.host, observation.peer, observation.evidence,
            findings);
  }
  for (const resolve::Attempt& attempt : account.attempts) {
    if (attempt.local_fault) continue;
    AddOnce(CodeOf(attempt, account.patient), attempt.host, attempt.peer, attempt.detail, findings);
  }
}

void AddClimbFindings(dns::NameView upper_name, const resolve::CaaAnswer& upper,
                      const resolve::CaaAnswer& lower, std::vector<Finding>* findings) {
  if (!upper.nxdomain || lower.nxdomain || upper.zone.empty() || upper.zone != lower.zone) return;
  // Behind an alias another name is spoken of.
  if (!upper.cname.empty() || !lower.cname.empty()) return;
  Finding finding;
  finding.code = "nxdomain_above_existing";
  finding.zone = upper.zone;
  finding.evidence = absl::StrCat("NXDOMAIN for ", upper_name.ToText(),
                                  ", NOERROR for the name below it that was asked");
  AddFinding(finding, findings);
}

void AddAliasFindings(std::string_view name, const resolve::CaaAnswer& answer,
                      std::vector<Finding>* findings) {
  if (answer.failure != Reason::kAliasLoop || answer.cname.empty()) return;
  const std::string& last = answer.cname.back();
  const bool loops = last == name || std::count(answer.cname.begin(), answer.cname.end(), last) > 1;
  Finding finding;
  finding.code = loops ? "alias_loop" : "alias_too_long";
  finding.zone = answer.zone;
  finding.evidence = loops ? absl::StrCat("the aliases come back to ", last)
                           : absl::StrCat("after ", answer.cname.size(), " aliases they lead to ",
                                          last, ", an alias again");
  AddFinding(finding, findings);
}

}  // namespace caascan::diagnose
