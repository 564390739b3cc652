// Tested by exchanges_test.cc and network_test.cc.
#include "scanner/net/exchanges.h"

#include <cassert>
#include <cerrno>

#include "scanner/dns/codes.h"
#include "scanner/dns/message.h"

namespace caascan::net {

using Stage = Exchange::Stage;

bool Exchange::await_suspend(std::coroutine_handle<> awaiter) {
  awaiter_ = awaiter;
  return peer_->exchanges()->Start(this);
}

void Exchange::OnTimer() { peer_->exchanges()->Expire(this); }

Exchanges::Exchanges(async::Loop* loop, pacing::SharedLimits* limits, const NetworkOptions& options)
    : TransportClient(loop),
      peers_(this, limits, options.peer_capacity),
      admission_(loop, limits),
      outage_(this, options.outage_patience) {}

Exchanges::~Exchanges() { assert(active_.empty() && "nothing is in flight at the end"); }

bool Exchanges::EndAtOnce(Exchange* exchange, ExchangeStatus status, int error) {
  if (exchange->course().granted) admission_.GiveBack(exchange);
  exchange->course().stage = Stage::kDone;
  exchange->result().status = status;
  exchange->result().error = error;
  return false;
}

bool Exchanges::Start(Exchange* exchange) {
  assert(exchange->course().stage == Stage::kNew && "an exchange is awaited once");
  if (cancelled_) return EndAtOnce(exchange, ExchangeStatus::kCancelled);
  Peer* peer = exchange->peer();
  if (peer->blocked()) return EndAtOnce(exchange, ExchangeStatus::kBlocked);
  if (!exchange->course().canary && outage_.has_lasted()) {
    return EndAtOnce(exchange, ExchangeStatus::kSendFailed, ENETDOWN);
  }
  active_.PushBack(exchange);
  if (exchange->course().canary || (admission_.IsUnlimited(peer) && !outage_.is_down())) {
    TransportOf(*exchange)->Submit(exchange);
  } else {
    admission_.Enqueue(exchange, /*in_front=*/false);
  }
  return true;
}

void Exchanges::Expire(Exchange* exchange) {
  ++stats().timeouts;
  TransportOf(*exchange)->NoteTimeout(exchange);
  if (exchange->protocol() == Protocol::kUdp) {
    congestion_.NoteTimeout(exchange->peer()->congestion(), exchange->course().sent_at);
  }
  const bool doubted =
      exchange->protocol() == Protocol::kUdp && exchange->result().mismatches.from_server() > 0;
  if (doubted) return Complete(exchange, ExchangeStatus::kDoubtful);
  if (AskAnew(exchange) || AskSlowerAnew(exchange, ExchangeStatus::kTimeout) ||
      outage_.Hold(exchange)) {
    return;
  }
  Complete(exchange, ExchangeStatus::kTimeout);
}

void Exchanges::Withdraw(Exchange* exchange) {
  exchange->Timer::Cancel();
  if (exchange->course().stage == Stage::kSent) TransportOf(*exchange)->Forget(exchange);
  if (exchange->course().stage == Stage::kWaiting) admission_.Leave(exchange);
  exchange->async::ListNode<QueueTag>::Unlink();
  exchange->course().stage = Stage::kHeld;
  if (!exchange->course().granted) return;
  admission_.GiveBack(exchange);
  Peer* peer = exchange->peer();
  if (!peer->queue().empty()) admission_.MakeReady(peer);
}

bool Exchanges::AskAnew(Exchange* exchange) {
  constexpr uint8_t kMostTimes = 2;
  constexpr uint8_t kMostTimesOverloaded = 8;
  const Exchange::Course& course = exchange->course();
  if (course.canary || cancelled_) return false;
  const bool overloaded = congestion_.MayHaveLost(course.sent_at);
  if (!overloaded && (exchange->protocol() != Protocol::kUdp ||
                      !TransportOf(*exchange)->MayHaveLost(course.sent_at))) {
    return false;
  }
  if (course.turns_lost >= (overloaded ? kMostTimesOverloaded : kMostTimes)) return false;
  TakeAnotherTurn(exchange);
  return true;
}

void Exchanges::TakeAnotherTurn(Exchange* exchange) {
  ++exchange->course().turns_lost;
  Withdraw(exchange);
  admission_.Enqueue(exchange, /*in_front=*/false);
}

/// A resolver that limits rates has refused a query, or dropped it: that is no answer, and no
/// failure of the name. It waits for another turn.
bool Exchanges::AskSlowerAnew(Exchange* exchange, ExchangeStatus status) {
  constexpr uint8_t kMostTimes = 8;
  const Exchange::Course& course = exchange->course();
  PeerQueue& queue = exchange->peer()->queue();
  if (!queue.is_slowed() || course.canary || cancelled_ || course.turns_lost >= kMostTimes) {
    return false;
  }
  queue.NoteEnd(*exchange, status, loop()->now());
  exchange->result().message = {};  // The rest is of all its turns.
  TakeAnotherTurn(exchange);
  return true;
}

void Exchanges::Requeue(Exchange* exchange) {
  assert(exchange->course().granted && "it has a turn");
  exchange->Timer::Cancel();
  ++exchange->course().turns_lost;
  admission_.GiveBack(exchange);
  admission_.Enqueue(exchange, /*in_front=*/true);
}

void Exchanges::FailWaiting(async::List<Exchange, QueueTag>* held) {
  while (Exchange* exchange = held->front()) {
    Complete(exchange, ExchangeStatus::kSendFailed, ENETDOWN);
  }
  std::vector<PeerRef> peers;
  peers_.ForEach([&peers](Peer* peer) {
    if (!peer->queue().empty()) peers.emplace_back(peer);
  });
  for (const PeerRef& peer : peers) {
    while (Exchange* exchange = peer->queue().front()) {
      Complete(exchange, ExchangeStatus::kSendFailed, ENETDOWN);
    }
  }
}

void Exchanges::Block(const std::function<bool(const async::Address&)>& blocked) {
  std::vector<PeerRef> peers;  // That something waits for: what goes on may add others.
  peers_.ForEach([&](Peer* peer) {
    if (peer->blocked() || !blocked(peer->address())) return;
    peer->Block();
    if (!peer->queue().empty()) peers.emplace_back(peer);
  });
  for (const PeerRef& peer : peers) {
    while (Exchange* exchange = peer->queue().front()) {
      Complete(exchange, ExchangeStatus::kBlocked);
    }
  }
}

void Exchanges::CompleteReply(Exchange* exchange, std::span<const uint8_t> message) {
  ++stats().replies;
  stats().reply_octets += message.size();
  outage_.NoteAnswer(exchange->peer());
  exchange->result().message = message;
  exchange->result().rtt = loop()->now() - exchange->course().sent_at;
  stats().round_trips.Add(exchange->result().rtt);
  if (exchange->protocol() == Protocol::kUdp) {
    exchange->peer()->NoteAnswerOverUdp();
    congestion_.NoteAnswer(exchange->peer()->congestion(), exchange->result().rtt,
                           exchange->course().sent_at);
  }
  exchange->peer()->NoteAnswer(exchange->result().rtt);
  if (dns::HeaderRCode(message) == dns::RCode::kRefused &&
      AskSlowerAnew(exchange, ExchangeStatus::kReply)) {
    return;
  }
  Complete(exchange, ExchangeStatus::kReply);
}

void Exchanges::Complete(Exchange* exchange, ExchangeStatus status, int error) {
  assert(exchange->course().stage != Stage::kDone && "completed once");
  Peer* peer = exchange->peer();
  peer->queue().NoteEnd(*exchange, status, loop()->now());
  Withdraw(exchange);
  exchange->async::ListNode<ActiveTag>::Unlink();
  exchange->course().stage = Stage::kDone;
  ExchangeResult& result = exchange->result();
  result.status = status;
  result.error = error;
  const std::chrono::nanoseconds sent_at = exchange->course().sent_at;
  if (sent_at.count() != 0) result.spent = loop()->now() - sent_at;
  const bool says_nothing =
      status == ExchangeStatus::kReply || status == ExchangeStatus::kCancelled ||
      status == ExchangeStatus::kBlocked || status == ExchangeStatus::kDoubtful;
  if (!says_nothing) peer->NoteSilence();
  exchange->Resume();
}

void Exchanges::NoteLateAnswer(const async::Address& server, std::chrono::nanoseconds sent_at) {
  ++stats().late;
  Peer* peer = FindPeer(server);
  if (peer == nullptr) return;
  peer->NoteAnswerOverUdp();
  congestion_.NoteLateAnswer(peer->congestion(), sent_at);
}

void Exchanges::AdaptRate() {
  const NetworkStats& counts = stats();
  const double before = congestion_.rate();
  congestion_.EndRound(
      {counts.udp_queries + counts.tcp_queries, counts.replies + counts.late, counts.drops},
      loop()->now());
  if (congestion_.rate() != before) admission_.SetOwnRate(congestion_.rate());
}

void Exchanges::Flush() {
  peers_.Trim(loop()->now());
  if (congestion_.is_due(loop()->now())) AdaptRate();
  if (admission_.has_ready()) {
    // Turns are given just before they are used, by a clock just read: what is counted is what the
    // servers see.
    loop()->RefreshNow();
    while (!outage_.is_down()) {
      Exchange* exchange = admission_.Next();
      if (exchange == nullptr) break;
      TransportOf(*exchange)->Submit(exchange);
    }
  }
  for (Transport* transport : transports_) transport->Flush();
  // Those that were woken by a sending that failed, or whose rate wants a turn at once.
  if (admission_.wants_turn() && !outage_.is_down()) loop()->Wake();
}

void Exchanges::CancelAll() {
  cancelled_ = true;
  while (Exchange* exchange = active_.front()) Complete(exchange, ExchangeStatus::kCancelled);
}

void Exchanges::Close() {
  peers_.ForEach([](Peer* peer) { peer->Cancel(); });
  admission_.Close();
  outage_.Cancel();
}

}  // namespace caascan::net
