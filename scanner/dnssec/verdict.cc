// Tested by verdict_test.cc.
#include "scanner/dnssec/verdict.h"

#include <absl/strings/str_cat.h>
#include <absl/time/time.h>

#include <algorithm>
#include <array>
#include <utility>

namespace caascan::dnssec {
namespace {

constexpr std::array<std::string_view, 13> kCodes = {
    "",
    "dnssec_no_dnskey",
    "dnssec_ds_mismatch",
    "dnssec_signature_expired",
    "dnssec_signature_future",
    "dnssec_signature_invalid",
    "dnssec_signature_missing",
    "dnssec_denial_missing",
    "dnssec_denial_invalid",
    "dnssec_algorithm_unsupported",
    "dnssec_nsec3_iterations",
    "dnssec_empty_answers_only",
    "dnssec_algorithm_deprecated",
};
static_assert(kCodes.size() == static_cast<size_t>(Finding::kAlgorithmDeprecated) + 1);

std::string TimeText(uint32_t seconds) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(seconds),
                          absl::UTCTimeZone());
}

}  // namespace

std::string_view FindingCode(Finding finding) { return kCodes[static_cast<size_t>(finding)]; }

Evidence Evidence::About(dns::NameView zone, dns::NameView owner, dns::RRType type,
                         std::string_view detail) {
  Evidence evidence;
  evidence.zone = zone;
  evidence.owner = owner;
  evidence.type = type;
  evidence.detail = detail;
  return evidence;
}

std::string Evidence::ToText() const {
  std::string out = absl::StrCat("zone ", zone.view().ToLowerText());
  if (type != dns::RRType{}) {
    absl::StrAppend(&out, ", ", owner.view().ToLowerText(), " ", dns::TypeName(type));
  }
  if (key_tag) absl::StrAppend(&out, ", key ", *key_tag);
  if (algorithm) absl::StrAppend(&out, ", algorithm ", static_cast<int>(*algorithm));
  if (inception && expiration) {
    absl::StrAppend(&out, ", ", TimeText(*inception), " to ", TimeText(*expiration));
  }
  if (ahead_s) absl::StrAppend(&out, ", begins in ", *ahead_s, " s");
  if (!detail.empty()) absl::StrAppend(&out, ": ", std::string(detail));
  return out;
}

void Verdict::Weaken(Verdict other) {
  const Security least = std::max(security, other.security);
  const bool weaker = other.security > security;
  const bool more_telling =
      finding == Finding::kNone ||
      (is_secure() && other.is_secure() && finding == Finding::kAlgorithmDeprecated &&
       other.finding == Finding::kSignatureFuture);
  if (other.finding == Finding::kNone ? weaker && finding == Finding::kNone
                                      : weaker || more_telling) {
    *this = std::move(other);
  }
  security = least;
}

Verdict Verdict::Remark(Finding finding, Evidence evidence) {
  return {Security::kSecure, finding, false, std::move(evidence)};
}

Verdict Verdict::Insecure(Finding finding, Evidence evidence) {
  return {Security::kInsecure, finding, false, std::move(evidence)};
}

Verdict Verdict::Bogus(Finding finding, Evidence evidence) {
  return {Security::kBogus, finding, false, std::move(evidence)};
}

}  // namespace caascan::dnssec
