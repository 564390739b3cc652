// Octets in order over one connection: what TCP gives, and TLS over it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "scanner/async/address.h"
#include "scanner/async/loop.h"

namespace caascan::async {

/// One connection to one address. Loop thread only. Destroyed after OnClosed(), or never connected.
class ByteStream {
 public:
  /// Is called from the loop, never below a call of the stream.
  class User {
   public:
    /// 0, or the errno why there is no connection. After an error only Close() is left to call.
    virtual void OnConnected(int error) = 0;
    /// Where the next octets go. Not empty, and good until the OnRead() that follows.
    virtual std::span<uint8_t> ReadBuffer() = 0;
    /// So many octets have come, at the front of the last ReadBuffer(). May Close().
    virtual void OnRead(size_t size) = 0;
    /// No more octets will come: the server has ended the stream (0), or the errno why it broke.
    virtual void OnEnd(int error) = 0;
    /// The last call, after Close(). May destroy the stream.
    virtual void OnClosed() = 0;

   protected:
    ~User() = default;
  };

  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  /// Begins to connect; once. An errno where this machine cannot even try: then only Close() is
  /// left to call.
  [[nodiscard]] virtual int Connect(const Address& address) = 0;
  /// Copies the octets. A failure shows at the reading side. REQUIRES: OnConnected(0) was called.
  virtual void Write(std::span<const uint8_t> octets) = 0;
  /// Ends the connection, whatever its state; once. Only OnClosed() is called afterwards.
  virtual void Close() = 0;
};

/// Makes the streams of a transport. The user outlives its stream.
using MakeStream = std::function<std::unique_ptr<ByteStream>(Loop*, ByteStream::User*)>;

}  // namespace caascan::async
