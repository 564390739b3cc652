// The codes of findings. What each means stands in finding_kind.h and docs/findings.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace caascan {

/// In groups that belong together, which is the order of docs/findings.md.
enum class FindingCode : uint8_t {
  kNotimpOnCaa,
  kFormerrOnCaa,
  kRefusedOnCaa,
  kServfailOnCaa,
  kRcodeOnCaa,
  kCaaDropped,
  kUnknownTypesDropped,
  kUnknownTypesRejected,
  kNotimpForType,
  kNameBroken,
  kLameRefused,
  kLameNotAuthoritative,
  kLameUpwardReferral,
  kLameServfail,
  kLameRcode,
  kServerUnresolvable,
  kServerNxdomain,
  kServerDomainUnregistered,
  kServerIsAlias,
  kServerUnreachable,
  kServerSilent,
  kUdpDropped,
  kServerAddressSpecial,
  kDelegationMismatch,
  kGlueMismatch,
  kGlueMissing,
  kDelegationCircular,
  kUndelegatedChild,
  kParentsDiffer,
  kSingleServer,
  kSingleNetwork,
  kAnswersDiffer,
  kNegativeWithoutSoa,
  kNegativeSoaWrongZone,
  kNxdomainAboveExisting,
  kCnameWithOtherData,
  kAliasLoop,
  kAliasTooLong,
  kEdnsFormerr,
  kEdnsDropped,
  kEdnsBadvers,
  kEdnsNotEchoed,
  kEdnsOptionRejected,
  kTruncatedNoTcp,
  kQuestionChanged,
  kQuestionMissing,
  kCaseChanged,
  kCaseSensitiveServer,
  kIdOrPortChanged,
  kResponseMalformed,
  kDnssecNoDnskey,
  kDnskeyDropped,
  kDnskeyRefused,
  kDnskeyNotimp,
  kDnskeyServfail,
  kDnskeyRcode,
  kDnssecDsMismatch,
  kDnssecSignatureExpired,
  kDnssecSignatureFuture,
  kDnssecSignatureInvalid,
  kDnssecSignatureMissing,
  kDnssecDenialMissing,
  kDnssecDenialInvalid,
  kDnssecAlgorithmUnsupported,
  kDnssecAlgorithmDeprecated,
  kDnssecNsec3Iterations,
  kDnssecEmptyAnswersOnly,
  kDnssecExpiring,
  kDnssecAlgorithmIncomplete,
  kDnskeySetsDiffer,
  kDnssecDeniesExisting,
  kRateLimited,
  kResolverLies,
  kResolverDown,
  kCaaIssuerUnknown,
  kCaaValueMalformed,
  kCaaTagUnknown,
  kCaaTagDraft,
  kCaaFlagOne,
  kCaaFlagReserved,
  kCaaIssuewildSurprising,
  kCaaTtlExtreme,
  kCaaParameterUnknown,
  kCaaMethodUnknown,
};

/// The last enumerator, for tables and loops over all codes.
inline constexpr FindingCode kLastFindingCode = FindingCode::kCaaMethodUnknown;

/// As a record has it: "notimp_on_caa". Lives as long as the program. Any thread.
std::string_view FindingCodeText(FindingCode code);

/// nullopt for a text that this version does not write. Any thread.
std::optional<FindingCode> FindFindingCode(std::string_view text);

}  // namespace caascan
