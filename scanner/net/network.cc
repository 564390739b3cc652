// An exchange waits in its peer's queue, and passes both limits, the peer's and the global rate, at
// one moment, just before it is sent; then it is pending until an answer, an error, its deadline or
// the scan's end completes it. One that had to wait after that (for a TCP connection) takes another
// turn, lest many leave together. Invariant: until completion it is in active_, and from its grant
// on its peer's budget counts it. Completing resumes the waiting coroutine there and then, so
// Complete is called only from the loop's stages, never below await_suspend. Tested by
// network_test.cc.
#include "scanner/net/network.h"

#include <cassert>
#include <cerrno>
#include <utility>
#include <vector>

#include "scanner/dns/codes.h"
#include "scanner/dns/message.h"

namespace caascan::net {

bool Exchange::await_suspend(std::coroutine_handle<> awaiter) {
  awaiter_ = awaiter;
  return peer_->network_->Start(this);
}

void Exchange::OnTimer() { peer_->network_->Expire(this); }

void Peer::OnTimer() { network_->MakeReady(this); }

Network::Network(Loop* loop, SharedLimits* limits, const NetworkOptions& options)
    : loop_(loop),
      limits_(limits),
      blocked_(options.blocked),
      peers_(this, limits, options.peer_capacity),
      udp_(this, options),
      tcp_(this, options.tcp_connections),
      outage_(this, options.outage_patience) {}

Network::~Network() { assert(active_.empty() && "nothing is in flight at the end"); }

absl::Status Network::Open() { return udp_.Open(); }

PeerRef Network::PeerFor(const Address& address) {
  if (Peer* known = peers_.Find(address)) return known;
  const bool blocked = blocked_ && blocked_(address);
  return peers_.Add(address, blocked);
}

void Network::FindBudget(Peer* peer) {
  if (peer->knows_budget_) return;
  peer->knows_budget_ = true;
  peer->budget_ = limits_->BudgetFor(peer->address_);
}

void Network::EndAtOnce(Exchange* exchange, ExchangeStatus status, int error) {
  if (exchange->granted_) GiveBackGrant(exchange);
  exchange->state_ = Exchange::State::kDone;
  exchange->result_.status = status;
  exchange->result_.error = error;
}

bool Network::Start(Exchange* exchange) {
  assert(exchange->state_ == Exchange::State::kNew && "an exchange is awaited once");
  if (cancelled_) {
    EndAtOnce(exchange, ExchangeStatus::kCancelled);
    return false;
  }
  Peer* peer = exchange->peer_;
  if (peer->blocked()) {
    EndAtOnce(exchange, ExchangeStatus::kBlocked);
    return false;
  }
  if (exchange->canary_) {
    active_.PushBack(exchange);
    Dispatch(exchange);
    return true;
  }
  if (outage_.has_lasted()) {
    EndAtOnce(exchange, ExchangeStatus::kSendFailed, ENETDOWN);
    return false;
  }
  FindBudget(peer);
  active_.PushBack(exchange);
  if (peer->budget_ == nullptr && limits_->rate().unlimited() && !outage_.is_down()) {
    Dispatch(exchange);
    return true;
  }
  Enqueue(exchange, /*in_front=*/false);
  return true;
}

void Network::MakeReady(Peer* peer) {
  if (peer->armed() || peer->ListNode<ReadyTag>::linked()) return;
  ready_.PushBack(peer);
}

void Network::SetStalled(Peer* peer, bool stalled) {
  if (stalled == peer->stalled_) return;
  peer->stalled_ = stalled;
  stalled_ = stalled ? stalled_ + peer->waiting_count_ : stalled_ - peer->waiting_count_;
}

void Network::Enqueue(Exchange* exchange, bool in_front) {
  Peer* peer = exchange->peer_;
  exchange->state_ = Exchange::State::kWaiting;
  if (in_front) {
    peer->waiting_.PushFront(exchange);
  } else {
    peer->waiting_.PushBack(exchange);
  }
  ++peer->waiting_count_;
  if (peer->stalled_) ++stalled_;
  MakeReady(peer);
}

void Network::LeaveQueue(Exchange* exchange) {
  Peer* peer = exchange->peer_;
  exchange->ListNode<QueueTag>::Unlink();
  --peer->waiting_count_;
  if (peer->stalled_) --stalled_;
}

void Network::AdmitReady() {
  if (outage_.is_down()) return;
  while (Peer* peer = ready_.front()) {
    if (!peer->waiting_.empty() && !TakeTurn()) return;
    ready_.PopFront();
    if (peer->waiting_.empty()) continue;
    const bool granted = Grant(peer);
    SetStalled(peer, !granted);
    if (!granted) continue;
    has_turn_ = false;
    Exchange* exchange = peer->waiting_.front();
    LeaveQueue(exchange);
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

void Network::GiveBackGrant(Exchange* exchange) {
  Peer* peer = exchange->peer_;
  exchange->granted_ = false;
  --peer->granted_;
  if (peer->budget_ != nullptr) peer->budget_->Release();
}

void Network::Requeue(Exchange* exchange) {
  exchange->Timer::Cancel();
  ++exchange->turns_lost_;
  GiveBackGrant(exchange);
  Enqueue(exchange, /*in_front=*/true);
}

void Network::Charge(const Exchange* exchange) {
  AddressBudget* budget = exchange->peer_->budget_;
  if (budget != nullptr) budget->Charge(loop_->now());
  if (!limits_->rate().unlimited()) limits_->rate().Charge(loop_->now());
}

void Network::Dispatch(Exchange* exchange) {
  if (exchange->protocol_ == Protocol::kUdp) {
    udp_.Submit(exchange);
  } else {
    tcp_.Submit(exchange);
  }
}

void Network::Expire(Exchange* exchange) {
  ++stats_.timeouts;
  if (exchange->protocol_ == Protocol::kTcp) {
    tcp_.Retire(exchange);
  } else {
    udp_.NoteTimeout(exchange);
  }
  const bool doubted =
      exchange->protocol_ == Protocol::kUdp && exchange->result_.mismatches.from_server() > 0;
  if (doubted) return Complete(exchange, ExchangeStatus::kDoubtful);
  if (AskAnew(exchange) || outage_.Hold(exchange)) return;
  Complete(exchange, ExchangeStatus::kTimeout);
}

void Network::Withdraw(Exchange* exchange) {
  Peer* peer = exchange->peer_;
  exchange->Timer::Cancel();
  if (exchange->state_ == Exchange::State::kPending) {
    if (exchange->protocol_ == Protocol::kUdp) {
      udp_.Forget(exchange);
    } else {
      tcp_.Forget(exchange);
    }
  }
  if (exchange->state_ == Exchange::State::kWaiting) LeaveQueue(exchange);
  exchange->ListNode<QueueTag>::Unlink();
  exchange->state_ = Exchange::State::kHeld;
  if (!exchange->granted_) return;
  GiveBackGrant(exchange);
  if (!peer->waiting_.empty()) MakeReady(peer);
}

bool Network::AskAnew(Exchange* exchange) {
  constexpr uint8_t kMostTimes = 2;
  if (exchange->protocol_ != Protocol::kUdp || exchange->canary_ || cancelled_) return false;
  stats_.drops = udp_.CountDrops();
  if (udp_.dropped_at() < exchange->sent_at_ || exchange->turns_lost_ >= kMostTimes) return false;
  ++exchange->turns_lost_;
  Withdraw(exchange);
  Enqueue(exchange, /*in_front=*/false);
  return true;
}

bool Network::TakeCanaryTurn(Peer* peer) {
  FindBudget(peer);
  if (!TakeTurn() || !Grant(peer)) return false;
  has_turn_ = false;
  return true;
}

void Network::SetCanaries(const std::vector<PeerRef>& peers) {
  std::vector<PeerRef> canaries;
  for (const PeerRef& peer : peers) {
    if (!peer->blocked()) canaries.push_back(peer);
  }
  outage_.SetCanaries(std::move(canaries));
}

void Network::FailWaiting(List<Exchange, QueueTag>* held) {
  while (Exchange* exchange = held->front()) {
    Complete(exchange, ExchangeStatus::kSendFailed, ENETDOWN);
  }
  std::vector<PeerRef> peers;
  peers_.ForEach([&peers](Peer* peer) {
    if (!peer->waiting_.empty()) peers.emplace_back(peer);
  });
  for (const PeerRef& peer : peers) {
    while (Exchange* exchange = peer->waiting_.front()) {
      Complete(exchange, ExchangeStatus::kSendFailed, ENETDOWN);
    }
  }
}

void Network::CompleteReply(Exchange* exchange, std::span<const uint8_t> message) {
  ++stats_.replies;
  stats_.reply_octets += message.size();
  Peer* peer = exchange->peer_;
  outage_.NoteAnswer(peer);
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
  if (exchange->granted_ && peer->budget_ != nullptr) NotePace(*exchange, status);
  Withdraw(exchange);
  exchange->ListNode<ActiveTag>::Unlink();
  exchange->state_ = Exchange::State::kDone;
  exchange->result_.status = status;
  exchange->result_.error = error;
  if (exchange->sent_at_.count() != 0) {
    exchange->result_.spent = loop_->now() - exchange->sent_at_;
  }
  if (status == ExchangeStatus::kReply) {
    peer->silences_ = 0;
  } else if (status != ExchangeStatus::kCancelled && status != ExchangeStatus::kDoubtful) {
    ++peer->silences_;
  }
  exchange->awaiter_.resume();
}

namespace {

/// TC or REFUSED: how servers turn clients away that ask too much, and also other things.
bool TurnsAway(std::span<const uint8_t> message) {
  return dns::IsTruncated(message) || dns::HeaderRCode(message) == dns::RCode::kRefused;
}

}  // namespace

void Network::NotePace(const Exchange& exchange, ExchangeStatus status) {
  constexpr std::chrono::milliseconds kReportEvery(200);
  Peer* peer = exchange.peer_;
  if (exchange.protocol_ != Protocol::kUdp || !peer->budget_->is_paced()) return;
  const bool silent = status == ExchangeStatus::kTimeout && !exchange.result_.mismatches.any();
  if (!silent && status != ExchangeStatus::kReply) return;
  if (exchange.sent_at_ < peer->tally_since_) return;
  ++(silent || TurnsAway(exchange.result_.message) ? peer->tally_.bad : peer->tally_.good);
  const std::chrono::nanoseconds now = loop_->now();
  if (peer->tally_since_ == std::chrono::nanoseconds::zero())
    peer->tally_since_ = exchange.sent_at_;
  if (now < peer->report_at_) return;
  peer->report_at_ = now + kReportEvery;
  if (peer->tally_.bad != 0 || peer->budget_->watching()) {
    peer->tally_since_ =
        peer->budget_->Report(peer->tally_, peer->tally_since_, exchange.timeout_, now);
  } else if (now - peer->tally_since_ > exchange.timeout_ + std::chrono::seconds(1)) {
    peer->tally_since_ = now;
  } else {
    return;
  }
  peer->tally_ = {};
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
  peers_.Trim(loop_->now());
  if (!ready_.empty()) {
    // Turns are given just before they are used, by a clock just read: what is counted is what the
    // servers see.
    loop_->RefreshNow();
    AdmitReady();
  }
  udp_.Flush();
  tcp_.Flush();
  // Those that were woken by a sending that failed, or whose rate wants a turn at once.
  if (!ready_.empty() && !rate_timer_.armed() && !outage_.is_down()) loop_->Wake();
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
  peers_.ForEach([](Peer* peer) { peer->Cancel(); });
  while (ready_.PopFront() != nullptr) {
  }
  rate_timer_.Cancel();
  outage_.Cancel();
  udp_.Close();
  tcp_.Close();
}

}  // namespace caascan::net
