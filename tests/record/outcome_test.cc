#include "caascan/outcome.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <vector>

#include "caascan/caa.h"

namespace caascan {
namespace {

TEST(OutcomeTest, ReasonsBelongToTheContractsOutcomes) {
  const std::vector<std::pair<Outcome, std::vector<std::string_view>>> contract = {
      {Outcome::kPermit, {"no_caa", "issuer_authorized", "no_issue_property"}},
      {Outcome::kDeny,
       {"issuer_not_authorized", "issuance_forbidden", "unknown_critical_property",
        "account_uri_mismatch", "validation_method_mismatch", "malformed_property"}},
      {Outcome::kServfail,
       {"servfail", "notimp", "refused_caa", "formerr", "rcode", "dnssec_bogus",
        "malformed_response", "alias_loop", "too_many_queries", "too_slow"}},
      {Outcome::kLame, {"refused", "not_authoritative", "upward_referral", "unresolvable_servers"}},
      {Outcome::kTimeout, {"no_response", "caa_dropped", "truncated", "unreachable"}},
      {Outcome::kError,
       {"invalid_name", "blocklisted", "stopped", "local_fault", "no_such_tld", "not_in_dns",
        "family_unavailable"}},
  };
  int reason = 0;
  for (const auto& [outcome, codes] : contract) {
    for (const std::string_view code : codes) {
      EXPECT_EQ(ReasonCode(static_cast<Reason>(reason)), code);
      EXPECT_EQ(OutcomeOf(static_cast<Reason>(reason)), outcome) << code;
      ++reason;
    }
  }
  EXPECT_EQ(reason, static_cast<int>(kLastReason) + 1);
}

TEST(OutcomeTest, OnlyPermitAndDenyAreDecided) {
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const std::string_view code = OutcomeCode(outcome);
    EXPECT_EQ(IsDecided(outcome), code == "permit" || code == "deny") << code;
  }
}

/// What these cut short must not be shared with other names, and blames no server. The other
/// reasons of outcome `error` are facts about the name, or the same for every name of the scan.
TEST(OutcomeTest, OurOwnLimitsAreTheseReasonsAlone) {
  std::vector<std::string_view> limits;
  for (int reason = 0; reason <= static_cast<int>(kLastReason); ++reason) {
    if (IsOwnLimit(static_cast<Reason>(reason))) {
      limits.push_back(ReasonCode(static_cast<Reason>(reason)));
    }
  }
  EXPECT_EQ(limits, (std::vector<std::string_view>{"too_many_queries", "too_slow", "blocklisted",
                                                   "stopped", "local_fault"}));
}

/// "The first nine are DecisionReason's, in its order": a decision's code is the record's.
TEST(OutcomeTest, DecisionsHaveTheSameCodes) {
  for (int i = 0; i <= static_cast<int>(DecisionReason::kMalformedProperty); ++i) {
    EXPECT_EQ(ReasonCode(static_cast<Reason>(i)),
              DecisionReasonCode(static_cast<DecisionReason>(i)));
  }
}

}  // namespace
}  // namespace caascan
