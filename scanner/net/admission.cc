// Invariant: from its grant on, an exchange is counted by its peer's queue and by the budget, until
// GiveBack(). A peer with waiting exchanges is in ready_, or its timer is armed, or an exchange of
// its own that is under way will make it ready. Tested by admission_test.cc and network_test.cc.
#include "scanner/net/admission.h"

#include <cassert>

namespace caascan::net {

bool Admission::IsUnlimited(Peer* peer) {
  peer->queue().FindBudget(peer->address(), limits_);
  return peer->queue().is_free() && peer->queue().empty() && limits_->rate().unlimited() &&
         own_rate_.unlimited();
}

void Admission::MakeReady(Peer* peer) {
  if (peer->armed() || peer->async::ListNode<ReadyTag>::linked()) return;
  ready_.PushBack(peer);
}

void Admission::SetStalled(Peer* peer, bool stalled) {
  PeerQueue& queue = peer->queue();
  if (stalled == queue.stalled()) return;
  queue.set_stalled(stalled);
  const auto waiting = static_cast<int32_t>(queue.size());
  CountStalled(queue, stalled ? waiting : -waiting);
}

void Admission::CountStalled(const PeerQueue& queue, int32_t exchanges) {
  stalled_ += static_cast<size_t>(static_cast<ptrdiff_t>(exchanges));
  if (queue.budget() != nullptr) queue.budget()->AddWaiting(exchanges);
}

void Admission::Enqueue(Exchange* exchange, bool in_front) {
  Peer* peer = exchange->peer();
  exchange->course().stage = Exchange::Stage::kWaiting;
  peer->queue().Push(exchange, in_front);
  if (peer->queue().stalled()) CountStalled(peer->queue(), 1);
  MakeReady(peer);
}

void Admission::Leave(Exchange* exchange) {
  assert(exchange->course().stage == Exchange::Stage::kWaiting && "it is in its server's queue");
  PeerQueue& queue = exchange->peer()->queue();
  queue.Remove(exchange);
  if (queue.stalled()) CountStalled(queue, -1);
}

Exchange* Admission::Next() {
  while (Peer* peer = ready_.front()) {
    PeerQueue& queue = peer->queue();
    if (!queue.empty() && !TakeTurn()) return nullptr;
    ready_.PopFront();
    if (queue.empty()) continue;
    const bool granted = Grant(peer);
    SetStalled(peer, !granted);
    if (!granted) continue;
    has_turn_ = false;
    Exchange* exchange = queue.front();
    Leave(exchange);
    exchange->course().granted = true;
    if (!queue.empty()) ready_.PushBack(peer);
    return exchange;
  }
  return nullptr;
}

bool Admission::TakeTurn() {
  if (has_turn_) return true;
  if (rate_timer_.armed()) return false;
  if (!has_own_turn_) has_own_turn_ = TakeFrom(&own_rate_);
  has_turn_ = has_own_turn_ && TakeFrom(&limits_->rate());
  if (has_own_turn_ && !has_turn_) limits_->NoteRateRefused();
  if (has_turn_) has_own_turn_ = false;
  return has_turn_;
}

bool Admission::TakeFrom(pacing::RateGate* rate) {
  if (rate->unlimited()) return true;
  const std::chrono::nanoseconds retry_at = rate->TryTake(loop_->now());
  if (retry_at == std::chrono::nanoseconds::zero()) return true;
  // A rate so high that milliseconds are too coarse for it: Flush() sees to the next turn.
  const bool fine = rate->burst() < std::chrono::milliseconds(2);
  if (!fine) loop_->ArmAt(&rate_timer_, retry_at);
  return false;
}

void Admission::SetOwnRate(double per_second) {
  own_rate_.SetRate(per_second);
  if (own_rate_.unlimited()) rate_timer_.Cancel();
}

bool Admission::Grant(Peer* peer) {
  // While other workers hold every place at this address, nothing here will wake us: look again
  // soon.
  constexpr std::chrono::milliseconds kElsewhere(5);
  std::chrono::nanoseconds retry_at{0};
  switch (peer->queue().TryGrant(loop_->now(), &retry_at)) {
    case pacing::AddressBudget::Verdict::kGranted:
      return true;
    case pacing::AddressBudget::Verdict::kTooFast:
      loop_->ArmAt(peer, retry_at);
      return false;
    case pacing::AddressBudget::Verdict::kTooManyInFlight:
      if (peer->queue().granted() == 0) loop_->Arm(peer, kElsewhere);
      return false;
  }
  return false;
}

bool Admission::TakeCanaryTurn(Peer* peer) {
  peer->queue().FindBudget(peer->address(), limits_);
  if (!TakeTurn() || !Grant(peer)) return false;
  has_turn_ = false;
  return true;
}

void Admission::GiveBack(Exchange* exchange) {
  assert(exchange->course().granted && "it holds a place");
  exchange->course().granted = false;
  exchange->peer()->queue().GiveBack();
}

void Admission::Charge(const Exchange& exchange) {
  pacing::AddressBudget* budget = exchange.peer()->queue().budget();
  if (budget != nullptr) budget->Charge(loop_->now());
  if (!limits_->rate().unlimited()) limits_->rate().Charge(loop_->now());
}

void Admission::Close() {
  while (ready_.PopFront() != nullptr) {
  }
  rate_timer_.Cancel();
}

}  // namespace caascan::net
