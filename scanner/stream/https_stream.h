// DNS over HTTPS (RFC 8484): each query a request of HTTP/2, by nghttp2.
#pragma once

#include <nghttp2/nghttp2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scanner/async/byte_stream.h"
#include "scanner/async/loop.h"
#include "scanner/stream/channel.h"
#include "scanner/stream/message_stream.h"

namespace caascan::stream {

/// Queries go out as POST with ID 0 (RFC 8484 §4.1), and answers get their query's ID back. What is
/// no DNS message of status 200 is a refusal of that query alone, and so is a stream that the
/// server resets. Owns the byte stream below. Loop thread only.
class HttpsStream final : public MessageStream,
                          private async::ByteStream::User,
                          private async::Timer {
 public:
  /// `channel` and `user` outlive this. `make` makes the stream below, whose OnConnected(0) means
  /// that the server speaks HTTP/2.
  HttpsStream(const Channel& channel, async::Loop* loop, MessageStream::User* user,
              const async::MakeStream& make);
  ~HttpsStream() override;

  [[nodiscard]] int Connect(const async::Address& address) override {
    return below_->Connect(address);
  }
  /// As the server's SETTINGS say; RFC 9113 §6.5.2 wants no less than 100, which holds before.
  size_t most_at_once() const override { return most_; }
  void Send(std::span<const uint8_t> query) override;
  void Cancel(uint16_t id) override;
  void Close() override;

 private:
  /// One query, from Send() until its stream has closed.
  struct Request {
    uint16_t id = 0;
    bool settled = false;  // Its outcome is in outcomes_, or not wanted any more.
    bool is_message = false;
    int status = 0;
    size_t sent = 0;
    std::vector<uint8_t> query;
    std::vector<uint8_t> answer;
  };
  /// What the user is to be told, once nghttp2 does not run.
  struct Outcome {
    uint16_t id = 0;
    int error = 0;
    std::vector<uint8_t> answer;  // Empty: refused.
  };
  struct Callbacks;
  struct FreeSession {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };

  void OnConnected(int error) override;
  std::span<uint8_t> ReadBuffer() override { return read_; }
  void OnRead(size_t size) override;
  void OnEnd(int error) override;
  void OnClosed() override { user_->OnClosed(); }
  void OnTimer() override { Tell(); }

  bool MakeSession();
  bool Submit(Request request);
  Request* Find(int32_t stream);
  void Settle(Request* request, int error);
  void TakeHeader(Request* request, std::string_view name, std::string_view value);
  bool TakeData(Request* request, std::span<const uint8_t> octets);
  void TakeEnd(Request* request, uint32_t code);
  void TakeSettings();
  void SendOut();
  void Tell();

  const Channel& channel_;
  async::Loop* const loop_;
  MessageStream::User* const user_;
  const std::unique_ptr<async::ByteStream> below_;
  std::unique_ptr<nghttp2_session, FreeSession> session_;
  std::unordered_map<int32_t, Request> requests_;  // By stream.
  std::vector<Outcome> outcomes_;
  size_t most_ = 100;
  size_t buffered_ = 0;  // Octets of answers that are not whole.
  bool last_call_ = false;
  bool told_last_call_ = false;
  bool no_requests_ = false;  // The server allows none.
  bool closed_ = false;
  std::array<uint8_t, 16384> read_;
};

}  // namespace caascan::stream
