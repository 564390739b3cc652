// One query to one server and what became of it: the awaitable that everything above the network is
// made of.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <span>
#include <utility>

#include "scanner/async/address.h"
#include "scanner/async/list.h"
#include "scanner/async/loop.h"
#include "scanner/async/timer_wheel.h"
#include "scanner/dns/query.h"
#include "scanner/net/peer.h"

namespace caascan::net {

enum class Protocol : uint8_t { kUdp, kTcp };

enum class ExchangeStatus : uint8_t {
  kReply,        // `message` is the matched answer.
  kTimeout,      // Nothing that matched came in time.
  kUnreachable,  // ICMP, TCP or TLS refused, HTTP without an answer: `error` says why.
  kClosed,       // TCP was accepted and ended without the answer.
  kSendFailed,   // Our own side could not send: `error` is the errno. Nobody else is to blame.
  kCancelled,    // The scan stops.
  kBlocked,      // The user does not want this address to be asked; nothing was sent.
  kDoubtful,     // UDP: what came is no answer to the query, or may be forged. TCP can tell.
};

/// What arrived at the right socket, with the right ID but where that is said, and yet was no
/// answer.
struct Mismatches {
  uint16_t source = 0;       // From another address or port.
  uint16_t question = 0;     // Another name, type or class.
  uint16_t no_question = 0;  // None, and it is no error.
  uint16_t letter_case = 0;  // The right question with its 0x20 letter case lost.
  /// The right question from the right address, but with another ID or to another socket.
  uint16_t id = 0;
  uint16_t bare_error = 0;  // An error without question.
  bool any() const { return source != 0 || from_server() != 0; }
  /// That seem to be the server's own.
  uint32_t from_server() const {
    return uint32_t{question} + no_question + letter_case + id + bare_error;
  }
};

struct ExchangeResult {
  ExchangeStatus status = ExchangeStatus::kCancelled;
  int error = 0;  // An errno, or a code of stream_error.h.
  Mismatches mismatches;
  uint16_t bare_flags = 0;            // The header's second word of the first bare error.
  uint8_t canaries = 0;               // Queries that its silence has cost beside: see Outage.
  std::chrono::nanoseconds spent{0};  // From the last sending to the end.
  std::chrono::nanoseconds rtt{0};    // For kReply: from the sending to the answer.
  std::span<const uint8_t>
      message;  // For kReply. Valid until the awaiting coroutine suspends again.
};

struct ActiveTag {};

/// `Exchange exchange(peer, query, protocol, timeout); ExchangeResult result = co_await exchange;`
/// Where the peer is reached by streams only, it goes over one whatever `protocol` says.
/// Waits for its turn under the limits (that time is not part of the timeout), sends once, and ends
/// with the matched answer or a reason. `query` and its name must live until it ends. Keeps its
/// peer. Lives in the awaiting coroutine's frame, by the hundred thousand; awaited once.
///
/// exchanges.h has the stages of its life. In a queue (QueueTag) it is in one at a time: its
/// peer's, its transport's, or Outage's.
class Exchange : public async::Timer,
                 public async::ListNode<QueueTag>,
                 public async::ListNode<ActiveTag> {
 public:
  enum class Stage : uint8_t { kNew, kWaiting, kQueued, kSent, kHeld, kDone };

  /// What is noted on the way, by Exchanges and by the transport that has the exchange.
  struct Course {
    // By Exchanges.
    Stage stage = Stage::kNew;
    bool granted = false;    // Holds a place of its peer's budget.
    bool canary = false;     // Asks whether anything answers: see Outage.
    uint8_t turns_lost = 0;  // Turns that it could not use to send.
    // By the transport.
    uint16_t socket = 0;  // UDP: index of the socket it left from.
    uint16_t id = 0;
    StreamConnection* connection = nullptr;  // TCP: where it is pending.
    uint64_t case_bits = 0;
    std::chrono::nanoseconds sent_at{0};
  };

  Exchange(PeerRef peer, const dns::QuerySpec& query, Protocol protocol,
           std::chrono::milliseconds timeout)
      : peer_(std::move(peer)),
        query_(query),
        protocol_(peer_ != nullptr && peer_->streams_only() ? Protocol::kTcp : protocol),
        timeout_(timeout) {}

  /// TCP: by a connection that no other query shares, whose end could be the other's doing. Before
  /// it is awaited.
  void UseOwnConnection() { own_connection_ = true; }
  /// Sends without waiting, by a turn that was taken already: see Exchanges::TakeCanaryTurn().
  /// Before it is awaited.
  void UseCanaryTurn() { course_.canary = course_.granted = true; }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiter);
  /// Valid as long as the exchange.
  const ExchangeResult& await_resume() const noexcept { return result_; }

  // What follows is for Exchanges, Outage and the transports.

  Peer* peer() const { return peer_; }
  const dns::QuerySpec& query() const { return query_; }
  Protocol protocol() const { return protocol_; }
  bool has_own_connection() const { return own_connection_; }
  std::chrono::milliseconds timeout() const { return timeout_; }
  Course& course() { return course_; }
  const Course& course() const { return course_; }
  ExchangeResult& result() { return result_; }
  const ExchangeResult& result() const { return result_; }

  /// Its transport has it, and has not sent it yet, or will send it again.
  void MarkQueued() { course_.stage = Stage::kQueued; }
  /// It leaves now. Its deadline runs from here, unless it runs already.
  void MarkSent(async::Loop* loop) {
    course_.stage = Stage::kSent;
    course_.sent_at = loop->now();
    if (!armed()) loop->Arm(this, timeout_);
  }
  /// Goes on with the coroutine that waits. `this` is gone afterwards.
  void Resume() { awaiter_.resume(); }

 private:
  void OnTimer() override;

  const PeerRef peer_;
  const dns::QuerySpec& query_;
  const Protocol protocol_;
  bool own_connection_ = false;
  const std::chrono::milliseconds timeout_;
  Course course_;
  std::coroutine_handle<> awaiter_;
  ExchangeResult result_;
};

}  // namespace caascan::net
