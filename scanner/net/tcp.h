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
  void Close();

 private:
  friend class TcpConnection;

  Network* const network_;
  // Owns; a connection leaves it in its close callback.
  std::unordered_map<TcpConnection*, std::unique_ptr<TcpConnection>> connections_;
};

}  // namespace caascan::net
