// An exchange waits in its peer's queue, and passes both limits, the peer's and the global rate, at
// one moment, just before it is sent; then it is pending until an answer, an error, its deadline or
// the scan's end completes it. One that had to wait after that (for a TCP connection) takes another
// turn, lest many leave together. Invariant: until completion it is in active_, and from its grant
// on its peer's budget counts it. Completing resumes the waiting coroutine there and then, so
// Complete is called only from the loop's stages, never below await_suspend. Tested by
// network_test.cc.
#include "scanner/net/network.h"

#include <cassert>

namespace caascan::net {

bool Exchange::await_suspend(std::coroutine_handle<> awaiter) {
  awaiter_ = awaiter;
  return network_->Start(this);
}

void Exchange::OnTimer() { network_->Expire(this); }

void Peer::OnTimer() { network_->MakeReady(this); }

Network::Network(Loop* loop, SharedLimits* limits, const NetworkOptions& options)
    : loop_(loop),
      limits_(limits),
      blocked_(options.blocked),
      udp_(this, options.udp_sockets, options.ipv4, options.ipv6, options.udp_segments),
      tcp_(this) {}

Network::~Network() { assert(active_.empty() && "nothing is in flight at the end"); }

absl::Status Network::Open() { return udp_.Open(); }

Peer* Network::PeerFor(const Address& address) {
  const auto it = peers_.find(address);
  if (it != peers_.end()) return &it->second;
  const bool blocked = blocked_ && blocked_(address);
  return &peers_.try_emplace(address, address, this, limits_->BudgetFor(address), blocked)
              .first->second;
}

bool Network::Start(Exchange* exchange) {
  assert(exchange->state_ == Exchange::State::kNew && "an exchange is awaited once");
  if (cancelled_) {
    exchange->state_ = Exchange::State::kDone;
    return false;
  }
  Peer* peer = exchange->peer_;
  if (peer->blocked()) {
    exchange->state_ = Exchange::State::kDone;
    exchange->result_.status = ExchangeStatus::kBlocked;
    return false;
  }
  active_.PushBack(exchange);
  if (peer->budget_ == nullptr && limits_->rate().unlimited()) {
    Dispatch(exchange);
    return true;
  }
  exchange->state_ = Exchange::State::kWaiting;
  peer->waiting_.PushBack(exchange);
  MakeReady(peer);
  return true;
}

void Network::MakeReady(Peer* peer) {
  if (peer->armed() || peer->ListNode<ReadyTag>::linked()) return;
  ready_.PushBack(peer);
}

void Network::AdmitReady() {
  while (Peer* peer = ready_.front()) {
    if (!peer->waiting_.empty() && !TakeTurn()) return;
    ready_.PopFront();
    if (peer->waiting_.empty() || !Grant(peer)) continue;
    has_turn_ = false;
    Exchange* exchange = peer->waiting_.PopFront();
    exchange->granted_ = true;
    if (!peer->waiting_.empty()) ready_.PushBack(peer);
    Dispatch(exchange);
  }
}

bool Network::TakeTurn() {
  if (has_turn_ || limits_->rate().unlimited()) return true;
  if (rate_timer_.armed()) return false;
  const std::chrono::nanoseconds retry_at = limits_->rate().TryTake(loop_->now());
  has_turn_ = retry_at == std::chrono::nanoseconds::zero();
  // A rate so high that milliseconds are too coarse for it: Flush() sees to the next turn.
  const bool fine = limits_->rate().burst() < std::chrono::milliseconds(2);
  if (!has_turn_ && !fine) loop_->ArmAt(&rate_timer_, retry_at);
  return has_turn_;
}

bool Network::Grant(Peer* peer) {
  // While other workers hold every place at this address, nobody here will wake us: look again
  // soon.
  constexpr std::chrono::milliseconds kElsewhere(5);
  if (peer->budget_ != nullptr) {
    std::chrono::nanoseconds retry_at{0};
    switch (peer->budget_->TryAcquire(loop_->now(), &retry_at)) {
      case AddressBudget::Verdict::kGranted:
        break;
      case AddressBudget::Verdict::kTooFast:
        loop_->ArmAt(peer, retry_at);
        return false;
      case AddressBudget::Verdict::kTooManyInFlight:
        if (peer->granted_ == 0) loop_->Arm(peer, kElsewhere);
        return false;
    }
  }
  ++peer->granted_;
  return true;
}

void Network::Requeue(Exchange* exchange) {
  Peer* peer = exchange->peer_;
  exchange->Timer::Cancel();
  exchange->state_ = Exchange::State::kWaiting;
  exchange->granted_ = false;
  ++exchange->turns_lost_;
  --peer->granted_;
  if (peer->budget_ != nullptr) peer->budget_->Release();
  peer->waiting_.PushFront(exchange);
  MakeReady(peer);
}

void Network::Charge(const Exchange* exchange) {
  AddressBudget* budget = exchange->peer_->budget_;
  if (budget != nullptr) budget->Charge(loop_->now());
  if (!limits_->rate().unlimited()) limits_->rate().Charge(loop_->now());
}

void Network::Dispatch(Exchange* exchange) {
  if (exchange->transport_ == Transport::kUdp) {
    udp_.Submit(exchange);
  } else {
    tcp_.Submit(exchange);
  }
}

void Network::Expire(Exchange* exchange) {
  ++stats_.timeouts;
  if (exchange->transport_ == Transport::kTcp) tcp_.Retire(exchange);
  Complete(exchange, ExchangeStatus::kTimeout);
}

void Network::CompleteReply(Exchange* exchange, std::span<const uint8_t> message) {
  ++stats_.replies;
  Peer* peer = exchange->peer_;
  exchange->result_.message = message;
  exchange->result_.rtt = loop_->now() - exchange->sent_at_;
  const auto rtt = std::chrono::duration_cast<std::chrono::microseconds>(exchange->result_.rtt);
  // RFC 6298's gain; an answer in the same microsecond still counts as measured.
  peer->srtt_ = peer->srtt_.count() == 0 ? rtt : (peer->srtt_ * 7 + rtt) / 8;
  if (peer->srtt_.count() == 0) peer->srtt_ = std::chrono::microseconds(1);
  Complete(exchange, ExchangeStatus::kReply);
}

void Network::Complete(Exchange* exchange, ExchangeStatus status, int error) {
  assert(exchange->state_ != Exchange::State::kDone && "completed once");
  Peer* peer = exchange->peer_;
  exchange->Timer::Cancel();
  if (exchange->state_ == Exchange::State::kPending) {
    if (exchange->transport_ == Transport::kUdp) {
      udp_.Forget(exchange);
    } else {
      tcp_.Forget(exchange);
    }
  }
  exchange->ListNode<QueueTag>::Unlink();
  exchange->ListNode<ActiveTag>::Unlink();
  exchange->state_ = Exchange::State::kDone;
  exchange->result_.status = status;
  exchange->result_.error = error;
  if (status == ExchangeStatus::kReply) {
    peer->silences_ = 0;
  } else if (status != ExchangeStatus::kCancelled) {
    ++peer->silences_;
  }
  if (exchange->granted_) {
    --peer->granted_;
    if (peer->budget_ != nullptr) peer->budget_->Release();
    if (!peer->waiting_.empty()) MakeReady(peer);
  }
  exchange->awaiter_.resume();
}

bool Pause::await_suspend(std::coroutine_handle<> awaiter) {
  if (network_->cancelled_) return false;
  awaiter_ = awaiter;
  network_->pauses_.PushBack(this);
  network_->loop_->Arm(this, delay_);
  return true;
}

void Pause::OnTimer() {
  ListNode<PauseTag>::Unlink();
  awaiter_.resume();
}

std::chrono::milliseconds Network::Jittered(std::chrono::milliseconds delay) {
  const int64_t half = delay.count() / 2;
  if (half == 0) return delay;
  return delay - delay / 4 + std::chrono::milliseconds(static_cast<int64_t>(Random() >> 1) % half);
}

void Network::Flush() {
  if (!ready_.empty()) {
    // Turns are given just before they are used, by a clock just read: what is counted is what the
    // servers see.
    loop_->RefreshNow();
    AdmitReady();
  }
  udp_.Flush();
  // Those that were woken by a sending that failed, or whose rate wants a turn at once.
  if (!ready_.empty() && !rate_timer_.armed()) loop_->Wake();
}

void Network::CancelAll() {
  cancelled_ = true;
  while (Exchange* exchange = active_.front()) Complete(exchange, ExchangeStatus::kCancelled);
  while (Pause* pause = pauses_.front()) {
    pause->Timer::Cancel();
    pause->OnTimer();
  }
}

void Network::Close() {
  for (auto& [address, peer] : peers_) peer.Cancel();
  while (ready_.PopFront() != nullptr) {
  }
  rate_timer_.Cancel();
  udp_.Close();
  tcp_.Close();
}

}  // namespace caascan::net
