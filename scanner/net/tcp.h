// Queries over TCP: one connection an address, kept open and pipelined (RFC 7766 §6.2).
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "scanner/net/exchange.h"

namespace caascan::net {

/// A part of Network; loop thread only.
class TcpTransport {
 public:
  explicit TcpTransport(Network* network);
  ~TcpTransport();

  /// Takes a connection to the peer, or opens one, and sends as soon as it stands. The deadline
  /// runs from here on.
  void Submit(Exchange* exchange);
  /// No answer to this exchange is expected any more.
  void Forget(Exchange* exchange);
  /// The exchange's deadline has passed: its connection may be dead, so later exchanges get another
  /// one. What else waits on it goes on.
  void Retire(Exchange* exchange);
  void Close();

 private:
  friend class TcpConnection;

  void Attach(Exchange* exchange);

  Network* const network_;
  // Owns; a connection leaves it in its close callback.
  std::unordered_map<TcpConnection*, std::unique_ptr<TcpConnection>> connections_;
};

}  // namespace caascan::net
