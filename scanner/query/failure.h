// From what each server did to the reason of the whole look-up's failure.
#pragma once

#include <optional>
#include <span>

#include "scanner/query/answer.h"
#include "scanner/query/ask.h"
#include "scanner/query/classify.h"

namespace caascan::query {

/// The result code of a response; kAnswer, or kReferral, for those that serve.
ServerResult ResultOf(const Classified& classified);

/// Whether the look-up can go on from this response.
bool IsUsable(ResponseKind kind);

/// The reason, in its plain form (no probes), that a failed look-up gets from the attempts at a
/// zone's servers. The most telling wins whatever the order: servfail, then lame, then timeout
/// (contract.md). With `recursive` the servers are resolvers, and REFUSED is just another RCODE. No
/// attempt at all means that no server has an address.
Reason PlainReason(std::span<const Attempt> attempts, bool recursive);

/// What the code of a reply that did not serve leaves unsaid; empty where it says all.
std::string DetailOf(const dns::Message& message, const Classified& classified);

/// An attempt's evidence from what Ask() gave. `host`: the server's name, where it has one.
Attempt MakeAttempt(const Asked& asked, net::Peer* peer, std::optional<dns::CompactName> host);

/// Adds what this answer showed by itself to the account.
void Observe(const Asked& asked, const Classified* classified, const Attempt& attempt,
             Account* account);

}  // namespace caascan::query
