// DNS messages over one byte stream: framing, pipelining and matching (RFC 7766).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "scanner/async/byte_stream.h"
#include "scanner/net/transport.h"

namespace caascan::net {

struct IdleTag {};

/// One connection to a peer, and the exchanges that wait on it for answers. Owned by its Pool;
/// keeps its peer. Loop thread only.
class StreamConnection final : public async::Timer,
                               public async::ListNode<IdleTag>,
                               private async::ByteStream::User {
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

  StreamConnection(TransportClient* client, Pool* pool, PeerRef peer, const async::MakeStream& make)
      : client_(client), pool_(pool), peer_(std::move(peer)), stream_(make(client->loop(), this)) {}

  /// Begins to connect. Once.
  void Open();
  /// So many of the 65,536 IDs are in use that another connection should take what comes.
  bool is_full() const { return pending_.size() >= kMaxInFlight; }
  /// Sends the exchange's query as soon as the connection stands.
  void Add(Exchange* exchange);
  /// REQUIRES: it was added, and has not ended.
  void Forget(Exchange* exchange);
  /// Takes no further exchanges, and ends with the last one that waits on it.
  void Retire();
  /// Gives up the connection; what still waits on it is sent again or completed.
  void End(ExchangeStatus status, int error);

 private:
  static constexpr std::chrono::milliseconds kIdle{5000};
  static constexpr size_t kMaxInFlight = 32768;
  static constexpr size_t kLengthSize = 2;
  // A message that answers none of our queries is either late, one a query, or sent to keep us
  // busy.
  static constexpr size_t kMaxStrays = 16;
  // So often one exchange may lose its connection before the answer, where limits space the tries.
  static constexpr uint8_t kMaxTurns = 16;

  void OnTimer() override;
  void OnConnected(int error) override;
  std::span<uint8_t> ReadBuffer() override;
  void OnRead(size_t size) override;
  void OnEnd(int error) override;
  void OnClosed() override { pool_->Destroy(this); }

  void BecomeIdle();
  void Send(Exchange* exchange);
  void SendWaiting();
  void TakeMessages();
  void Accept(std::span<const uint8_t> message);
  void NoteStray();

  TransportClient* const client_;
  Pool* const pool_;
  const PeerRef peer_;
  const std::unique_ptr<async::ByteStream> stream_;
  int open_error_ = 0;  // What the system said instead of trying.
  bool connected_ = false;
  bool retired_ = false;
  bool ending_ = false;
  bool has_answered_ = false;
  size_t sent_ = 0;    // Queries,
  size_t strays_ = 0;  // and messages that answer none.
  std::unordered_map<uint16_t, Exchange*> pending_;
  std::vector<uint8_t> buffer_;  // What was read and not yet taken.
  size_t filled_ = 0;
};

}  // namespace caascan::net
