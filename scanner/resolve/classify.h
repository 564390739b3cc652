// One response to one query, put into words: pure functions over a parsed message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/resolve/answer.h"

namespace caascan::resolve {

enum class ResponseKind : uint8_t {
  kAnswer,       // The RRset asked for stands in the answer section at the end of the chain.
  kAlias,        // The chain leads to a name that this message does not settle.
  kAliasFailed,  // The chain runs in a circle or is too long.
  kNoData,
  kNxDomain,
  kReferral,          // To a zone strictly below the one asked and at or above the name.
  kNotAuthoritative,  // Neither authority nor anything usable (a lame server).
  kUpwardReferral,    // To a zone above the one asked, or beside it.
  kError,             // An RCODE other than NOERROR and NXDOMAIN: see `rcode`.
};

/// Who was asked: that decides what an answer may claim.
struct AskedServer {
  bool recursive = false;  // A resolver: it answers for every name and sets no AA.
  dns::NameView
      zone;  // The zone it was asked as a server of; records from outside are not believed.
};

struct Classified {
  ResponseKind kind = ResponseKind::kError;
  dns::RCode rcode = dns::RCode::kNoError;
  dns::MessageName cut;  // kReferral: the delegated zone.
  uint32_t ttl_s = 0;    // Of the RRset, the delegation, or the negative answer (RFC 2308 §5).
  // Departures from the rules that did not make the answer useless.
  bool without_authority = false;  // AA clear, data or SOA present.
  bool without_soa = false;        // A negative answer that cannot be cached (RFC 2308 §3).
  bool soa_wrong_zone = false;     // Its SOA is not of a zone that holds the name.
  bool remarkable() const { return without_authority || without_soa || soa_wrong_zone; }
};

/// The aliases followed so far, over all messages of a look-up.
struct AliasChain {
  static constexpr size_t kMaxHops = 16;

  dns::Name current;                 // The name to ask next; at first the query's.
  std::vector<std::string> targets;  // Lower case text, in order.
  bool looped = false;

  /// False where the chain must end: a name seen before, or too many hops.
  bool Follow(const dns::Name& target);

 private:
  std::vector<dns::Name> visited_;  // Names before `current`.
};

/// The CAA RRset of `owner` in a message that Classify() called kAnswer, or the empty answer it
/// called kNoData or kNxDomain, put into *answer (status, rrset, ttl_s).
void TakeCaaAnswer(const dns::Message& message, const Classified& classified, dns::NameView owner,
                   CaaAnswer* answer);

/// Follows the message's aliases along `chain` as far as they are in bailiwick, and says what
/// stands at the end. REQUIRES: `message` answers a query for (chain->current, type) and is not
/// truncated.
Classified Classify(const dns::Message& message, const AskedServer& asked, dns::RRType type,
                    AliasChain* chain);

}  // namespace caascan::resolve
