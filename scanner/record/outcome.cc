// The codes are tables in the enums' order. Tested by outcome_test.cc.
#include "caascan/outcome.h"

#include <array>

namespace caascan {
namespace {

struct ReasonRow {
  std::string_view code;
  Outcome outcome;
  bool own_limit = false;
};

constexpr std::array<ReasonRow, kReasonCount> kReasons = {{
    {"no_caa", Outcome::kPermit},
    {"issuer_authorized", Outcome::kPermit},
    {"no_issue_property", Outcome::kPermit},
    {"issuer_not_authorized", Outcome::kDeny},
    {"issuance_forbidden", Outcome::kDeny},
    {"unknown_critical_property", Outcome::kDeny},
    {"account_uri_mismatch", Outcome::kDeny},
    {"validation_method_mismatch", Outcome::kDeny},
    {"malformed_property", Outcome::kDeny},
    {"servfail", Outcome::kServfail},
    {"notimp", Outcome::kServfail},
    {"refused_caa", Outcome::kServfail},
    {"formerr", Outcome::kServfail},
    {"rcode", Outcome::kServfail},
    {"dnssec_bogus", Outcome::kServfail},
    {"malformed_response", Outcome::kServfail},
    {"alias_loop", Outcome::kServfail},
    {"too_many_queries", Outcome::kServfail, true},
    {"too_slow", Outcome::kServfail, true},
    {"refused", Outcome::kLame},
    {"not_authoritative", Outcome::kLame},
    {"upward_referral", Outcome::kLame},
    {"unresolvable_servers", Outcome::kLame},
    {"no_response", Outcome::kTimeout},
    {"caa_dropped", Outcome::kTimeout},
    {"truncated", Outcome::kTimeout},
    {"unreachable", Outcome::kTimeout},
    {"invalid_name", Outcome::kError},
    {"blocklisted", Outcome::kError, true},
    {"stopped", Outcome::kError, true},
    {"local_fault", Outcome::kError, true},
    {"no_such_tld", Outcome::kError},
    {"not_in_dns", Outcome::kError},
    {"family_unavailable", Outcome::kError},
}};

constexpr std::array<std::string_view, 6> kOutcomes = {"permit",  "deny", "servfail",
                                                       "timeout", "lame", "error"};
static_assert(kOutcomes.size() == static_cast<size_t>(Outcome::kError) + 1);

constexpr std::array<std::string_view, 5> kDnssecStatuses = {"secure", "insecure", "bogus",
                                                             "indeterminate", "unchecked"};
static_assert(kDnssecStatuses.size() == static_cast<size_t>(DnssecStatus::kUnchecked) + 1);

constexpr std::array<std::string_view, 16> kServerResults = {
    "answer",    "referral",          "servfail",        "notimp",  "refused",     "formerr",
    "rcode",     "not_authoritative", "upward_referral", "timeout", "unreachable", "truncated",
    "malformed", "mismatched",        "unresolved",      "blocked"};
static_assert(kServerResults.size() == static_cast<size_t>(ServerResult::kBlocked) + 1);

}  // namespace

std::string_view OutcomeCode(Outcome outcome) { return kOutcomes[static_cast<size_t>(outcome)]; }

std::string_view ReasonCode(Reason reason) { return kReasons[static_cast<size_t>(reason)].code; }

std::string_view DnssecStatusCode(DnssecStatus status) {
  return kDnssecStatuses[static_cast<size_t>(status)];
}

std::string_view ServerResultCode(ServerResult result) {
  return kServerResults[static_cast<size_t>(result)];
}

Outcome OutcomeOf(Reason reason) { return kReasons[static_cast<size_t>(reason)].outcome; }

bool IsOwnLimit(Reason reason) { return kReasons[static_cast<size_t>(reason)].own_limit; }

}  // namespace caascan
