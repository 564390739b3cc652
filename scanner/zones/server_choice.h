// Which of a zone's servers is asked next. Pure: no queries, no clock, no randomness.
#pragma once

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "scanner/net/exchange.h"
#include "scanner/net/network.h"
#include "scanner/query/answer.h"
#include "scanner/zones/zone.h"

namespace caascan::zones {

/// How a server has done lately, and how many queries wait for it.
struct ServerLoad {
  bool silent = false;  // It left several queries in a row unanswered, or where brisk the last.
  bool busy = false;    // A query would wait for its turn.
  size_t queued = 0;
  std::chrono::nanoseconds srtt{0};

  static ServerLoad Of(const net::Peer& peer, bool brisk);
};

/// Silent servers come last. Where a queue is there the shorter one wins, else the shorter round
/// trip.
bool IsBetter(const ServerLoad& one, const ServerLoad& other);

/// How many tries one visit to a zone may have.
struct TryLimits {
  unsigned retries = 2;   // Beyond the first, however many servers the zone has.
  unsigned patience = 2;  // A patient look: so many times the usual tries, for each server.
  query::Look look = query::Look::kFirst;
  bool brisk = false;  // Each server is tried once: who is silent is asked more by probes.
};

/// One visit to a zone: which of its addresses were tried, and how that ended. An address is named
/// by its index in Zone::addresses. Every address is tried once before one is tried again. A value;
/// one thread.
class ServerChoice {
 public:
  /// The next one of `count` addresses that was not tried yet; none where all were. It is the
  /// better of two, from `turn` on: a new `turn` each time spreads the load, and the second
  /// candidate prefers the quick ones without deserting the others. `load_of(index)` gives a
  /// ServerLoad. `candidates`: more of them where somebody waits, lest all two be silent. REQUIRES:
  /// count <= Zone::kMaxAddresses.
  template <typename LoadOf>
  std::optional<unsigned> PickNew(size_t count, uint32_t turn, const LoadOf& load_of,
                                  size_t candidates = 2) const {
    assert(count <= Zone::kMaxAddresses && "each address has a bit");
    std::optional<unsigned> best;
    size_t seen = 0;
    for (size_t i = 0; i < count && seen < candidates; ++i) {
      const auto index = static_cast<unsigned>((i + turn) % count);
      if (was_tried(index)) continue;
      ++seen;
      if (!best || IsBetter(load_of(index), load_of(*best))) best = index;
    }
    return best;
  }

  /// Which of `count` addresses is tried again; none where no further try is worth it. Silent
  /// servers come first: only their answer is missing. Where others failed in words, the silent
  /// ones have all the retries, lest a lost datagram leave the verdict to a bad server.
  /// `silence_is_final`: where all were silent, no further try is made.
  std::optional<unsigned> PickAgain(size_t count, const TryLimits& limits,
                                    bool silence_is_final) const;

  void Begin(unsigned index);
  /// Its exchange ended so. True where that was a retry.
  bool End(unsigned index, net::ExchangeStatus status);
  /// It is asked no more, or may not be at all.
  void GiveUp(unsigned index) { hopeless_ |= Bit(index); }
  /// Its answer is kept for want of a better one, so it is not asked again.
  void Hold(unsigned index) { held_ |= Bit(index); }
  /// This machine cannot send to its family of addresses.
  void NoteFamily(unsigned index) { other_family_ |= Bit(index); }

  bool was_tried(unsigned index) const { return (tried_ & Bit(index)) != 0; }
  /// Was each of the `count` addresses tried?
  bool all_tried(size_t count) const;
  bool any_silent() const { return silent_ != 0; }
  bool lacks_family(unsigned index) const { return (other_family_ & Bit(index)) != 0; }
  bool any_lacks_family() const { return other_family_ != 0; }
  /// Tries that left this machine,
  unsigned sent() const { return sent_; }
  /// and tries of addresses that had been tried before.
  unsigned repeats() const { return repeats_; }

 private:
  static uint32_t Bit(unsigned index) { return 1u << index; }

  // A bit an address.
  uint32_t tried_ = 0;
  uint32_t hopeless_ = 0;  // Blocked, known to be silent, or our own side cannot send there.
  uint32_t silent_ = 0;    // The last try got no answer.
  uint32_t held_ = 0;
  uint32_t other_family_ = 0;
  unsigned sent_ = 0;
  unsigned repeats_ = 0;
};

/// Which of the zone's server names were looked up on this visit, and how that ended. A name is
/// given by its index in Zone::servers. A value; one thread.
class ServerNames {
 public:
  /// The first server that was not looked up and has no address, or none that this machine can send
  /// to, as `choice` has found.
  std::optional<unsigned> Next(const Zone& zone, const ServerChoice& choice) const;
  void Begin(unsigned index) { looked_up_ |= Bit(index); }
  void End(unsigned index, query::HostEnd end);
  /// Adds those of the zone at `apex` that gave no address to *attempts. What our own limits hid is
  /// no server's fault.
  void AddUnresolved(const Zone& zone, dns::NameView apex,
                     std::vector<query::Attempt>* attempts) const;

  /// Is there a server whose address could not be found, though it may have one?
  bool any_missing() const { return (unheard_ | unproven_) != 0; }
  /// Did our own limits keep us from looking for one?
  bool any_cut_short() const { return cut_short_ != 0; }
  /// Did the look-up of one need that very name?
  bool circle() const { return circles_ != 0; }

 private:
  static uint32_t Bit(unsigned index) { return 1u << index; }

  // A bit a server.
  uint32_t looked_up_ = 0;
  uint32_t unheard_ = 0;   // The servers that have its address were silent,
  uint32_t unproven_ = 0;  // or failed.
  uint32_t cut_short_ = 0;
  uint32_t local_faults_ = 0;  // Our own side could not send.
  uint32_t circles_ = 0;       // Its look-up needed that very name.
  uint32_t blocklisted_ = 0;   // The user does not want it to be asked.
};

}  // namespace caascan::zones
