#include "tools/caascan/request_options.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <absl/status/statusor.h>

#include "caascan/ca_set.h"
#include "caascan/known_cas.h"
#include "tools/caascan/ca_set_file.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

bool ConsistsOf(std::string_view text, const std::string& allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string Refusal(const std::string& text, const char* what) {
  return "\"" + text + "\" is not a " + what;
}

std::string CheckCa(std::string& ca) {
  const auto domains = IssuerDomainsOf(ca);
  return domains.ok() ? "" : std::string(domains.status().message());
}

/// RFC 3986 §3: a scheme and a colon, printable ASCII without blanks.
std::string CheckUri(std::string& uri) {
  const size_t colon = uri.find(':');
  const bool has_scheme =
      colon != std::string::npos && colon > 0 &&
      ConsistsOf(uri.substr(0, 1), std::string(kLetters)) &&
      ConsistsOf(uri.substr(0, colon), std::string(kLetters) + std::string(kDigits) + "+-.");
  const bool printable =
      std::all_of(uri.begin(), uri.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return has_scheme && printable ? "" : Refusal(uri, "URI");
}

/// RFC 8657 §4.
std::string CheckMethodLabel(std::string& label) {
  const bool is_label =
      !label.empty() && ConsistsOf(label, std::string(kLetters) + std::string(kDigits) + "-");
  return is_label ? "" : Refusal(label, "method label: letters, digits and hyphens");
}

}  // namespace

void RequestOptions::AddTo(CLI::App* app, WithoutFor without_for) {
  app_ = app;
  cli::AddRepeatedOption(app,
                         {"--ca", "DOMAIN",
                          "Issuer domain name of the CA, or the name of a known CA for all of its "
                          "issuer domain names. Repeat it for several (default letsencrypt.org)."},
                         &cas_)
      ->check(CLI::Validator(CheckCa, ""));
  cli::AddOption(app,
                 {"--ca-set", "FILE",
                  "Also decide for every CA in FILE, one a line: a name, then its issuer domain "
                  "names. For a known CA the name is enough."},
                 &ca_set_path_);
  const bool as_recorded = without_for == WithoutFor::kAsRecorded;
  if (!as_recorded) purpose_ = Purpose::kTls;
  cli::AddChoice(
      app, "--for",
      "The kind of certificate, which determines the CAA records that count: tls (issue and "
      "issuewild), smime (issuemail; names may be mail addresses), or mark (issuevmc) " +
          std::string(as_recorded ? "(default: the kind in each record)." : "(default tls)."),
      {{"tls", Purpose::kTls}, {"smime", Purpose::kSmime}, {"mark", Purpose::kMark}}, &purpose_);
  cli::AddChoice(
      app, "--on-failure",
      "What would_issue says after a failed look-up. ca: what the CA is known to do; an unknown CA "
      "refuses. refuse: no. baseline: what the Baseline Requirements allow (default ca).",
      {{"ca", OnFailure::kCa}, {"refuse", OnFailure::kRefuse}, {"baseline", OnFailure::kBaseline}},
      &on_failure_);
  cli::AddRepeatedOption(
      app,
      {"--account-uri", "URI",
       "URI of the account, to match accounturi parameters (RFC 8657). Repeat it for an account "
       "with several, or for the parent account: any may match."},
      &account_uris_)
      ->check(CLI::Validator(CheckUri, ""));
  cli::AddRepeatedOption(
      app,
      {"--validation-method", "LABEL",
       "Method, to match validationmethods parameters (RFC 8657), such as dns-01, or ca-tbr-7 for "
       "BR 3.2.2.4.7. Repeat it for several: any may match."},
      &validation_methods_)
      ->check(CLI::Validator(CheckMethodLabel, ""));
}

absl::Status RequestOptions::Read(IssuanceRequest* request,
                                  std::vector<CertificationAuthority>* ca_set) const {
  for (const std::string& ca : cas_) {
    const auto domains = IssuerDomainsOf(ca);
    if (!domains.ok()) return domains.status();
    request->issuer_domains.insert(request->issuer_domains.end(), domains->begin(), domains->end());
  }
  request->uses_exception =
      on_failure_ == OnFailure::kBaseline ||
      (on_failure_ == OnFailure::kCa && UsesException(request->issuer_domains));
  request->purpose = purpose_.value_or(Purpose::kTls);
  request->account_uris = account_uris_;
  request->validation_methods = validation_methods_;
  if (request->wildcard && request->purpose != Purpose::kTls) {
    return absl::InvalidArgumentError("--wildcard: only TLS certificates are for wildcards");
  }
  if (ca_set_path_.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<CertificationAuthority>> read = ReadCaSet(ca_set_path_);
  if (!read.ok()) return read.status();
  *ca_set = *std::move(read);
  return absl::OkStatus();
}

std::vector<std::string> RequestOptions::Warnings() const {
  std::vector<std::string> warnings;
  for (const std::string& ca : cas_) {
    // The name of a known CA is no issuer domain name.
    const auto domains = IssuerDomainsOf(ca);
    const bool known = IsKnownIssuer(ca) || !domains.ok() || *domains != std::vector{ca};
    const std::string_view near = known ? std::string_view() : NearestKnownIssuer(ca);
    if (near.empty()) continue;
    warnings.push_back("--ca " + ca + " is not a known CA's issuer domain name; " +
                       std::string(near) + " may be meant");
  }
  return warnings;
}

}  // namespace caascan::tool
