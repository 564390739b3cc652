// DNS messages over a byte stream, each behind its length of two octets (RFC 1035 §4.2.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "scanner/async/byte_stream.h"
#include "scanner/stream/message_stream.h"

namespace caascan::stream {

/// Owns the byte stream. Holds no more than one message of 65,535 octets and what one read adds.
/// Loop thread only.
class FramedStream final : public MessageStream, private async::ByteStream::User {
 public:
  /// `user` outlives this.
  FramedStream(async::Loop* loop, MessageStream::User* user, const async::MakeStream& make)
      : user_(user), bytes_(make(loop, this)) {}

  [[nodiscard]] int Connect(const async::Address& address) override {
    return bytes_->Connect(address);
  }
  void Send(std::span<const uint8_t> query) override;
  void Close() override;

 private:
  void OnConnected(int error) override { user_->OnConnected(error); }
  std::span<uint8_t> ReadBuffer() override;
  void OnRead(size_t size) override;
  void OnEnd(int error) override { user_->OnEnd(error); }
  void OnClosed() override { user_->OnClosed(); }

  MessageStream::User* const user_;
  const std::unique_ptr<async::ByteStream> bytes_;
  bool closed_ = false;
  std::vector<uint8_t> buffer_;  // What was read and not yet taken.
  size_t filled_ = 0;
};

}  // namespace caascan::stream
