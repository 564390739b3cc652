// The decision in three steps: an unknown critical property bars at once; the kind of property that
// counts is chosen (by the purpose, and for TLS by the wildcard); then each
// property of that kind has its say, and the first that authorizes wins. What the others said is
// kept in a handful of flags, from which the reason of a denial is read in a fixed order.
// Tested by decision_test.cc.
#include "caascan/caa.h"

#include <algorithm>
#include <array>

#include "scanner/caa/property.h"

namespace caascan {
namespace {

using caa::IssueValue;
using caa::TagKind;

constexpr std::array<std::string_view, kPurposeCount> kPurposeCodes = {"tls", "smime", "mark"};

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

bool IsIgnored(const caa::OnceParameter& parameter, const IssuanceRequest& request) {
  return parameter.count == 0 || request.parameters == ParameterRule::kIgnore;
}

/// RFC 8657 §3. A CA's account may have several URIs, and its parent account's may do (Baseline
/// Requirements 2.2.8).
bool AccountMatches(const IssueValue& property, const IssuanceRequest& request) {
  if (IsIgnored(property.account_uri, request)) return true;
  const std::vector<std::string>& uris = request.account_uris;
  return caa::CanMatchAccount(property) &&
         (uris.empty() ||
          std::find(uris.begin(), uris.end(), property.account_uri.value) != uris.end());
}

/// RFC 8657 §4, in the same way.
bool MethodMatches(const IssueValue& property, const IssuanceRequest& request) {
  if (IsIgnored(property.validation_methods, request)) return true;
  const std::vector<std::string>& methods = request.validation_methods;
  return caa::CanMatchMethod(property) &&
         (methods.empty() ||
          std::any_of(methods.begin(), methods.end(), [&property](const std::string& method) {
            return caa::ListsMethod(property.validation_methods.value, method);
          }));
}

/// Does the property with this value authorize the CA? If not, *denials learns why.
bool Authorizes(std::string_view value, const IssuanceRequest& request, Denials* denials) {
  const IssueValue property = caa::ReadIssueValue(value);
  if (NamesCa(property.issuer, request)) {
    if (property.form != IssueValue::Form::kSound) {
      denials->bad_parameters = true;
    } else if (!AccountMatches(property, request)) {
      denials->account_uri = true;
    } else if (!MethodMatches(property, request)) {
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

  const TagKind relevant = caa::RelevantKind(request.purpose, request.wildcard, has_issuewild);
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

std::string_view PurposeCode(Purpose purpose) {
  return kPurposeCodes[static_cast<size_t>(purpose)];
}

std::optional<Purpose> FindPurpose(std::string_view code) {
  const auto* found = std::find(kPurposeCodes.begin(), kPurposeCodes.end(), code);
  if (found == kPurposeCodes.end()) return std::nullopt;
  return static_cast<Purpose>(found - kPurposeCodes.begin());
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
