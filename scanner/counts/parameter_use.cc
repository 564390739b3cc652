// Tested by parameter_use_test.cc and report_totals_test.py.
#include "scanner/counts/parameter_use.h"

#include <algorithm>

namespace caascan::counts {

void ParameterUse::Begin(Purpose purpose, bool wildcard) {
  purpose_ = purpose;
  wildcard_ = wildcard;
  has_issuewild_ = false;
  barred_ = false;
  issuers_.clear();
}

void ParameterUse::Add(caa::TagKind kind, std::string_view issuer, const caa::IssueValue& value) {
  has_issuewild_ = has_issuewild_ || kind == caa::TagKind::kIssueWild;
  if (issuer.empty() || value.form != caa::IssueValue::Form::kSound) return;
  auto found = std::find_if(issuers_.begin(), issuers_.end(), [&](const Issuer& known) {
    return known.kind == kind && known.domain == issuer;
  });
  if (found == issuers_.end()) {
    found = issuers_.insert(issuers_.end(), {.domain = std::string(issuer), .kind = kind});
  }
  const bool account = value.account_uri.count > 0;
  const bool method = value.validation_methods.count > 0;
  const bool nobody = !caa::CanMatchAccount(value) || !caa::CanMatchMethod(value);
  found->all_accounturi = found->all_accounturi && account;
  found->all_validationmethods = found->all_validationmethods && method;
  found->all_either = found->all_either && (account || method);
  found->all_nobody = found->all_nobody && nobody;
}

void ParameterUse::End(bool missing, BoundedTable<ParameterRow>* rows) {
  if (barred_) return;
  const caa::TagKind relevant = caa::RelevantKind(purpose_, wildcard_, has_issuewild_);
  for (const Issuer& issuer : issuers_) {
    if (issuer.kind != relevant || !issuer.all_either) continue;
    ParameterRow* const row = rows->Find(issuer.domain);
    ++row->names;
    row->accounturi += issuer.all_accounturi ? 1 : 0;
    row->validationmethods += issuer.all_validationmethods ? 1 : 0;
    row->nobody += issuer.all_nobody ? 1 : 0;
    row->missing += missing ? 1 : 0;
  }
}

}  // namespace caascan::counts
