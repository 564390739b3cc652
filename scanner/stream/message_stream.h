// DNS messages over one connection: framed by their lengths over TCP or TLS, or each a request of
// HTTP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "scanner/async/address.h"

namespace caascan::stream {

/// One connection to one server. Loop thread only. Destroyed after OnClosed(), or never connected.
class MessageStream {
 public:
  /// Is called from the loop, never below a call of the stream.
  class User {
   public:
    /// 0, or why there is no connection: an errno, or one of stream_error.h. After an error only
    /// Close() is left to call.
    virtual void OnConnected(int error) = 0;
    /// A message has come. Its octets are good until this returns. May Close().
    virtual void OnMessage(std::span<const uint8_t> message) = 0;
    /// The query with this ID gets no answer; the others go on. `error` says why, as above; 0 where
    /// the server has not looked at it. May Close().
    virtual void OnRefused(uint16_t id, int error) = 0;
    /// The server takes no further queries. It still answers those that it has. May Close().
    virtual void OnLastCall() = 0;
    /// No more messages will come: the server has ended the stream (0), or why it broke.
    virtual void OnEnd(int error) = 0;
    /// The last call, after Close(). May destroy the stream.
    virtual void OnClosed() = 0;

   protected:
    ~User() = default;
  };

  MessageStream() = default;
  MessageStream(const MessageStream&) = delete;
  MessageStream& operator=(const MessageStream&) = delete;
  virtual ~MessageStream() = default;

  /// Begins to connect; once. An errno where this machine cannot even try: then only Close() is
  /// left to call.
  [[nodiscard]] virtual int Connect(const async::Address& address) = 0;
  /// How many queries may wait for their answers; at least 1. More make the stream wait.
  virtual size_t most_at_once() const { return SIZE_MAX; }
  /// Sends a query; copies it. A failure shows at the reading side. REQUIRES: OnConnected(0) was
  /// called.
  virtual void Send(std::span<const uint8_t> query) = 0;
  /// No answer to the query with this ID is wanted any more. One may come all the same.
  virtual void Cancel(uint16_t /*id*/) {}
  /// Ends the connection, whatever its state; once. Only OnClosed() is called afterwards.
  virtual void Close() = 0;
};

}  // namespace caascan::stream
