// Exchanges over one stream of messages: pipelining and matching (RFC 7766).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "scanner/net/streams.h"
#include "scanner/net/transport.h"
#include "scanner/stream/message_stream.h"

namespace caascan::net {

struct IdleTag {};

/// One connection to a peer, and the exchanges that wait on it for answers. Owned by its Pool;
/// keeps its peer. Loop thread only.
class StreamConnection final : public async::Timer,
                               public async::ListNode<IdleTag>,
                               private stream::MessageStream::User {
 public:
  /// Who has the connections, and decides how many there are.
  class Pool {
   public:
    /// Nothing waits on the connection any more. It will end by itself after a while.
    virtual void NoteIdle(StreamConnection* connection) = 0;
    /// The connection has ended; `error` is the errno where this machine could not open it.
    virtual void NoteEnd(int error) = 0;
    /// Might a connection that could not be opened for that be opened later?
    virtual bool MayOpenLater(int error) const = 0;
    /// The exchange goes on after its connection has ended: it is the first to get another one.
    virtual void Resubmit(Exchange* exchange) = 0;
    /// After the end: the connection is used no more.
    virtual void Destroy(StreamConnection* connection) = 0;

   protected:
    ~Pool() = default;
  };

  /// `streams` makes its stream, and outlives it.
  StreamConnection(TransportClient* client, Pool* pool, PeerRef peer, Streams* streams)
      : client_(client),
        pool_(pool),
        peer_(std::move(peer)),
        stream_(streams->Make(client->loop(), *peer_, this)) {}

  /// Begins to connect. Once.
  void Open();
  /// So many of the 65,536 IDs are in use that another connection should take what comes.
  bool is_full() const { return pending_.size() >= kMaxInFlight; }
  /// Sends the exchange's query as soon as the connection stands, or, where the stream carries no
  /// more queries at once, when another one has ended. Its deadline runs from when it is sent, or
  /// waits for the connection alone.
  void Add(Exchange* exchange);
  /// REQUIRES: it was added, and has not ended.
  void Forget(Exchange* exchange);
  /// Its deadline has passed. Where the connection seems dead it retires.
  void NoteTimeout(Exchange* exchange);
  /// Takes no further exchanges, and ends with the last one that waits on it. Those that were not
  /// sent yet go on elsewhere.
  void Retire();
  /// Gives up the connection; what still waits on it is sent again or completed.
  void End(ExchangeStatus status, int error);

 private:
  static constexpr std::chrono::milliseconds kIdle{5000};
  static constexpr size_t kMaxInFlight = 32768;
  // A message that answers none of our queries is either late, one a query, or sent to keep us
  // busy.
  static constexpr size_t kMaxStrays = 16;
  // With more of them the connection is given up.
  static constexpr size_t kMaxLate = 1024;
  // So often one exchange may lose its connection before the answer, where limits space the tries.
  static constexpr uint8_t kMaxTurns = 16;

  void OnTimer() override;
  void OnConnected(int error) override;
  void OnMessage(std::span<const uint8_t> message) override;
  void OnRefused(uint16_t id, int error) override;
  void OnLastCall() override;
  void OnEnd(int error) override;
  void OnClosed() override { pool_->Destroy(this); }

  void BecomeIdle();
  bool HasRoom() const { return pending_.size() < stream_->most_at_once(); }
  void Attach(Exchange* exchange);
  void AttachHeld();
  void Send(Exchange* exchange);
  void SendWaiting();
  void GoOn(Exchange* exchange, ExchangeStatus status, int error);
  void NoteStray();

  TransportClient* const client_;
  Pool* const pool_;
  const PeerRef peer_;
  const std::unique_ptr<stream::MessageStream> stream_;
  int open_error_ = 0;  // What the system said instead of trying.
  bool connected_ = false;
  bool retired_ = false;
  bool ending_ = false;
  bool has_answered_ = false;
  size_t sent_ = 0;    // Queries,
  size_t strays_ = 0;  // and messages that answer none.
  std::chrono::nanoseconds last_message_at_{0};
  std::unordered_map<uint16_t, Exchange*> pending_;
  std::unordered_set<uint16_t>
      late_;  // IDs of queries whose time is over, and that may be answered.
  async::List<Exchange, QueueTag> held_;  // The stream carries no more at once.
};

}  // namespace caascan::net
