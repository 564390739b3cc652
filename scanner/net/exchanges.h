// The life of each exchange of one worker, from the await to the coroutine that goes on.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "scanner/net/admission.h"
#include "scanner/net/exchange.h"
#include "scanner/net/outage.h"
#include "scanner/net/peer_table.h"
#include "scanner/net/transport.h"
#include "scanner/pacing/congestion.h"

namespace caascan::net {

/// Moves exchanges from stage to stage:
///
///   stage      where the exchange is                 what comes next
///   kNew       in its coroutine's frame              Start(): kWaiting, or kQueued without limits
///   kWaiting   in its server's queue (Admission)     a turn under the limits: kQueued
///   kQueued    in its transport's queue              Exchange::MarkSent()
///   kSent      under way, its deadline running       an answer or an error: kDone. The deadline:
///                                                    kDone, kHeld, or kWaiting to be sent anew
///   kHeld      with Outage: is it us who fail?       kDone as a timeout, or kWaiting
///   kDone      its result is final                   the coroutine goes on
///
/// From each stage Complete() and CancelAll() lead to kDone. A transport that loses its connection
/// leads back to kQueued, and to kWaiting where limits ask for another turn (Requeue()). Until
/// kDone an exchange is in active_. Only kDone resumes a coroutine, there and then, so Complete()
/// is called from the loop's stages alone, never below await_suspend.
///
/// Loop thread only. Destroyed with nothing in flight, after Close() and after the transports.
class Exchanges final : public TransportClient {
 public:
  Exchanges(async::Loop* loop, pacing::SharedLimits* limits, const NetworkOptions& options);
  ~Exchanges();
  /// Before the first exchange. Both outlive its last one.
  void SetTransports(Transport* udp, Transport* tcp) { transports_ = {udp, tcp}; }

  PeerTable& peers() { return peers_; }
  const PeerTable& peers() const { return peers_; }
  Admission& admission() { return admission_; }
  const Admission& admission() const { return admission_; }
  Outage& outage() { return outage_; }

  /// False: ended at once, do not suspend.
  bool Start(Exchange* exchange);
  /// Its deadline has passed.
  void Expire(Exchange* exchange);
  /// Ends every exchange, and every later one, at once (kCancelled).
  void CancelAll();
  /// Blocks the peers that `blocked` says, and ends what waits for them (kBlocked).
  void Block(const std::function<bool(const async::Address&)>& blocked);
  bool cancelled() const { return cancelled_; }
  /// Forgets peers that are too many, and sends what is queued and what the limits let pass.
  void Flush() override;
  void Close();

  void Complete(Exchange* exchange, ExchangeStatus status, int error = 0) override;
  void CompleteReply(Exchange* exchange, std::span<const uint8_t> message) override;
  void NoteLateAnswer(const async::Address& server, std::chrono::nanoseconds sent_at) override;
  void Requeue(Exchange* exchange) override;
  void Charge(const Exchange* exchange) override { admission_.Charge(*exchange); }
  Peer* FindPeer(const async::Address& address) const override { return peers_.Find(address); }

  // For Outage.

  /// Takes it off its transport and its queues and gives its grant back: it is held.
  void Withdraw(Exchange* exchange);
  /// Ends those that are held and all that wait for a turn as ones that cannot be sent.
  void FailWaiting(async::List<Exchange, QueueTag>* held);

 private:
  Transport* TransportOf(const Exchange& exchange) const {
    return transports_[static_cast<size_t>(exchange.protocol())];
  }
  /// Ends it before anything was sent. False.
  bool EndAtOnce(Exchange* exchange, ExchangeStatus status, int error = 0);
  /// Again, though its deadline has passed: our own side lost the answer, perhaps.
  bool AskAnew(Exchange* exchange);
  void TakeAnotherTurn(Exchange* exchange);
  bool AskSlowerAnew(Exchange* exchange, ExchangeStatus status);
  /// At the end of each round of Congestion.
  void AdaptRate();

  PeerTable peers_;  // Before what refers to peers.
  Admission admission_;
  Outage outage_;
  pacing::Congestion congestion_;
  std::array<Transport*, 2> transports_{};  // By Protocol.
  async::List<Exchange, ActiveTag> active_;
  bool cancelled_ = false;
};

}  // namespace caascan::net
