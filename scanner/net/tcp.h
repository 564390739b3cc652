// Queries over TCP: one connection an address, kept open and pipelined (RFC 7766 §6.2), and no more
// of them than the process has descriptors for.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "scanner/async/list.h"
#include "scanner/async/tcp_stream.h"
#include "scanner/net/stream_connection.h"
#include "scanner/net/streams.h"
#include "scanner/net/transport.h"

namespace caascan::net {

/// Submit() takes a connection to the peer, or opens one, and sends as soon as it stands. Where all
/// places are taken the connection that has been idle longest is closed for it; where none is idle
/// it waits its turn. The deadline runs from when it has a connection. Loop thread only.
class TcpTransport final : public Transport, private StreamConnection::Pool {
 public:
  /// Never more than `most` connections are open, 1 at least. Where the system gives fewer
  /// descriptors than that, it is as many as were open then.
  /// `make` makes the streams of TCP. `tls` outlives this; nullptr where no peer is reached by TLS.
  TcpTransport(TransportClient* client, size_t most, async::MakeStream make,
               const stream::TlsContext* tls = nullptr);
  ~TcpTransport() override;

  void Submit(Exchange* exchange) override;
  /// Gives those that wait the places that have become free.
  void Flush() override;
  /// The exchange's connection may be dead: then later exchanges get another one. What else waits
  /// on it goes on.
  void NoteTimeout(Exchange* exchange) override;
  void Forget(Exchange* exchange) override;
  void Close() override;

 private:
  StreamConnection::Pool* pool() { return this; }
  void NoteIdle(StreamConnection* connection) override;
  void NoteEnd(int error) override;
  bool MayOpenLater(int error) const override;
  void Resubmit(Exchange* exchange) override;
  void Destroy(StreamConnection* connection) override;

  /// Gives it a connection to its peer, or false where there is no place for one.
  bool Attach(Exchange* exchange);
  bool HasPlace();
  StreamConnection* Connect(Peer* peer);

  TransportClient* const client_;
  size_t most_;
  Streams streams_;
  size_t open_ = 0;
  async::List<StreamConnection, IdleTag> idle_;  // The one that has been idle longest is first.
  async::List<Exchange, QueueTag> waiting_;      // For a place.
  // Owns; a connection leaves it in its close callback.
  std::unordered_map<StreamConnection*, std::unique_ptr<StreamConnection>> connections_;
};

}  // namespace caascan::net
