// Queries wait in the map until the connection stands, then go out at once, each with its own ID;
// answers come in any order. A server may close an idle connection just as a query is sent, or
// after each answer, so the queries of a connection that had worked and then ends go on to a new
// one; each connection that does so gave an answer, and the deadlines go on, so that ends. Tested
// by stream_connection_test.cc and tcp_test.cc.
#include "scanner/net/stream_connection.h"

#include <array>
#include <cassert>
#include <cerrno>

#include "scanner/dns/message.h"
#include "scanner/net/match.h"

namespace caascan::net {
namespace {

constexpr uint16_t kPaddedTo = 128;  // RFC 8467 §4.1.

}  // namespace

void StreamConnection::Open() {
  open_error_ = stream_->Connect(peer_->address());
  // Submit() runs below await_suspend, where nothing may be completed: let the timer report it.
  if (open_error_ != 0) client_->loop()->Arm(this, std::chrono::milliseconds(0));
}

void StreamConnection::OnTimer() {
  if (open_error_ != 0) {
    End(ExchangeStatus::kSendFailed, open_error_);
  } else {
    End(ExchangeStatus::kClosed, 0);  // Idle.
  }
}

void StreamConnection::Add(Exchange* exchange) {
  if (HasRoom()) return Attach(exchange);
  assert(!retired_ && "nothing is kept from another connection");
  held_.PushBack(exchange);
}

void StreamConnection::AttachHeld() {
  while (!held_.empty() && HasRoom()) {
    Exchange* exchange = held_.PopFront();
    // Its turn under the limits was given when it began to wait.
    if (exchange->course().granted) client_->Charge(exchange);
    Attach(exchange);
  }
}

void StreamConnection::Attach(Exchange* exchange) {
  exchange->MarkSent(client_->loop());
  uint16_t& id = exchange->course().id;
  do {
    id = static_cast<uint16_t>(client_->Random());
  } while (late_.contains(id) || !pending_.try_emplace(id, exchange).second);
  exchange->course().connection = this;
  async::ListNode<IdleTag>::Unlink();
  if (!connected_) return;
  async::Timer::Cancel();
  Send(exchange);
}

void StreamConnection::Send(Exchange* exchange) {
  std::array<uint8_t, dns::kMaxQuerySize> octets;
  const Exchange::Course& course = exchange->course();
  dns::QuerySpec query = exchange->query();
  if (stream::IsEncrypted(peer_->channel())) query.pad_to = kPaddedTo;
  const size_t size = dns::WriteQuery(query, course.id, course.case_bits, octets);
  ++client_->stats().tcp_queries;
  ++sent_;
  stream_->Send({octets.data(), size});
}

void StreamConnection::OnConnected(int error) {
  client_->loop()->RefreshNow();
  if (error == ETIMEDOUT) return End(ExchangeStatus::kTimeout, error);
  if (error != 0) return End(ExchangeStatus::kUnreachable, error);
  connected_ = true;
  SendWaiting();
}

/// The limits let them pass when the connection was begun. Those that had to wait for it take
/// another turn, once.
void StreamConnection::SendWaiting() {
  constexpr std::chrono::milliseconds kTurnHolds(2);
  const std::chrono::nanoseconds now = client_->loop()->now();
  std::vector<Exchange*> waiting;
  for (const auto& [id, exchange] : pending_) waiting.push_back(exchange);
  for (Exchange* exchange : waiting) {
    const bool late = exchange->course().granted && now - exchange->course().sent_at > kTurnHolds;
    // During an outage no turns are given, and a canary is to end it.
    if (late && exchange->course().turns_lost == 0 && !exchange->course().canary) {
      Forget(exchange);
      client_->Requeue(exchange);
    } else {
      if (late) client_->Charge(exchange);
      Send(exchange);
    }
  }
}

void StreamConnection::OnEnd(int error) {
  client_->loop()->RefreshNow();
  End(ExchangeStatus::kClosed, error);
}

void StreamConnection::BecomeIdle() {
  client_->loop()->Arm(this, kIdle);
  pool_->NoteIdle(this);
}

void StreamConnection::OnMessage(std::span<const uint8_t> message) {
  client_->loop()->RefreshNow();
  last_message_at_ = client_->loop()->now();
  if (message.size() < 2) return NoteStray();
  const auto id = static_cast<uint16_t>((message[0] << 8) | message[1]);
  const auto it = pending_.find(id);
  if (it == pending_.end()) {
    if (late_.erase(id) == 0) return NoteStray();
    ++client_->stats().late;
    return;
  }
  Exchange* exchange = it->second;
  const MatchVerdict verdict =
      MatchReply(exchange->query(), exchange->course().case_bits, true, message);
  // No segment can be slipped into the stream unseen, so neither lost letter case nor an error
  // without question is a reason to refuse here.
  const bool matches = verdict == MatchVerdict::kMatch || verdict == MatchVerdict::kOtherCase ||
                       verdict == MatchVerdict::kBareError;
  if (!matches) {
    Mismatches& mismatches = exchange->result().mismatches;
    ++(verdict == MatchVerdict::kNoQuestion ? mismatches.no_question : mismatches.question);
    return NoteStray();
  }
  has_answered_ = true;
  peer_->NoteAnswerOverTcp();
  client_->CompleteReply(exchange, message);
}

void StreamConnection::OnRefused(uint16_t id, int error) {
  client_->loop()->RefreshNow();
  last_message_at_ = client_->loop()->now();
  const auto it = pending_.find(id);
  if (it == pending_.end()) return;
  Exchange* exchange = it->second;
  Forget(exchange);
  if (error == 0 && retired_) {
    GoOn(exchange, ExchangeStatus::kClosed, 0);
  } else {
    const bool unseen = error == 0;
    client_->Complete(exchange, unseen ? ExchangeStatus::kClosed : ExchangeStatus::kUnreachable,
                      error);
  }
}

void StreamConnection::OnLastCall() {
  client_->loop()->RefreshNow();
  Retire();
  if (pending_.empty()) End(ExchangeStatus::kClosed, 0);
}

void StreamConnection::NoteStray() {
  ++client_->stats().strays;
  if (++strays_ <= sent_ + kMaxStrays) return;
  has_answered_ = false;  // What waits here is not tried again on another connection.
  End(ExchangeStatus::kClosed, 0);
}

void StreamConnection::Forget(Exchange* exchange) {
  assert(exchange->course().connection == this && "it was added here");
  pending_.erase(exchange->course().id);
  exchange->course().connection = nullptr;
  if (ending_) return;
  AttachHeld();
  if (!pending_.empty()) return;
  if (retired_) {
    End(ExchangeStatus::kClosed, 0);
  } else if (open_error_ == 0) {
    BecomeIdle();
  }
}

/// A resolver's slow answer is the name's, not the connection's, while others come over it.
void StreamConnection::NoteTimeout(Exchange* exchange) {
  const Exchange::Course& course = exchange->course();
  const bool alive = peer_->channel() != nullptr && last_message_at_ > course.sent_at;
  if (alive && late_.size() < kMaxLate) {
    late_.insert(course.id);
    stream_->Cancel(course.id);
  } else {
    Retire();
  }
}

void StreamConnection::Retire() {
  retired_ = true;
  if (peer_->connection() == this) peer_->set_connection(nullptr);
  while (Exchange* exchange = held_.PopFront()) pool_->Resubmit(exchange);
}

/// Again over another connection, or to its end.
void StreamConnection::GoOn(Exchange* exchange, ExchangeStatus status, int error) {
  const bool again = has_answered_ && status == ExchangeStatus::kClosed;
  const bool at_once = !exchange->course().granted || exchange->course().canary;
  if (pool_->MayOpenLater(open_error_) || (again && at_once)) {
    pool_->Resubmit(exchange);
  } else if (again && exchange->course().turns_lost < kMaxTurns) {
    client_->Requeue(exchange);
  } else {
    client_->Complete(exchange, status, error);
  }
}

void StreamConnection::End(ExchangeStatus status, int error) {
  if (ending_) return;
  ending_ = true;
  pool_->NoteEnd(open_error_);
  async::Timer::Cancel();
  async::ListNode<IdleTag>::Unlink();
  if (peer_->connection() == this) peer_->set_connection(nullptr);
  stream_->Close();
  while (!pending_.empty()) {
    Exchange* exchange = pending_.begin()->second;
    Forget(exchange);
    GoOn(exchange, status, error);
  }
  while (Exchange* exchange = held_.PopFront()) GoOn(exchange, status, error);
}

}  // namespace caascan::net
