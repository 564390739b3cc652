// Invariant: a peer is in one of the two lists if and only if no PeerRef points to it. Such a peer
// has nothing on its way: each Exchange and each TCP connection keeps its peer, and a timer or a
// place among the ready ones, which only wake what waits, is given up with the last reference.
// Tested by peer_table_test.cc.
#include "scanner/net/peer_table.h"

#include <algorithm>
#include <cassert>
#include <cstdint>

#include "scanner/net/exchanges.h"

namespace caascan::net {

size_t Peer::memory_share() const {
  constexpr size_t kSlot = sizeof(void*) + 1;  // Of the table.
  return (sizeof(Peer) + kSlot) / (references_ == 0 ? 1 : references_);
}

void Peer::OnTimer() { exchanges_->admission().MakeReady(this); }

void Peer::NoteAnswer(std::chrono::nanoseconds rtt) {
  const auto measured = std::chrono::duration_cast<std::chrono::microseconds>(rtt);
  // RFC 6298's gain; an answer in the same microsecond still counts as measured.
  const auto us = static_cast<uint32_t>(std::clamp<int64_t>(measured.count(), 1, INT32_MAX));
  srtt_us_ = srtt_us_ == 0 ? us : static_cast<uint32_t>((uint64_t{srtt_us_} * 7 + us) / 8);
  silences_ = 0;
  proven_silences_ = 0;
}

void Peer::BeginUse() { exchanges_->peers().NoteUse(this); }

void Peer::EndUse() {
  assert(queue_.empty() && sent_.empty() && queue_.granted() == 0 && "an exchange keeps its peer");
  assert(connection_ == nullptr && "a connection keeps its peer");
  async::Timer::Cancel();
  async::ListNode<ReadyTag>::Unlink();
  exchanges_->peers().NoteEndOfUse(this);
}

PeerTable::~PeerTable() {
  while (plain_.PopFront() != nullptr || known_.PopFront() != nullptr) {
  }
  for (Peer* peer : peers_) {
    assert(peer->references() == 0 && "references end before the network");
    Destroy(peer, std::chrono::nanoseconds::max());
  }
}

Peer* PeerTable::Find(const stream::Endpoint& at) const {
  const auto it = peers_.find(at);
  return it == peers_.end() ? nullptr : *it;
}

Peer* PeerTable::Add(const stream::Endpoint& at, bool blocked) {
  auto* peer = new (pool_.Take()) Peer(at, exchanges_, blocked);
  const bool added = peers_.insert(peer).second;
  assert(added && "one peer for each way to an address");
  (void)added;
  NoteEndOfUse(peer);
  return peer;
}

void PeerTable::ForEach(const std::function<void(Peer*)>& act) const {
  for (Peer* peer : peers_) act(peer);
}

void PeerTable::NoteUse(Peer* peer) {
  peer->async::ListNode<UnusedTag>::Unlink();
  --unused_;
}

void PeerTable::NoteEndOfUse(Peer* peer) {
  (peer->is_worth_remembering() ? known_ : plain_).PushBack(peer);
  ++unused_;
}

void PeerTable::Forget(Peer* peer, std::chrono::nanoseconds now) {
  assert(peer->references() == 0 && !peer->armed() && "what is in use stays");
  peer->async::ListNode<UnusedTag>::Unlink();
  --unused_;
  peers_.erase(peer);
  Destroy(peer, now);
}

void PeerTable::Destroy(Peer* peer, std::chrono::nanoseconds now) {
  pacing::AddressBudget* budget = peer->queue().budget();
  if (budget != nullptr) limits_->GiveBack(budget, now);
  peer->~Peer();
  pool_.Give(peer);
}

}  // namespace caascan::net
