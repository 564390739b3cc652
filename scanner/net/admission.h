// Who may send next: the servers' own limits and the rate over all, passed at one moment.
#pragma once

#include <cstddef>
#include <cstdint>

#include "scanner/async/loop.h"
#include "scanner/net/exchange.h"
#include "scanner/pacing/limits.h"

namespace caascan::net {

/// The exchanges of one worker that wait for a turn. An exchange passes both limits, its server's
/// and the rate over all, just before it is sent: what is counted is what the servers see. Of one
/// server they pass in order, the servers by turns. Owns no exchange; loop thread only.
class Admission {
 public:
  Admission(async::Loop* loop, pacing::SharedLimits* limits) : loop_(loop), limits_(limits) {}

  /// May an exchange with this server be sent at once, at any time? Finds the server's budget.
  bool IsUnlimited(Peer* peer);
  /// Into its server's queue.
  void Enqueue(Exchange* exchange, bool in_front);
  /// Out of it, without a turn. REQUIRES: its stage is kWaiting.
  void Leave(Exchange* exchange);
  /// The server's limits are asked at the next Flush(), unless its timer is to do that.
  void MakeReady(Peer* peer);

  /// The next exchange that the limits let pass, granted; nullptr where none may pass now. A timer
  /// or an exchange's end will then ask again.
  Exchange* Next();
  /// Does any server's queue wait to be asked?
  bool has_ready() const { return !ready_.empty(); }
  /// Should Next() be asked again at once? A server waits, or the rate is too high for timers.
  bool wants_turn() const { return has_ready() && !rate_timer_.armed(); }

  /// A grant and a turn for a query that does not wait. False: no limit leaves one now.
  bool TakeCanaryTurn(Peer* peer);
  /// Its place is free for another one. REQUIRES: it is granted.
  void GiveBack(Exchange* exchange);
  /// Queries a second that leave at most, beside the scan's own limit: see Congestion. Zero is no
  /// limit.
  void SetOwnRate(double per_second);
  /// Counts a sending beside a turn.
  void Charge(const Exchange& exchange);

  /// Exchanges that wait for their own server's limits, not for the scan's.
  size_t stalled() const { return stalled_; }
  /// Cancels the timers.
  void Close();

 private:
  /// Fires when the rate lets the next one through, at the Flush() of that turn.
  class RateTimer : public async::Timer {
    void OnTimer() override {}
  };

  /// A turn of both rates over all, kept until it is used; on refusal rate_timer_ will ask again.
  bool TakeTurn();
  /// A turn of this rate; on refusal rate_timer_ will ask again.
  bool TakeFrom(pacing::RateGate* rate);
  /// A place of the server's budget; on refusal its timer, or an exchange's end, will ask again.
  bool Grant(Peer* peer);
  void SetStalled(Peer* peer, bool stalled);
  /// So many more wait for this server's own limits.
  void CountStalled(const PeerQueue& queue, int32_t exchanges);

  async::Loop* const loop_;
  pacing::SharedLimits* const limits_;
  async::List<Peer, ReadyTag> ready_;  // With waiting exchanges that their own limit may let pass.
  pacing::RateGate own_rate_{0, std::chrono::milliseconds(20)};
  RateTimer rate_timer_;
  size_t stalled_ = 0;
  bool has_own_turn_ = false;  // Of own_rate_, not used yet.
  bool has_turn_ = false;      // Of both rates over all, not used yet.
};

}  // namespace caascan::net
