// Queries wait in the map until the connection stands, then go out at once, each with its own ID;
// answers come in any order. A server may close an idle connection just as a query is sent, or
// after each answer, so the queries of a connection that had worked and then ends go on to a new
// one; each connection that does so gave an answer, and the deadlines go on, so that ends. Tested
// by stream_connection_test.cc and tcp_test.cc.
#include "scanner/net/stream_connection.h"

#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "scanner/dns/message.h"
#include "scanner/net/match.h"

namespace caascan::net {

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
  do {
    exchange->course().id = static_cast<uint16_t>(client_->Random());
  } while (!pending_.try_emplace(exchange->course().id, exchange).second);
  exchange->course().connection = this;
  async::ListNode<IdleTag>::Unlink();
  if (!connected_) return;
  async::Timer::Cancel();
  Send(exchange);
}

void StreamConnection::Send(Exchange* exchange) {
  std::array<uint8_t, kLengthSize + dns::kMaxQuerySize> octets;
  const Exchange::Course& course = exchange->course();
  const size_t size = dns::WriteQuery(exchange->query(), course.id, course.case_bits,
                                      std::span(octets).subspan(kLengthSize));
  octets[0] = static_cast<uint8_t>(size >> 8);
  octets[1] = static_cast<uint8_t>(size & 0xff);
  ++client_->stats().tcp_queries;
  ++sent_;
  stream_->Write({octets.data(), kLengthSize + size});
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

std::span<uint8_t> StreamConnection::ReadBuffer() {
  constexpr size_t kRoom = 16384;
  if (buffer_.size() < filled_ + kRoom) buffer_.resize(filled_ + kRoom);
  return std::span(buffer_).subspan(filled_);
}

void StreamConnection::OnRead(size_t size) {
  client_->loop()->RefreshNow();
  filled_ += size;
  TakeMessages();
  if (!ending_ && pending_.empty() && !armed()) BecomeIdle();
}

void StreamConnection::OnEnd(int error) {
  client_->loop()->RefreshNow();
  End(ExchangeStatus::kClosed, error);
}

void StreamConnection::BecomeIdle() {
  client_->loop()->Arm(this, kIdle);
  pool_->NoteIdle(this);
}

void StreamConnection::TakeMessages() {
  // The buffer never holds more than one message of 65,535 octets and what one read adds to it.
  size_t taken = 0;
  while (!ending_ && filled_ - taken >= kLengthSize) {
    const size_t size = static_cast<size_t>(buffer_[taken] << 8) | buffer_[taken + 1];
    if (filled_ - taken < kLengthSize + size) break;
    Accept(std::span(buffer_.data() + taken + kLengthSize, size));
    taken += kLengthSize + size;
  }
  std::memmove(buffer_.data(), buffer_.data() + taken, filled_ - taken);
  filled_ -= taken;
}

void StreamConnection::Accept(std::span<const uint8_t> message) {
  const auto it = message.size() < 2
                      ? pending_.end()
                      : pending_.find(static_cast<uint16_t>((message[0] << 8) | message[1]));
  if (it == pending_.end()) return NoteStray();
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
  if (!pending_.empty() || ending_) return;
  if (retired_) {
    End(ExchangeStatus::kClosed, 0);
  } else if (open_error_ == 0) {
    BecomeIdle();
  }
}

void StreamConnection::Retire() {
  retired_ = true;
  if (peer_->connection() == this) peer_->set_connection(nullptr);
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
}

}  // namespace caascan::net
