// Resolvers use some codes loosely. Unbound 1.17 says 9 ("DNSKEY Missing") of a DNSKEY set that is
// not there, that fits no DS, and whose signature is wrong; 6 ("DNSSEC Bogus") of signatures and
// proofs alike, and, once a key has failed, of everything below it. Public resolvers say 23
// ("Network Error") of REFUSED. Which it was stands in the text. A phrase there counts only where
// the code fits it: the text alone proves nothing. Tested by extended_error_test.cc and, with
// Unbound, by forwarding_dnssec_test.py.
#include "scanner/query/extended_error.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "scanner/dns/cursor.h"
#include "scanner/dns/extended_error_name.h"
#include "scanner/dns/presentation.h"

namespace caascan::query {
namespace {

enum Code : uint16_t {
  kUnsupportedAlgorithm = 1,
  kUnsupportedDigest = 2,
  kBogus = 6,
  kSignatureExpired = 7,
  kSignatureFuture = 8,
  kDnskeyMissing = 9,
  kSignaturesMissing = 10,
  kNsecMissing = 12,
  kNoReachableAuthority = 22,
  kNetworkError = 23,
  kNsec3Iterations = 27,
};

/// How Unbound names a cause behind codes 6 and 9.
constexpr std::pair<std::string_view, dnssec::Finding> kPhrases[] = {
    {"signature crypto failed", dnssec::Finding::kSignatureInvalid},
    {"signature expired", dnssec::Finding::kSignatureExpired},
    {"signature before inception date", dnssec::Finding::kSignatureFuture},
    {"no signatures from", dnssec::Finding::kSignatureMissing},
    {"ds hash mismatches key", dnssec::Finding::kDsMismatch},
    {"no dnskey record", dnssec::Finding::kNoDnskey},
};

bool Says(const ToldError& error, std::string_view lower_case) {
  return absl::AsciiStrToLower(error.text).find(lower_case) != std::string::npos;
}

/// It names an RCODE, or that somebody answered and would not tell.
bool SaysAnswered(const ToldError& error) {
  for (const std::string_view word : {"rcode", "refused", "servfail", "notauth", "lame"}) {
    if (Says(error, word)) return true;
  }
  return false;
}

std::string Printable(std::string_view text) {
  while (text.ends_with('\0')) text.remove_suffix(1);
  std::string out;
  for (size_t i = 0; i < text.size() && out.size() < kMaxToldText; ++i) {
    dns::AppendPresentation(text.substr(i, 1), &out);
  }
  return out;
}

}  // namespace

std::vector<ToldError> ReadToldErrors(const dns::Message& message) {
  std::vector<ToldError> errors;
  if (!message.edns()) return errors;
  dns::Cursor options(message.edns()->options);
  while (!options.AtEnd() && errors.size() < kMaxToldErrors) {
    const uint16_t code = options.ReadU16();
    const auto data = options.ReadBytes(options.ReadU16());
    if (!options.ok()) break;
    if (code != dns::kEdnsOptionExtendedError || data.size() < 2) continue;
    dns::Cursor option(data);
    ToldError error;
    error.info_code = option.ReadU16();
    error.text = Printable({reinterpret_cast<const char*>(data.data()) + 2, data.size() - 2});
    errors.push_back(std::move(error));
  }
  return errors;
}

std::string ToldErrorsText(std::span<const ToldError> errors) {
  std::string out;
  for (const ToldError& error : errors) {
    absl::StrAppend(&out, out.empty() ? "" : "; ", "EDE ", error.info_code);
    const std::string_view name = dns::ExtendedErrorName(error.info_code);
    if (!name.empty()) absl::StrAppend(&out, " (", std::string(name), ")");
    if (!error.text.empty()) absl::StrAppend(&out, ": ", error.text);
  }
  return out;
}

dnssec::Finding CauseOf(const ToldError& error) {
  switch (error.info_code) {
    case kUnsupportedAlgorithm:
    case kUnsupportedDigest:
      return dnssec::Finding::kAlgorithmUnsupported;
    case kSignatureExpired:
      return dnssec::Finding::kSignatureExpired;
    case kSignatureFuture:
      return dnssec::Finding::kSignatureFuture;
    case kSignaturesMissing:
      return dnssec::Finding::kSignatureMissing;
    case kNsecMissing:
      return dnssec::Finding::kDenialMissing;
    case kNsec3Iterations:
      return dnssec::Finding::kNsec3Iterations;
    case kBogus:
    case kDnskeyMissing:
      break;
    default:
      return dnssec::Finding::kNone;
  }
  for (const auto& [phrase, finding] : kPhrases) {
    if (Says(error, phrase)) return finding;
  }
  // RFC 8914 §4.10: a DS, but no supported DNSKEY that fits it.
  return error.info_code == kBogus ? dnssec::Finding::kNone : dnssec::Finding::kDsMismatch;
}

std::optional<Finding> MakeFinding(const ToldError& error, const async::Address& resolver) {
  const std::optional<FindingCode> code = dnssec::CodeOf(CauseOf(error));
  if (!code) return std::nullopt;
  Finding finding(*code);
  finding.evidence =
      absl::StrCat("resolver ", resolver.ToText(), ": ", ToldErrorsText({&error, 1}));
  return finding;
}

std::optional<Reason> ReasonOf(std::span<const ToldError> errors) {
  if (std::any_of(errors.begin(), errors.end(), SaysAnswered)) return std::nullopt;
  std::optional<Reason> reason;
  for (const ToldError& error : errors) {
    const bool silent = Says(error, "timed out") || Says(error, "timeout");
    if (error.info_code == kNoReachableAuthority || (error.info_code == kNetworkError && silent)) {
      reason = Reason::kNoResponse;
    } else if (error.info_code == kNetworkError && !reason) {
      reason = Reason::kUnreachable;
    }
  }
  return reason;
}

}  // namespace caascan::query
