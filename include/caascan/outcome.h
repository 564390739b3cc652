// What a look-up came to: its outcome and the reason, its DNSSEC status, and what each server did.
// Records have these as codes (docs/record.schema.json).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace caascan {

enum class Outcome : uint8_t { kPermit, kDeny, kServfail, kTimeout, kLame, kError };
inline constexpr size_t kOutcomeCount = static_cast<size_t>(Outcome::kError) + 1;

/// Did the look-up end in a decision on its CAA RRset, or on there being none?
constexpr bool IsDecided(Outcome outcome) {
  return outcome == Outcome::kPermit || outcome == Outcome::kDeny;
}

/// The contract's `reason`. The first nine are DecisionReason's, in its order.
enum class Reason : uint8_t {
  kNoCaa,
  kIssuerAuthorized,
  kNoIssueProperty,
  kIssuerNotAuthorized,
  kIssuanceForbidden,
  kUnknownCriticalProperty,
  kAccountUriMismatch,
  kValidationMethodMismatch,
  kMalformedProperty,
  // servfail
  kServfail,
  kNotimp,
  kRefusedCaa,
  kFormerr,
  kRcode,
  kDnssecBogus,
  kMalformedResponse,
  kAliasLoop,
  kTooManyQueries,  // The name's own limit of queries: IsOwnLimit().
  kTooSlow,         // The name's own limit of time: IsOwnLimit().
  // lame
  kRefused,
  kNotAuthoritative,
  kUpwardReferral,
  kUnresolvableServers,
  // timeout
  kNoResponse,
  kCaaDropped,
  kTruncated,
  kUnreachable,
  // error
  kInvalidName,
  kBlocklisted,
  kStopped,
  kLocalFault,
  kNoSuchTld,
  kNotInDns,
  kFamilyUnavailable,
};

/// The last enumerator, for tables and loops over all reasons.
inline constexpr Reason kLastReason = Reason::kFamilyUnavailable;
inline constexpr size_t kReasonCount = static_cast<size_t>(kLastReason) + 1;

enum class DnssecStatus : uint8_t { kSecure, kInsecure, kBogus, kIndeterminate, kUnchecked };
inline constexpr size_t kDnssecStatusCount = static_cast<size_t>(DnssecStatus::kUnchecked) + 1;

/// What one server address did with the look-up.
enum class ServerResult : uint8_t {
  kAnswer,
  kReferral,
  kServfail,
  kNotimp,
  kRefused,
  kFormerr,
  kRcode,  // Written as rcode_N.
  kNotAuthoritative,
  kUpwardReferral,
  kTimeout,
  kUnreachable,
  kTruncated,
  kMalformed,
  kMismatched,
  kUnresolved,
  kBlocked,
};

/// The codes as a record has them: "permit", "no_caa". They live as long as the program. Any
/// thread.
std::string_view OutcomeCode(Outcome outcome);
std::string_view ReasonCode(Reason reason);
std::string_view DnssecStatusCode(DnssecStatus status);
/// Likewise; "rcode" for kRcode, to which the writer adds the number.
std::string_view ServerResultCode(ServerResult result);

/// Which outcome a reason belongs to.
Outcome OutcomeOf(Reason reason);

/// Did the scan's own side end the look-up: a name's limits, the end of the scan, a fault of this
/// machine, or the blocklist? Then it says nothing of any server, and nothing to other names.
bool IsOwnLimit(Reason reason);

}  // namespace caascan
