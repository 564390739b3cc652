// What the iterative resolver's coroutines hand one another: a look-up on its way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scanner/dns/name.h"
#include "scanner/net/network.h"
#include "scanner/query/ask.h"
#include "scanner/query/classify.h"
#include "scanner/resolve/early_replies.h"
#include "scanner/zones/delegations.h"
#include "scanner/zones/referral_leads.h"
#include "scanner/zones/server_choice.h"
#include "scanner/zones/validator.h"

namespace caascan::resolve {

/// A look-up on its way, and its end. Frames are held by the ten thousand: there is one Walk a
/// look-up, which all of them fill, and `asked->message` holds until a coroutine suspends, or
/// where KeepMessage() was called until the next reply.
struct Walk {
  enum class Purpose : uint8_t {
    kAddress,  // Of a server: not validated, since what it says is.
    kData,
    kDs,    // Is there a signed zone at the name? Its parent is asked.
    kKeys,  // The DNSKEY set; `trust` has the DS.
    kCut,   // Is there a zone cut at a part of a name? Only a referral is of use.
  };
  Walk(dns::NameView name, dns::RRType wanted, Purpose why)
      : type(wanted), purpose(why), chain(name) {}

  const dns::RRType type;
  const Purpose purpose;
  bool looks_between = false;         // For a zone below, on the same servers: a referral ends it.
  zones::ZoneTrust* trust = nullptr;  // kKeys.
  /// kDs: what a zone file proves of it (zones::ProofMessage); null where there is none.
  const std::string* file_proof = nullptr;
  /// Where the zone's servers are busy before anything speaks against one, does the walk end?
  query::WhenBusy when_busy = query::WhenBusy::kWait;
  net::PeerRef busy;  // Then one of them; the walk is not ok.

  query::AliasChain chain;
  size_t hops = 0;                    // Of the chain, before the last reply.
  zones::Delegations::Handle zone;    // Whose servers are asked.
  zones::ReferralLeads::Holder lead;  // While its query serves others too.
  uint8_t minimised = 0;              // Questions about parts of the name (RFC 9156).
  /// The server of the zone that has denied a part of the name; null where none has.
  std::unique_ptr<query::Observation> denied_part;

  // The last reply.
  async::Pooled<query::Asked> asked;         // Null until a server has answered or not.
  bool ok = false;                           // It can be used.
  async::Pooled<zones::ReplyVerdict> reply;  // Null where none was judged.
  std::unique_ptr<std::string> copy;         // Of one that is read after other queries.
  bool from_known_denials = false;           // No server has sent it: see KnownDenials.
  bool from_file = false;                    // Likewise: it is what file_proof says.

  // What came of the zone asked.
  Reason failure = Reason::kStopped;     // Where it is not ok.
  bool circle = false;                   // It failed for want of a server whose name led back here.
  bool retried = false;                  // The zone's servers were asked more than once,
  bool on_wire = false;                  // or at all.
  std::vector<query::Attempt> attempts;  // At its servers; they go to the account at its end.

  /// What validation found. Untouched for kAddress.
  struct Proof {
    std::unique_ptr<dnssec::Verdict> bogus;        // Of the first reply, or the zone, that was.
    std::optional<Reason> unreachable;             // It was because no server gave the keys.
    bool empty_was_bogus = false;                  // That reply said that there is no such data.
    DnssecStatus weakest = DnssecStatus::kSecure;  // Of all replies used.
    bool all_insecure = true;                      // Every zone that was gone through.
    std::vector<Finding> findings;
    std::vector<query::Attempt> unheard;  // For the zone's keys, where all servers were silent.
  };
  Proof proof;

  /// The best reply so far that counts only where no server gives a better one (Strength).
  struct Held {
    std::unique_ptr<std::string> bytes;
    async::Pooled<query::Asked> asked;  // `message` is made anew of the bytes.
    zones::Zone::ServerAddress address;
    query::Strength strength{};
  };
  std::unique_ptr<Held> held;

  void Fail(Reason reason) {
    ok = false;
    failure = reason;
  }
  /// Forgets what came of the zone asked before.
  void BeginVisit() {
    ok = circle = retried = on_wire = from_known_denials = from_file = false;
    proof.unreachable.reset();
    failure = Reason::kStopped;
    attempts.clear();
    held.reset();
  }
  /// Does the look-up go on at `zone`, below the one that was asked?
  bool referred() const { return ok && asked->classified.kind == query::ResponseKind::kReferral; }
  /// Is it looked for by the names of the scan, and not to find servers or keys?
  bool seeks_data() const { return purpose == Purpose::kData || purpose == Purpose::kCut; }
  bool stands_at_alias() const {
    return ok && asked->classified.kind == query::ResponseKind::kAlias;
  }
  /// Is the reply bogus only as long as other zones are not known?
  bool lacks_proof() const {
    return ok && reply != nullptr && reply->verdict.is_bogus() &&
           reply->missing.kind != dnssec::Missing::Kind::kNone;
  }

  /// Classifies what is in `asked`, which may be no reply: `ok` says whether it can be used. It is
  /// not judged yet. Follows the aliases in it.
  void ReadReply();
  /// Keeps the octets of the reply, to be read after other queries.
  void KeepMessage();
  /// Puts a reply that was set aside back into `asked`: `bytes` are its message's. The aliases in
  /// it are not followed yet.
  void PutBack(async::Pooled<query::Asked> reply_before, std::unique_ptr<std::string> bytes);

  /// Does the reply count only where no other server gives a better one?
  bool IsWeak() const;
  /// Sets the reply aside, unless a stronger one is held already. REQUIRES: ok.
  void Hold(const zones::Zone::ServerAddress& address);
  /// Puts the reply that is held back into `asked`, and gives its address. REQUIRES: held.
  zones::Zone::ServerAddress TakeHeld();

  /// The deepest zone that the look-up has seen: where servers serve a zone and its child, that is
  /// the child.
  dns::Name DeepestZone() const;
  /// How many labels the zone has that denies the name. REQUIRES: the answer is NXDOMAIN.
  uint8_t DenierLabels() const;
};

/// The octets of a message that must last longer than it.
std::unique_ptr<std::string> CopyOf(const dns::Message& message);

/// What may be said of a usable reply from `peer` without wronging it. One that serves a zone above
/// as well shows that zone's SOA where it knows no delegation: then it is open whether it, or the
/// one that referred here, is wrong.
query::Classified RemarksOf(const Walk& walk, const net::Peer* peer,
                            zones::Delegations* delegations);

/// One visit to a zone: what its servers were asked.
struct Visit {
  zones::ServerChoice choice;
  zones::ServerNames names;
  bool spared = false;       // Enough was asked of these servers: see Budget::host_queries.
  bool last_resort = false;  // The other addresses of its servers were looked for.
  std::unique_ptr<EarlyReplies> early;  // Where AskOptions::brisk.
};

}  // namespace caascan::resolve
