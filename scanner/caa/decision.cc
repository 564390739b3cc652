// The decision in three steps: an unknown critical property bars at once; the kind of property that
// counts is chosen (issuewild where the request is for a wildcard and the set has one); then each
// property of that kind has its say, and the first that authorizes wins. What the others said is
// kept in a handful of flags, from which the reason of a denial is read in a fixed order.
// Tested by decision_test.cc.
#include "caascan/caa.h"

#include <algorithm>

#include "scanner/caa/property.h"

namespace caascan {
namespace {

using caa::IssueValue;
using caa::TagKind;

/// What the properties that do not authorize said.
struct Denials {
  bool bad_parameters = false;  // A property names the CA, these three.
  bool account_uri = false;
  bool validation_method = false;
  bool other_issuer = false;
  bool nobody = false;
};

bool NamesCa(std::string_view issuer, const IssuanceRequest& request) {
  return !issuer.empty() &&
         std::any_of(request.issuer_domains.begin(), request.issuer_domains.end(),
                     [issuer](const std::string& domain) {
                       return caa::EqualIgnoringCase(domain, issuer);
                     });
}

/// RFC 8657 §3: absent, any account will do; twice or ill-formed, none will.
bool AccountMatches(const caa::OnceParameter& parameter, const IssuanceRequest& request) {
  if (parameter.count == 0) return true;
  if (parameter.count > 1 || !caa::IsUri(parameter.value)) return false;
  return !request.account_uri || *request.account_uri == parameter.value;
}

/// RFC 8657 §4, in the same way.
bool MethodMatches(const caa::OnceParameter& parameter, const IssuanceRequest& request) {
  if (parameter.count == 0) return true;
  if (parameter.count > 1 || !caa::IsMethodList(parameter.value)) return false;
  return !request.validation_method ||
         caa::ListsMethod(parameter.value, *request.validation_method);
}

/// Does the property with this value authorize the CA? If not, *denials learns why.
bool Authorizes(std::string_view value, const IssuanceRequest& request, Denials* denials) {
  const IssueValue property = caa::ReadIssueValue(value);
  if (NamesCa(property.issuer, request)) {
    if (property.form != IssueValue::Form::kSound) {
      denials->bad_parameters = true;
    } else if (!AccountMatches(property.account_uri, request)) {
      denials->account_uri = true;
    } else if (!MethodMatches(property.validation_methods, request)) {
      denials->validation_method = true;
    } else {
      return true;
    }
  } else if (!property.issuer.empty()) {
    denials->other_issuer = true;
  } else if (property.form == IssueValue::Form::kSound) {
    denials->nobody = true;
  }
  return false;
}

DecisionReason ReasonOf(const Denials& denials) {
  if (denials.bad_parameters) return DecisionReason::kMalformedProperty;
  if (denials.account_uri) return DecisionReason::kAccountUriMismatch;
  if (denials.validation_method) return DecisionReason::kValidationMethodMismatch;
  if (denials.other_issuer) return DecisionReason::kIssuerNotAuthorized;
  // Where all that can be read is empty, the owner has forbidden issuance, whatever else is there.
  if (denials.nobody) return DecisionReason::kIssuanceForbidden;
  return DecisionReason::kMalformedProperty;
}

}  // namespace

Decision Decide(std::span<const CaaRecord> rrset, const IssuanceRequest& request) {
  if (rrset.empty()) return {true, DecisionReason::kNoCaa};

  bool has_issuewild = false;
  for (const CaaRecord& record : rrset) {
    const TagKind kind = caa::ClassifyTag(record.tag);
    // RFC 8659 §4.1, §5.2: a property that must be understood and is not.
    if (kind == TagKind::kUnknown && caa::IsCritical(record.flags)) {
      return {false, DecisionReason::kUnknownCriticalProperty};
    }
    has_issuewild = has_issuewild || kind == TagKind::kIssueWild;
  }

  // RFC 8659 §4.3: issuewild is ignored for plain names, and replaces issue for wildcards.
  const TagKind relevant =
      request.wildcard && has_issuewild ? TagKind::kIssueWild : TagKind::kIssue;
  bool any = false;
  Denials denials;
  for (const CaaRecord& record : rrset) {
    if (caa::ClassifyTag(record.tag) != relevant) continue;
    any = true;
    if (Authorizes(record.value, request, &denials)) {
      return {true, DecisionReason::kIssuerAuthorized};
    }
  }
  if (!any) return {true, DecisionReason::kNoIssueProperty};
  return {false, ReasonOf(denials)};
}

std::string_view DecisionReasonCode(DecisionReason reason) {
  switch (reason) {
    case DecisionReason::kNoCaa:
      return "no_caa";
    case DecisionReason::kIssuerAuthorized:
      return "issuer_authorized";
    case DecisionReason::kNoIssueProperty:
      return "no_issue_property";
    case DecisionReason::kIssuerNotAuthorized:
      return "issuer_not_authorized";
    case DecisionReason::kIssuanceForbidden:
      return "issuance_forbidden";
    case DecisionReason::kUnknownCriticalProperty:
      return "unknown_critical_property";
    case DecisionReason::kAccountUriMismatch:
      return "account_uri_mismatch";
    case DecisionReason::kValidationMethodMismatch:
      return "validation_method_mismatch";
    case DecisionReason::kMalformedProperty:
      return "malformed_property";
  }
  return "unknown";
}

}  // namespace caascan
