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
  return "\"" + text + "\" is no " + what;
}

/// What a --ca-set file takes for an issuer domain name, --ca takes too.
bool IsIssuerDomain(const std::string& text) {
  const auto ca_set = ParseCaSet("- " + text, "--ca");
  return ca_set.ok() && ca_set->front().issuer_domains == std::vector{text};
}

std::string CheckCa(std::string& ca) {
  if (IsIssuerDomain(ca) || FindKnownCa(ca) != nullptr) return "";
  const std::string_view near = NearestKnownIssuer(ca);
  return Refusal(ca, "issuer domain name, and no known CA") +
         (near.empty() ? "" : "; " + std::string(near) + " is one");
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

/// Is it known of the CA with these names that it uses the exception of the Baseline Requirements?
bool UsesException(const std::vector<std::string>& issuer_domains) {
  return std::any_of(issuer_domains.begin(), issuer_domains.end(), [](const std::string& domain) {
    const KnownCa* ca = FindCaOfIssuer(domain);
    return ca != nullptr && ca->after_failure == AfterFailure::kBaseline;
  });
}

}  // namespace

void RequestOptions::AddTo(CLI::App* app) {
  app_ = app;
  cli::AddRepeatedOption(
      app,
      {"--ca", "DOMAIN",
       "Issuer domain name that stands for the CA, or the name of a known CA for all of its own; "
       "repeat for several (default letsencrypt.org)."},
      &cas_)
      ->check(CLI::Validator(CheckCa, ""));
  cli::AddOption(app,
                 {"--ca-set", "FILE",
                  "Besides, decide for every CA of FILE: one a line, a name, then its issuer "
                  "domains; a known CA's name suffices."},
                 &ca_set_path_);
  cli::AddChoice(
      app, "--on-failure",
      "What would_issue says after a failed look-up: what the CA is known to do, and one "
      "of which nothing is known refuses; no; or what the Baseline Requirements allow "
      "(default ca).",
      {{"ca", OnFailure::kCa}, {"refuse", OnFailure::kRefuse}, {"baseline", OnFailure::kBaseline}},
      &on_failure_);
  cli::AddOption(app,
                 {"--account-uri", "URI", "Match accounturi parameters against this (RFC 8657)."},
                 &account_uri_)
      ->check(CLI::Validator(CheckUri, ""));
  cli::AddOption(app,
                 {"--validation-method", "LABEL",
                  "Match validationmethods parameters against this (RFC 8657)."},
                 &validation_method_)
      ->check(CLI::Validator(CheckMethodLabel, ""));
}

absl::Status RequestOptions::Read(IssuanceRequest* request,
                                  std::vector<CertificationAuthority>* ca_set) const {
  for (const std::string& ca : cas_) {
    const KnownCa* known = IsIssuerDomain(ca) ? nullptr : FindKnownCa(ca);
    std::vector<std::string>& domains = request->issuer_domains;
    if (known == nullptr) {
      domains.push_back(ca);
    } else {
      domains.insert(domains.end(), known->issuer_domains.begin(), known->issuer_domains.end());
    }
  }
  request->uses_exception =
      on_failure_ == OnFailure::kBaseline ||
      (on_failure_ == OnFailure::kCa && UsesException(request->issuer_domains));
  if (app_->count("--account-uri") > 0) request->account_uri = account_uri_;
  if (app_->count("--validation-method") > 0) request->validation_method = validation_method_;
  if (ca_set_path_.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<CertificationAuthority>> read = ReadCaSet(ca_set_path_);
  if (!read.ok()) return read.status();
  *ca_set = *std::move(read);
  return absl::OkStatus();
}

std::vector<std::string> RequestOptions::Warnings() const {
  std::vector<std::string> warnings;
  for (const std::string& ca : cas_) {
    const bool known = IsKnownIssuer(ca) || !IsIssuerDomain(ca);
    const std::string_view near = known ? std::string_view() : NearestKnownIssuer(ca);
    if (near.empty()) continue;
    warnings.push_back("--ca " + ca + " is no known CA's issuer domain name; " + std::string(near) +
                       " may be meant");
  }
  return warnings;
}

}  // namespace caascan::tool
