// The texts are part of the contract (docs/record.schema.json) and never change. Tested by
// finding_code_test.cc.
#include "caascan/finding_code.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace caascan {
namespace {

using enum FindingCode;

struct CodeRow {
  FindingCode code;
  std::string_view text;
};

constexpr size_t kCodes = static_cast<size_t>(kLastFindingCode) + 1;

constexpr std::array<CodeRow, kCodes> kRows = {{
    {kNotimpOnCaa, "notimp_on_caa"},
    {kFormerrOnCaa, "formerr_on_caa"},
    {kRefusedOnCaa, "refused_on_caa"},
    {kServfailOnCaa, "servfail_on_caa"},
    {kRcodeOnCaa, "rcode_on_caa"},
    {kCaaDropped, "caa_dropped"},
    {kUnknownTypesDropped, "unknown_types_dropped"},
    {kUnknownTypesRejected, "unknown_types_rejected"},
    {kNotimpForType, "notimp_for_type"},
    {kNameBroken, "name_broken"},
    {kLameRefused, "lame_refused"},
    {kLameNotAuthoritative, "lame_not_authoritative"},
    {kLameUpwardReferral, "lame_upward_referral"},
    {kLameServfail, "lame_servfail"},
    {kLameRcode, "lame_rcode"},
    {kServerUnresolvable, "server_unresolvable"},
    {kServerNxdomain, "server_nxdomain"},
    {kServerDomainUnregistered, "server_domain_unregistered"},
    {kServerIsAlias, "server_is_alias"},
    {kServerUnreachable, "server_unreachable"},
    {kServerSilent, "server_silent"},
    {kUdpDropped, "udp_dropped"},
    {kServerAddressSpecial, "server_address_special"},
    {kDelegationMismatch, "delegation_mismatch"},
    {kGlueMismatch, "glue_mismatch"},
    {kGlueMissing, "glue_missing"},
    {kDelegationCircular, "delegation_circular"},
    {kUndelegatedChild, "undelegated_child"},
    {kParentsDiffer, "parents_differ"},
    {kSingleServer, "single_server"},
    {kSingleNetwork, "single_network"},
    {kAnswersDiffer, "answers_differ"},
    {kNegativeWithoutSoa, "negative_without_soa"},
    {kNegativeSoaWrongZone, "negative_soa_wrong_zone"},
    {kNxdomainAboveExisting, "nxdomain_above_existing"},
    {kCnameWithOtherData, "cname_with_other_data"},
    {kAliasLoop, "alias_loop"},
    {kAliasTooLong, "alias_too_long"},
    {kEdnsFormerr, "edns_formerr"},
    {kEdnsDropped, "edns_dropped"},
    {kEdnsBadvers, "edns_badvers"},
    {kEdnsNotEchoed, "edns_not_echoed"},
    {kEdnsOptionRejected, "edns_option_rejected"},
    {kTruncatedNoTcp, "truncated_no_tcp"},
    {kQuestionChanged, "question_changed"},
    {kQuestionMissing, "question_missing"},
    {kCaseChanged, "case_changed"},
    {kCaseSensitiveServer, "case_sensitive_server"},
    {kIdOrPortChanged, "id_or_port_changed"},
    {kResponseMalformed, "response_malformed"},
    {kDnssecNoDnskey, "dnssec_no_dnskey"},
    {kDnskeyDropped, "dnskey_dropped"},
    {kDnskeyRefused, "dnskey_refused"},
    {kDnskeyNotimp, "dnskey_notimp"},
    {kDnskeyServfail, "dnskey_servfail"},
    {kDnskeyRcode, "dnskey_rcode"},
    {kDnssecDsMismatch, "dnssec_ds_mismatch"},
    {kDnssecSignatureExpired, "dnssec_signature_expired"},
    {kDnssecSignatureFuture, "dnssec_signature_future"},
    {kDnssecSignatureInvalid, "dnssec_signature_invalid"},
    {kDnssecSignatureMissing, "dnssec_signature_missing"},
    {kDnssecDenialMissing, "dnssec_denial_missing"},
    {kDnssecDenialInvalid, "dnssec_denial_invalid"},
    {kDnssecAlgorithmUnsupported, "dnssec_algorithm_unsupported"},
    {kDnssecAlgorithmDeprecated, "dnssec_algorithm_deprecated"},
    {kDnssecNsec3Iterations, "dnssec_nsec3_iterations"},
    {kDnssecEmptyAnswersOnly, "dnssec_empty_answers_only"},
    {kDnssecExpiring, "dnssec_expiring"},
    {kDnssecAlgorithmIncomplete, "dnssec_algorithm_incomplete"},
    {kDnskeySetsDiffer, "dnskey_sets_differ"},
    {kDnssecDeniesExisting, "dnssec_denies_existing"},
    {kRateLimited, "rate_limited"},
    {kResolverLies, "resolver_lies"},
    {kResolverDown, "resolver_down"},
    {kCaaIssuerUnknown, "caa_issuer_unknown"},
    {kCaaValueMalformed, "caa_value_malformed"},
    {kCaaTagUnknown, "caa_tag_unknown"},
    {kCaaTagDraft, "caa_tag_draft"},
    {kCaaFlagOne, "caa_flag_one"},
    {kCaaFlagReserved, "caa_flag_reserved"},
    {kCaaIssuewildSurprising, "caa_issuewild_surprising"},
    {kCaaTtlExtreme, "caa_ttl_extreme"},
    {kCaaParameterUnknown, "caa_parameter_unknown"},
    {kCaaMethodUnknown, "caa_method_unknown"},
}};

/// A missing row leaves the last one at the first code.
consteval bool EachCodeHasItsRow() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<size_t>(kRows[i].code) != i || kRows[i].text.empty()) return false;
  }
  return true;
}
static_assert(EachCodeHasItsRow(), "a row for each code, in the enum's order");

}  // namespace

std::string_view FindingCodeText(FindingCode code) {
  assert(code <= kLastFindingCode);
  return kRows[static_cast<size_t>(code)].text;
}

std::optional<FindingCode> FindFindingCode(std::string_view text) {
  const auto* const found = std::find_if(kRows.begin(), kRows.end(),
                                         [text](const CodeRow& row) { return row.text == text; });
  return found == kRows.end() ? std::nullopt : std::optional(found->code);
}

}  // namespace caascan
