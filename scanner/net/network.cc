// An exchange passes: its peer's limits (per-peer queue), the global rate (one queue), the
// transport; then it is pending until an answer, an error, its deadline or the scan's end completes
// it. Invariant: until completion it is in active_, and from its grant on its peer's budget counts
// it. Completing resumes the waiting coroutine there and then, so Complete is called only from the
// loop's stages, never below await_suspend. Tested by network_test.cc.
#include "scanner/net/network.h"

#include <cassert>

namespace caascan::net {

bool Exchange::await_suspend(std::coroutine_handle<> awaiter) {
  awaiter_ = awaiter;
  return network_->Start(this);
}

void Exchange::OnTimer() { network_->Expire(this); }

void Peer::OnTimer() { network_->Admit(this); }

Network::Network(Loop* loop, SharedLimits* limits, const NetworkOptions& options)
    : loop_(loop),
      limits_(limits),
      blocked_(options.blocked),
      udp_(this, options.udp_sockets, options.ipv4, options.ipv6, options.udp_segments),
      tcp_(this),
      rate_timer_(this) {}

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
  Admit(peer);
  return true;
}

void Network::Admit(Peer* peer) {
  while (Exchange* exchange = peer->waiting_.front()) {
    if (!Grant(peer)) break;
    exchange->granted_ = true;
    peer->waiting_.PopFront();
    rate_queue_.PushBack(exchange);
  }
  if (!rate_timer_.armed()) AdmitGlobally();
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

void Network::AdmitGlobally() {
  while (Exchange* exchange = rate_queue_.front()) {
    if (!limits_->rate().unlimited()) {
      const std::chrono::nanoseconds retry_at = limits_->rate().TryTake(loop_->now());
      if (retry_at != std::chrono::nanoseconds::zero()) {
        loop_->ArmAt(&rate_timer_, retry_at);
        return;
      }
    }
    rate_queue_.PopFront();
    Dispatch(exchange);
  }
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
    if (!peer->waiting_.empty() && !peer->armed()) Admit(peer);
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

void Network::Flush() { udp_.Flush(); }

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
  rate_timer_.Cancel();
  udp_.Close();
  tcp_.Close();
}

}  // namespace caascan::net
