// Tested by findings_test.cc.
#include "scanner/diagnose/findings.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "scanner/guide/operators.h"

namespace caascan::diagnose {
namespace {

std::optional<FindingCode> CodeOf(query::Observation::Kind kind) {
  using Kind = query::Observation::Kind;
  switch (kind) {
    case Kind::kDataWithoutAuthority:
      return FindingCode::kLameNotAuthoritative;
    case Kind::kNegativeWithoutSoa:
      return FindingCode::kNegativeWithoutSoa;
    case Kind::kNegativeSoaWrongZone:
      return FindingCode::kNegativeSoaWrongZone;
    case Kind::kEdnsFormerr:
      return FindingCode::kEdnsFormerr;
    case Kind::kEdnsBadvers:
      return FindingCode::kEdnsBadvers;
    case Kind::kEdnsNotEchoed:
      return FindingCode::kEdnsNotEchoed;
    case Kind::kEdnsOptionRejected:
      return FindingCode::kEdnsOptionRejected;
    case Kind::kQuestionChanged:
      return FindingCode::kQuestionChanged;
    case Kind::kQuestionMissing:
      return FindingCode::kQuestionMissing;
    case Kind::kCaseChanged:
      return FindingCode::kCaseChanged;
    case Kind::kSourceChanged:
      return FindingCode::kIdOrPortChanged;
    case Kind::kCnameWithOtherData:
      return FindingCode::kCnameWithOtherData;
    case Kind::kTruncatedNoTcp:
      return FindingCode::kTruncatedNoTcp;
    case Kind::kSpecialAddress:
      return FindingCode::kServerAddressSpecial;
    case Kind::kRateLimited:
      return FindingCode::kRateLimited;
    case Kind::kCaseSensitive:
      return FindingCode::kCaseSensitiveServer;
    case Kind::kGlueMismatch:
      return FindingCode::kGlueMismatch;
    case Kind::kResolverLies:
      return FindingCode::kResolverLies;
    case Kind::kResolverDown:
      return FindingCode::kResolverDown;
    case Kind::kNxdomainAboveExisting:
      return FindingCode::kNxdomainAboveExisting;
  }
  return std::nullopt;
}

/// The zone in which its domain would be registered says that its name does not exist.
bool IsUnregistered(const query::Attempt& attempt) {
  if (!attempt.host || attempt.denied_labels == 0) return false;
  const dns::NameView host = attempt.host->view();
  return guide::RegistrableDomain(host).IsBelow(host.suffix(attempt.denied_labels));
}

/// Of a server whose address was not found.
std::optional<FindingCode> CodeOfUnresolved(const query::Attempt& attempt, query::Look look) {
  if (attempt.no_such_host) {
    return IsUnregistered(attempt) ? FindingCode::kServerDomainUnregistered
                                   : FindingCode::kServerNxdomain;
  }
  // No server is blamed at first sight for what was not said, nor ever for silence elsewhere.
  if (attempt.other_family || attempt.unheard || (attempt.unproven && !IsPatient(look))) {
    return std::nullopt;
  }
  if (attempt.lacks_glue) return FindingCode::kGlueMissing;
  if (attempt.circular) return FindingCode::kDelegationCircular;
  return attempt.is_alias ? FindingCode::kServerIsAlias : FindingCode::kServerUnresolvable;
}

/// nullopt where the result alone proves nothing.
std::optional<FindingCode> CodeOf(const query::Attempt& attempt, query::Look look) {
  // A resolver is no server that a delegation names. What it does wrong is observed.
  if (attempt.by_resolver && attempt.result != ServerResult::kMalformed) return std::nullopt;
  switch (attempt.result) {
    case ServerResult::kMalformed:
      return FindingCode::kResponseMalformed;
    case ServerResult::kTruncated:  // Over TCP too, then.
      if (attempt.detail.empty()) return std::nullopt;
      return FindingCode::kResponseMalformed;
    case ServerResult::kNotAuthoritative:
      return FindingCode::kLameNotAuthoritative;
    case ServerResult::kUpwardReferral:
      return FindingCode::kLameUpwardReferral;
    case ServerResult::kUnresolved:
      return CodeOfUnresolved(attempt, look);
    case ServerResult::kUnreachable:
      return attempt.peer != nullptr && attempt.peer->streams_only()
                 ? FindingCode::kTcpUnavailable
                 : FindingCode::kServerUnreachable;
    default:
      return std::nullopt;
  }
}

void AddOnce(std::optional<FindingCode> code, const std::optional<dns::CompactName>& host,
             const net::Peer* peer, const std::string& evidence, std::vector<Finding>* findings) {
  if (!code) return;
  Finding finding(*code);
  finding.host = query::NameText(host);
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

void AddFindings(const query::Account& account, std::vector<Finding>* findings) {
  for (const query::Observation& observation : account.observations) {
    // It closed connections while it was busy, and has answered since.
    if (observation.kind == query::Observation::Kind::kTruncatedNoTcp &&
        observation.peer != nullptr && observation.peer->has_answered_over_tcp()) {
      continue;
    }
    AddOnce(CodeOf(observation.kind), observation.host, observation.peer, observation.evidence,
            findings);
  }
  for (const query::Attempt& attempt : account.attempts) {
    if (attempt.local_fault) continue;
    AddOnce(CodeOf(attempt, account.look), attempt.host, attempt.peer, attempt.detail, findings);
  }
}

void AddClimbFindings(dns::NameView upper_name, const query::CaaAnswer& upper,
                      const query::CaaAnswer& lower, std::vector<Finding>* findings) {
  if (!upper.nxdomain || lower.nxdomain || !upper.zone || upper.zone != lower.zone) return;
  // Behind an alias another name is spoken of.
  if (!upper.cname.empty() || !lower.cname.empty()) return;
  Finding finding(FindingCode::kNxdomainAboveExisting);
  finding.zone = query::NameText(upper.zone);
  finding.evidence = absl::StrCat("NXDOMAIN for ", upper_name.ToText(),
                                  ", NOERROR for the name below it that was asked");
  AddFinding(finding, findings);
}

void AddAliasFindings(dns::NameView name, const query::CaaAnswer& answer,
                      std::vector<Finding>* findings) {
  if (answer.failure != Reason::kAliasLoop || answer.cname.empty()) return;
  const dns::CompactName& last = answer.cname.back();
  const bool loops =
      last.view() == name || std::count(answer.cname.begin(), answer.cname.end(), last) > 1;
  Finding finding(loops ? FindingCode::kAliasLoop : FindingCode::kAliasTooLong);
  finding.zone = query::NameText(answer.zone);
  const std::string text = last.view().ToText();
  finding.evidence = loops ? absl::StrCat("the aliases come back to ", text)
                           : absl::StrCat("after ", answer.cname.size(), " aliases they lead to ",
                                          text, ", an alias again");
  AddFinding(finding, findings);
}

}  // namespace caascan::diagnose
