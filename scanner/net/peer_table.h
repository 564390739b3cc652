// All peers of one worker: those in use, and those that are remembered.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <chrono>
#include <cstddef>
#include <functional>

#include "scanner/async/fixed_pool.h"
#include "scanner/async/list.h"
#include "scanner/net/peer.h"

namespace caascan::net {

/// A peer that a PeerRef points to is in use, and stays. Else it is remembered for what is known of
/// it, while there are not more than `capacity` of those. Then the least recently used is
/// forgotten: of the plain ones first, and only then of those with a silence, a pace or a known
/// treatment of letter case.
///
/// A part of Exchanges; loop thread only. The PeerRefs end before it.
class PeerTable {
 public:
  /// `limits` has the budgets that the peers use, and gets them back.
  PeerTable(Exchanges* exchanges, pacing::SharedLimits* limits, size_t capacity)
      : exchanges_(exchanges), limits_(limits), capacity_(capacity) {}
  PeerTable(const PeerTable&) = delete;
  PeerTable& operator=(const PeerTable&) = delete;
  ~PeerTable();

  /// nullptr where the server is not known by this way to it.
  Peer* Find(const stream::Endpoint& at) const;
  /// REQUIRES: it is not known.
  Peer* Add(const stream::Endpoint& at, bool blocked);
  size_t size() const { return peers_.size(); }
  size_t unused() const { return unused_; }
  /// `act` must not add peers.
  void ForEach(const std::function<void(Peer*)>& act) const;

  void NoteUse(Peer* peer);
  void NoteEndOfUse(Peer* peer);
  /// Forgets what is too many. Not where anybody holds a plain pointer to a peer not in use.
  void Trim(std::chrono::nanoseconds now) {
    while (unused_ > capacity_) Forget(plain_.empty() ? known_.front() : plain_.front(), now);
  }

 private:
  static const async::Address& AddressOf(const stream::Endpoint& at) { return at.address; }
  static const async::Address& AddressOf(const Peer* peer) { return peer->address(); }
  static const stream::Channel* ChannelOf(const stream::Endpoint& at) { return at.channel; }
  static const stream::Channel* ChannelOf(const Peer* peer) { return peer->channel(); }
  struct Hash {
    using is_transparent = void;
    template <typename K>
    size_t operator()(const K& key) const {
      return absl::Hash<async::Address>()(AddressOf(key));
    }
  };
  struct Equal {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return ChannelOf(a) == ChannelOf(b) && AddressOf(a) == AddressOf(b);
    }
  };

  void Forget(Peer* peer, std::chrono::nanoseconds now);
  void Destroy(Peer* peer, std::chrono::nanoseconds now);

  Exchanges* const exchanges_;
  pacing::SharedLimits* const limits_;
  const size_t capacity_;
  async::FixedPool pool_{sizeof(Peer)};
  absl::flat_hash_set<Peer*, Hash, Equal> peers_;
  // Those not in use; the least recently used first.
  async::List<Peer, UnusedTag> plain_;
  async::List<Peer, UnusedTag> known_;
  size_t unused_ = 0;
};

}  // namespace caascan::net
