// Tested by terms_test.cc.
#include "scanner/serve/terms.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "caascan/ca_set.h"
#include "caascan/known_cas.h"

namespace caascan::serve {
namespace {

absl::Status Wrong(const std::string& name, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", why));
}

absl::Status TakeIssuers(Query* query, IssuanceRequest* request) {
  const std::vector<std::string> cas = TakeAll("ca", query);
  const std::vector<std::string> on_failure = TakeAll("on_failure", query);
  if (!cas.empty()) {
    request->issuer_domains.clear();
    for (const std::string& ca : cas) {
      const auto domains = IssuerDomainsOf(ca);
      if (!domains.ok()) return Wrong("ca", std::string(domains.status().message()));
      request->issuer_domains.insert(request->issuer_domains.end(), domains->begin(),
                                     domains->end());
    }
    request->uses_exception = UsesException(request->issuer_domains);
  }
  for (const std::string& text : on_failure) {
    if (text == "ca") {
      request->uses_exception = UsesException(request->issuer_domains);
    } else if (text == "refuse" || text == "baseline") {
      request->uses_exception = text == "baseline";
    } else {
      return Wrong("on_failure", "is ca, refuse or baseline");
    }
  }
  return absl::OkStatus();
}

absl::Status TakeFlag(const std::string& name, Query* query, bool* flag) {
  for (const std::string& value : TakeAll(name, query)) {
    const auto parsed = ParseFlag(name, value);
    if (!parsed.ok()) return parsed.status();
    *flag = *parsed;
  }
  return absl::OkStatus();
}

absl::Status TakePurpose(Query* query, IssuanceRequest* request) {
  for (const std::string& code : TakeAll("for", query)) {
    const auto purpose = FindPurpose(code);
    if (!purpose) return Wrong("for", "is tls, smime or mark");
    request->purpose = *purpose;
  }
  return absl::OkStatus();
}

absl::Status TakeAlso(Query* query, bool* persist) {
  for (const std::string& what : TakeAll("also", query)) {
    if (what != "persist") return Wrong("also", "is persist");
    *persist = true;
  }
  return absl::OkStatus();
}

/// In place of the usual ones, where there are any.
void TakeAllInto(const std::string& name, Query* query, std::vector<std::string>* values) {
  std::vector<std::string> taken = TakeAll(name, query);
  if (!taken.empty()) *values = std::move(taken);
}

}  // namespace

std::vector<std::string> TakeAll(const std::string& name, Query* query) {
  std::vector<std::string> values;
  for (const auto& [key, value] : *query) {
    if (key == name) values.push_back(value);
  }
  std::erase_if(*query, [&name](const auto& member) { return member.first == name; });
  return values;
}

absl::StatusOr<bool> ParseFlag(const std::string& name, const std::string& value) {
  for (const char* yes : {"", "1", "true", "yes"}) {
    if (value == yes) return true;
  }
  for (const char* no : {"0", "false", "no"}) {
    if (value == no) return false;
  }
  return Wrong(name, "is 1 or 0");
}

absl::StatusOr<Inquiry> TakeTerms(const Inquiry& usual, Query* query) {
  Inquiry inquiry = usual;
  absl::Status status = TakeIssuers(query, &inquiry.request);
  if (status.ok()) status = TakeFlag("wildcard", query, &inquiry.request.wildcard);
  if (status.ok()) status = TakeFlag("fresh", query, &inquiry.fresh);
  if (status.ok()) status = TakeAlso(query, &inquiry.also_persist);
  if (!status.ok()) return status;
  if (absl::Status known = TakePurpose(query, &inquiry.request); !known.ok()) return known;
  TakeAllInto("account_uri", query, &inquiry.request.account_uris);
  TakeAllInto("validation_method", query, &inquiry.request.validation_methods);
  return inquiry;
}

}  // namespace caascan::serve
