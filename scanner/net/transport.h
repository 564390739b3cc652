// How an exchange gets to its server and its answer back: the interface of UDP, TCP and what comes
// after them, and what they ask of whom they serve.
#pragma once

#include <absl/status/status.h>

#include <chrono>
#include <cstdint>
#include <span>

#include "scanner/async/loop.h"
#include "scanner/net/exchange.h"
#include "scanner/net/network_options.h"
#include "scanner/net/random_bits.h"

namespace caascan::net {

/// What a transport reports to, and what it may use: the loop, random bits and the counters of its
/// worker. Loop thread only.
class TransportClient {
 public:
  TransportClient(const TransportClient&) = delete;
  TransportClient& operator=(const TransportClient&) = delete;

  /// Ends the exchange and resumes the coroutine that waits for it: `exchange` is gone afterwards.
  /// The transport's Forget() is called before. Never below Transport::Submit().
  virtual void Complete(Exchange* exchange, ExchangeStatus status, int error = 0) = 0;
  /// Likewise, with the matched answer. The octets must stay until this returns.
  virtual void CompleteReply(Exchange* exchange, std::span<const uint8_t> message) = 0;
  /// An answer over UDP to a query that was sent then, and whose time is over.
  virtual void NoteLateAnswer(const async::Address& server, std::chrono::nanoseconds sent_at) = 0;
  /// Takes back an exchange that could not use its turn: it waits for another one, in front of the
  /// others of its server. REQUIRES: it has a turn, and the transport has forgotten it.
  virtual void Requeue(Exchange* exchange) = 0;
  /// Counts a query that leaves without a turn of its own.
  virtual void Charge(const Exchange* exchange) = 0;
  /// Sends what is queued and what the limits let pass, after answers have made room.
  virtual void Flush() = 0;
  /// nullptr where the address is not known.
  virtual Peer* FindPeer(const async::Address& address) const = 0;

  async::Loop* loop() const { return loop_; }
  uint64_t Random() { return random_.Next(); }
  NetworkStats& stats() { return stats_; }
  const NetworkStats& stats() const { return stats_; }

 protected:
  explicit TransportClient(async::Loop* loop) : loop_(loop) {}
  ~TransportClient() = default;

 private:
  async::Loop* const loop_;
  RandomBits random_;
  NetworkStats stats_;
};

/// One way to reach servers. Has an exchange from Submit() until Forget(), or until it gives it
/// back by Requeue(). Owned by the Network; loop thread only.
class Transport {
 public:
  virtual ~Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Before the first Submit(). An error where nothing can be reached.
  [[nodiscard]] virtual absl::Status Open() { return absl::OkStatus(); }
  /// May servers of this address family be asked? What Open() found out.
  virtual bool has_family(bool /*v6*/) const { return true; }

  /// Takes an exchange to send it, at once or at a Flush(). Completes none.
  virtual void Submit(Exchange* exchange) = 0;
  /// Sends what waits. May complete exchanges. Called at every turn, and between batches of
  /// answers.
  virtual void Flush() = 0;
  /// The deadline of this exchange has passed: an answer would be late. Forget() follows.
  virtual void NoteTimeout(Exchange* exchange) = 0;
  /// Could an answer that came since then have been lost on this machine?
  virtual bool MayHaveLost(std::chrono::nanoseconds /*since*/) { return false; }
  /// No answer to this exchange is expected any more. REQUIRES: the transport has it.
  virtual void Forget(Exchange* exchange) = 0;
  /// Closes every handle; the loop must then run until they are gone. Nothing is submitted any
  /// more.
  virtual void Close() = 0;

 protected:
  Transport() = default;
};

}  // namespace caascan::net
