// Queries over TCP: one connection an address, kept open and pipelined (RFC 7766 §6.2), and no more
// of them than the process has descriptors for.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "scanner/net/exchange.h"
#include "scanner/net/list.h"

namespace caascan::net {

struct IdleTag {};

/// A part of Network; loop thread only.
class TcpTransport {
 public:
  /// Never more than `most` connections are open, 1 at least. Where the system gives fewer
  /// descriptors than that, it is as many as were open then.
  TcpTransport(Network* network, size_t most);
  ~TcpTransport();

  /// Takes a connection to the peer, or opens one, and sends as soon as it stands. Where all places
  /// are taken the connection that has been idle longest is closed for it; where none is idle it
  /// waits its turn. The deadline runs from when it has a connection.
  void Submit(Exchange* exchange);
  /// Gives those that wait the places that have become free. Called at every turn.
  void Flush();
  /// No answer to this exchange is expected any more.
  void Forget(Exchange* exchange);
  /// The exchange's deadline has passed: its connection may be dead, so later exchanges get another
  /// one. What else waits on it goes on.
  void Retire(Exchange* exchange);
  void Close();

 private:
  friend class TcpConnection;

  /// Gives it a connection to its peer, or false where there is no place for one.
  bool Attach(Exchange* exchange);
  bool HasPlace();
  TcpConnection* Connect(Peer* peer);
  /// The exchange goes on after its connection has ended: it is the first to wait.
  void AttachFirst(Exchange* exchange);

  Network* const network_;
  size_t most_;
  size_t open_ = 0;
  List<TcpConnection, IdleTag> idle_;  // The one that has been idle longest is first.
  List<Exchange, QueueTag> waiting_;   // For a place.
  // Owns; a connection leaves it in its close callback.
  std::unordered_map<TcpConnection*, std::unique_ptr<TcpConnection>> connections_;
};

}  // namespace caascan::net
