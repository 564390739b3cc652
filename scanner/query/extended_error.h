// RFC 8914: what a resolver says of its failure besides SERVFAIL, and what may be concluded from
// it. Pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/record.h"
#include "scanner/async/address.h"
#include "scanner/dns/message.h"
#include "scanner/dnssec/verdict.h"
#include "scanner/query/answer.h"

namespace caascan::query {

/// The message's extended errors, in order, at most kMaxToldErrors. Their text is printable ASCII
/// (other octets as \DDD, a backslash doubled), without final zeros, cut after kMaxToldText octets.
constexpr size_t kMaxToldErrors = 4;
constexpr size_t kMaxToldText = 500;
std::vector<ToldError> ReadToldErrors(const dns::Message& message);

/// "EDE 7 (Signature Expired): its text; EDE 22 (No Reachable Authority)". Empty for none.
std::string ToldErrorsText(std::span<const ToldError> errors);

/// Which finding the error names; kNone where it leaves the cause open. Some codes are wider than
/// any finding (6, "validation failed", and 9, "no DNSKEY that fits"): of these only what the text
/// says besides is taken.
dnssec::Finding CauseOf(const ToldError& error);

/// The same as it stands in a record, with the resolver's words as evidence; nullopt for kNone. It
/// belongs to no server: who is at fault the resolver does not say.
std::optional<Finding> MakeFinding(const ToldError& error, const async::Address& resolver);

/// The reason of a SERVFAIL that is none of validation's, where the resolver says that it could
/// reach nobody (22, 23). nullopt where one of the errors says something else, such as an RCODE
/// that it got.
std::optional<Reason> ReasonOf(std::span<const ToldError> errors);

}  // namespace caascan::query
