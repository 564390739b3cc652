// TLS over a byte stream: a byte stream again.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "scanner/async/byte_stream.h"
#include "scanner/async/loop.h"
#include "scanner/stream/channel.h"
#include "scanner/stream/tls_context.h"

namespace caascan::stream {

/// A client's side. Owns the stream below, and reads and writes through memory, so nothing blocks.
/// OnConnected(0) comes after the handshake, with the certificate checked where the channel names
/// what it must be valid for. What is wrong with it is told by OnConnected(), as stream_error.h has
/// it, before anything was sent. Loop thread only.
class TlsStream final : public async::ByteStream,
                        private async::ByteStream::User,
                        private async::Timer {
 public:
  struct Parts {
    const TlsContext* context;
    const Channel* channel;
    TlsMemory* memory;
  };
  /// All of `parts`, and `user`, outlive this. `make` makes the stream below.
  TlsStream(const Parts& parts, async::Loop* loop, async::ByteStream::User* user,
            const async::MakeStream& make);

  [[nodiscard]] int Connect(const async::Address& address) override;
  void Write(std::span<const uint8_t> octets) override;
  void Close() override;

  /// Was the session that an earlier connection left taken up? After OnConnected(0).
  bool resumed() const { return SSL_session_reused(connection_.get()) == 1; }

 private:
  struct Free {
    void operator()(SSL* connection) const { SSL_free(connection); }
  };

  void OnConnected(int error) override;
  std::span<uint8_t> ReadBuffer() override { return read_; }
  void OnRead(size_t size) override;
  void OnEnd(int error) override;
  void OnClosed() override { user_->OnClosed(); }
  void OnTimer() override;

  bool SetUp();
  bool Handshake();
  void ReadOn();
  void SendOut();
  int HandshakeError() const;
  void End(int error);

  const Parts parts_;
  async::Loop* const loop_;
  async::ByteStream::User* const user_;
  const std::unique_ptr<async::ByteStream> below_;
  std::unique_ptr<SSL, Free> connection_;
  BIO* incoming_ = nullptr;  // Both are the connection's.
  BIO* outgoing_ = nullptr;
  bool connected_ = false;
  bool ended_ = false;  // OnConnected() has told of an error, or OnEnd() was called.
  bool closed_ = false;
  size_t without_data_ = 0;  // Octets that came since the last data.
  std::array<uint8_t, 16384> read_;
};

}  // namespace caascan::stream
