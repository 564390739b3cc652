// Tested by verdict_test.cc.
#include "scanner/dnssec/verdict.h"

#include <absl/strings/str_cat.h>
#include <absl/time/time.h>

#include <algorithm>
#include <utility>

namespace caascan::dnssec {
namespace {

std::string TimeText(uint32_t seconds) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(seconds),
                          absl::UTCTimeZone());
}

}  // namespace

std::optional<FindingCode> CodeOf(Finding finding) {
  switch (finding) {
    case Finding::kNone:
      break;
    case Finding::kNoDnskey:
      return FindingCode::kDnssecNoDnskey;
    case Finding::kDsMismatch:
      return FindingCode::kDnssecDsMismatch;
    case Finding::kSignatureExpired:
      return FindingCode::kDnssecSignatureExpired;
    case Finding::kSignatureFuture:
      return FindingCode::kDnssecSignatureFuture;
    case Finding::kSignatureInvalid:
      return FindingCode::kDnssecSignatureInvalid;
    case Finding::kSignatureMissing:
      return FindingCode::kDnssecSignatureMissing;
    case Finding::kDenialMissing:
      return FindingCode::kDnssecDenialMissing;
    case Finding::kDenialInvalid:
      return FindingCode::kDnssecDenialInvalid;
    case Finding::kAlgorithmUnsupported:
      return FindingCode::kDnssecAlgorithmUnsupported;
    case Finding::kNsec3Iterations:
      return FindingCode::kDnssecNsec3Iterations;
    case Finding::kEmptyAnswersOnly:
      return FindingCode::kDnssecEmptyAnswersOnly;
    case Finding::kAlgorithmDeprecated:
      return FindingCode::kDnssecAlgorithmDeprecated;
    case Finding::kExpiring:
      return FindingCode::kDnssecExpiring;
    case Finding::kAlgorithmIncomplete:
      return FindingCode::kDnssecAlgorithmIncomplete;
    case Finding::kUndelegatedChild:
      return FindingCode::kUndelegatedChild;
  }
  return std::nullopt;
}

Evidence Evidence::About(dns::NameView zone, dns::NameView owner, dns::RRType type,
                         std::string_view detail) {
  Evidence evidence;
  evidence.zone = zone;
  evidence.owner = owner;
  evidence.type = type;
  evidence.detail = detail;
  return evidence;
}

void ZoneKeys::Add(Key key) {
  if (count_ < kMax) keys_[count_] = key;
  if (count_ < UINT16_MAX) ++count_;
}

std::string ZoneKeys::ToText() const {
  std::string out;
  for (size_t i = 0; i < std::min<size_t>(count_, kMax); ++i) {
    absl::StrAppend(&out, i == 0 ? "" : ", ", "key ", keys_[i].tag, " of algorithm ",
                    static_cast<int>(keys_[i].algorithm));
  }
  if (count_ > kMax) absl::StrAppend(&out, ", and ", count_ - kMax, " more");
  return out;
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
  if (!zone_keys.empty()) absl::StrAppend(&out, "; the zone has ", zone_keys.ToText());
  return out;
}

void Verdict::Weaken(Verdict other) {
  const Security least = std::max(security, other.security);
  const bool weaker = other.security > security;
  const bool more_telling =
      finding == Finding::kNone ||
      (is_secure() && other.is_secure() && finding == Finding::kAlgorithmDeprecated &&
       (other.finding == Finding::kSignatureFuture || other.finding == Finding::kExpiring));
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
