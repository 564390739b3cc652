// The persistent validation record of ACME's dns-persist-01 (Baseline Requirements 3.2.2.4.22;
// draft-ietf-acme-dns-persist §4): read and judged as pure functions, without network and clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "caascan/caa.h"

namespace caascan {

/// The label in front of a name whose TXT records are the persistent validation records.
inline constexpr std::string_view kPersistLabel = "_validation-persist";

/// What a TXT record, or all of a name's together, are worth to a CA.
enum class PersistResult : uint8_t {
  kValid,                // It validates control of the name for the CA, and for the account.
  kExpired,              // It would, but its persistUntil has passed.
  kPolicyMismatch,       // A wildcard is asked for, and it lacks policy=wildcard.
  kAccountUriMismatch,   // It is for another account.
  kIssuerNotAuthorized,  // It names another CA.
  kMalformed,            // It breaks the grammar, or lacks what it must have.
  kNone,                 // There is no TXT record.
  kFailed,               // The look-up failed.
};
inline constexpr size_t kPersistResultCount = 8;

/// "valid", "expired" … as records write it.
std::string_view PersistResultCode(PersistResult result);

/// One TXT record. A value.
struct PersistRecord {
  std::string text;  // Its character-strings joined; any octets.
  PersistResult result = PersistResult::kMalformed;
  std::string_view detail;        // Of kMalformed: what is wrong with it. Static text.
  bool names_ca = false;          // Its issuer is the CA's.
  std::string account_uri;        // Empty where it could not be read.
  std::optional<uint64_t> until;  // UNIX time; what does not fit is the largest.
};

/// Judges one TXT record for a CA, an account and a wildcard name or not, at `now` (UNIX time).
/// - The record has the grammar of `issue` (RFC 8659 §4.2); unknown parameters are ignored.
/// - It must name the CA, and have `accounturi` with a URI (RFC 8657 §3).
/// - A request without an account asks "for some account": then any URI will do.
/// - `persistUntil`, in decimal seconds, is the last second at which the record counts.
/// - A wildcard needs `policy=wildcard`; other values are as good as none.
/// - A known parameter that occurs twice makes the record malformed.
/// Safe from any thread.
PersistRecord JudgePersistRecord(std::string_view text, const IssuanceRequest& request,
                                 uint64_t now);

/// What the records of a name are worth together: one that is valid is enough. Else the result of
/// the one that is nearest to it, in the order of PersistResult; records that cannot be read come
/// behind those of other CAs. kNone for no records.
PersistResult PersistResultOf(std::span<const PersistRecord> records);

}  // namespace caascan
