// What one response proves for one question: pure functions over a parsed message. What proves
// nothing is no answer: only kinds that say so are taken as empty (RFC 8659 §3, RFC 2308 §2).
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/query/answer.h"

namespace caascan::query {

enum class ResponseKind : uint8_t {
  kAnswer,       // The RRset asked for stands in the answer section at the end of the chain.
  kAlias,        // The chain leads to a name that this message does not settle.
  kAliasFailed,  // The chain runs in a circle or is too long.
  kNoData,       // An empty answer. How well it is proven is Strength.
  kNxDomain,
  kReferral,          // To a zone strictly below the one asked and at or above the name.
  kNotAuthoritative,  // Neither authority nor anything usable (a lame server).
  kUpwardReferral,    // To the zone asked itself, one above it, or one beside it.
  kOtherRecords,      // The answer section's records do not belong there: none is what was asked
                      // for, or NXDOMAIN denies them.
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
  bool without_soa = false;        // An empty answer without SOA (RFC 2308 §3).
  bool soa_wrong_zone = false;     // Its SOA is not of a zone that holds the name.
  bool cname_beside_data = false;  // A name has a CNAME and other data (RFC 2181 §10.1).
  bool nxname = false;  // kNoData by an NSEC record with NXNAME: no such name (RFC 9824).
  bool remarkable() const {
    return without_authority || without_soa || soa_wrong_zone || cname_beside_data;
  }
};

/// What a usable reply is worth beside those of the zone's other servers, weakest first. One that
/// is worth less than kAuthoritative decides only where no server of the zone gives a better one.
enum class Strength : uint8_t {
  kUnproven,  // An empty answer whose only proof is the AA bit: no SOA of the zone is there.
  kNotAuthoritative,  // Data or SOA with AA clear: from a cache (RFC 1034 §6.2.6) or an old copy.
  kValidatedCopy,     // DNSSEC proves it, with AA clear: a copy may be old and still validate.
  kAuthoritative,     // AA, with data or the zone's SOA (RFC 2308 §2); a referral.
  kValidated,         // DNSSEC proves it, whatever the header says (RFC 4035 §5).
};

/// REQUIRES: classified.kind is one of the usable kinds (failure.h). `validated`: its signatures
/// prove it.
Strength StrengthOf(const Classified& classified, bool validated);

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
  /// Where the aliases led, in order, the target that ended the chain included; in lower
  /// case.
  std::vector<dns::CompactName> Targets() const;
  bool looped() const { return looped_; }
  dns::NameView start() const { return name_; }
  /// What was followed so far, to come back to when a message turns out not to be believed.
  size_t hops() const { return targets_.size(); }
  void Rewind(size_t hops);
  /// The name that stood behind so many hops. REQUIRES: hops <= hops().
  dns::NameView NameAfter(size_t hops) const {
    assert(hops <= this->hops() && "only hops that were made");
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

/// The TXT RRset of `owner` in a message that Classify() called kAnswer: each record's strings
/// joined, none for one whose RDATA is malformed.
std::vector<std::string> TextsOf(const dns::Message& message, dns::NameView owner);

/// The deepest zone that the message shows to hold `name`: the owner of a SOA or NS set in the
/// authority section, or the signer of the set at `name`; the zone asked where it shows no deeper
/// one. Servers that serve a zone and its child answer for the child without having referred to it.
dns::Name DeepestZoneShown(const dns::Message& message, dns::NameView asked_zone,
                           dns::NameView name);

/// Follows the message's aliases along `chain` as far as they are in bailiwick, and says what
/// stands at the end. `message` is one that Ask() gave for (chain->current(), type): it answers
/// that query and is not truncated.
Classified Classify(const dns::Message& message, const AskedServer& asked, dns::RRType type,
                    AliasChain* chain);

}  // namespace caascan::query
