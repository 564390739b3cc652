// What the iterative resolver's coroutines hand one another: a look-up on its way.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scanner/resolve/ask.h"
#include "scanner/resolve/classify.h"
#include "scanner/resolve/delegations.h"
#include "scanner/resolve/server_choice.h"
#include "scanner/resolve/validator.h"

namespace caascan::resolve {

/// A look-up on its way, and its end. Frames are held by the ten thousand: there is one Walk a
/// look-up, which all of them fill, and `asked->message` holds until a coroutine suspends.
struct Walk {
  enum class Purpose : uint8_t {
    kAddress,  // Of a server: not validated, since what it says is.
    kData,
    kDs,    // Is there a signed zone at the name? Its parent is asked.
    kKeys,  // The DNSKEY set; `trust` has the DS.
  };
  Walk(dns::NameView name, dns::RRType wanted, Purpose why)
      : type(wanted), purpose(why), chain(name) {}

  const dns::RRType type;
  const Purpose purpose;
  AliasChain chain;
  Delegations::Handle zone;  // Whose servers are asked.
  net::Pooled<Asked> asked;  // Of the last one of them; null until it has answered or not.
  bool ok = false;
  /// Where the zone's servers are busy before anything speaks against one, does the walk end?
  WhenBusy when_busy = WhenBusy::kWait;
  net::PeerRef busy;  // Then one of them; the walk is not ok.
  Reason failure = Reason::kStopped;
  bool looks_between = false;     // For a zone below, on the same servers: a referral ends it.
  bool circle = false;            // It failed for want of a server whose name led back here.
  std::vector<Attempt> attempts;  // At the zone's servers; told to the account at its end.
  std::vector<Attempt> unheard;   // Likewise, for the zone's keys, where all were silent.
  bool retried = false;           // The zone's servers were asked more than once,
  bool on_wire = false;           // or at all.
  // Validation; untouched for kAddress.
  size_t hops = 0;                         // Of the chain, before the last reply.
  ZoneTrust* trust = nullptr;              // kKeys.
  std::unique_ptr<ReplyVerdict> reply;     // Of the last one; null where none was judged.
  std::unique_ptr<dnssec::Verdict> bogus;  // The first reply, or the zone, that was.
  std::optional<Reason> unreachable;       // It was because no server gave the keys.
  bool empty_was_bogus = false;
  DnssecStatus weakest = DnssecStatus::kSecure;  // Of all that was taken.
  bool all_insecure = true;                      // Every zone that was gone through.
  std::vector<Finding> findings;
  std::unique_ptr<std::string> copy;  // Of a reply whose judgement needs more queries.
  /// The best reply so far that counts only where no server gives a better one (Strength).
  struct Held {
    std::unique_ptr<std::string> bytes;
    net::Pooled<Asked> asked;  // `message` is made anew of the bytes.
    Zone::ServerAddress address;
    Strength strength{};
  };
  std::unique_ptr<Held> held;

  /// Forgets what came of the zone asked before.
  void BeginVisit() {
    ok = circle = retried = on_wire = false;
    unreachable.reset();
    failure = Reason::kStopped;
    attempts.clear();
    held.reset();
  }
  /// Does the look-up go on at `zone`, below the one that was asked?
  bool referred() const { return ok && asked->classified.kind == ResponseKind::kReferral; }
  bool stands_at_alias() const { return ok && asked->classified.kind == ResponseKind::kAlias; }
};

/// How many labels the zone has that denies the name. REQUIRES: the answer is NXDOMAIN.
inline uint8_t DenierOf(const Walk& walk) {
  assert(walk.asked->classified.kind == ResponseKind::kNxDomain && "the name is denied");
  const dns::Name zone =
      DeepestZoneShown(walk.asked->message, walk.zone.name(), walk.chain.current());
  return static_cast<uint8_t>(zone.view().label_count());
}

/// One visit to a zone: what its servers were asked.
struct Visit {
  ServerChoice choice;
  ServerNames names;
  bool spared = false;       // Enough was asked of these servers: see Account::host_queries.
  bool last_resort = false;  // The other addresses of its servers were looked for.
};

}  // namespace caascan::resolve
