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
  bool cname_beside_data = false;  // A name has a CNAME and other data (RFC 2181 §10.1).
  bool remarkable() const {
    return without_authority || without_soa || soa_wrong_zone || cname_beside_data;
  }
};

/// The aliases that a look-up has followed, over all its messages.
class AliasChain {
 public:
  static constexpr size_t kMaxHops = 16;

  /// The query's name must live as long as the chain.
  explicit AliasChain(dns::NameView name) : name_(name) {}

  /// The name to ask next, at first the query's. Valid until the next Follow().
  dns::NameView current() const {
    const size_t followed = targets_.size() - (ended_ ? 1 : 0);
    return followed == 0 ? name_ : targets_[followed - 1].view();
  }
  /// False where the chain must end: at a name seen before, or after too many hops. Then current()
  /// stays.
  bool Follow(dns::NameView target);
  /// Where the aliases led, in order, the target that ended the chain included; lower-case text.
  std::vector<std::string> Targets() const;
  bool looped() const { return looped_; }
  dns::NameView start() const { return name_; }
  /// What was followed so far, to come back to when a message turns out not to be believed.
  size_t hops() const { return targets_.size(); }
  void Rewind(size_t hops);
  /// The name that stood behind so many hops. REQUIRES: hops <= hops().
  dns::NameView NameAfter(size_t hops) const {
    return hops == 0 ? name_ : targets_[hops - 1].view();
  }

 private:
  dns::NameView name_;
  std::vector<dns::CompactName> targets_;
  bool ended_ = false;  // The last target was not followed.
  bool looped_ = false;
};

/// The CAA RRset of `owner` in a message that Classify() called kAnswer, or the empty answer it
/// called kNoData or kNxDomain, put into *answer (status, rrset, ttl_s).
void TakeCaaAnswer(const dns::Message& message, const Classified& classified, dns::NameView owner,
                   CaaAnswer* answer);

/// Follows the message's aliases along `chain` as far as they are in bailiwick, and says what
/// stands at the end. REQUIRES: `message` answers a query for (chain->current(), type) and is not
/// truncated.
Classified Classify(const dns::Message& message, const AskedServer& asked, dns::RRType type,
                    AliasChain* chain);

}  // namespace caascan::resolve
