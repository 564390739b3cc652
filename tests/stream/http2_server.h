// The server's end of HTTP/2 in memory.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace caascan::stream {

/// Requests are kept until the test answers them. Streams are numbered as they came, from 1 by 2.
class Http2Server {
 public:
  struct Request {
    std::map<std::string, std::string> headers;
    std::vector<uint8_t> body;
    bool whole = false;
    uint32_t reset = 0;  // The code by which the client gave it up.
  };

  explicit Http2Server(uint32_t most_streams = 100);

  /// What the client has sent.
  void Take(std::span<const uint8_t> octets);
  /// What is to be sent to the client.
  std::vector<uint8_t> TakeOutput();

  std::map<int32_t, Request>& requests() { return requests_; }
  void Answer(int32_t stream, const std::string& status, const std::string& type,
              std::vector<uint8_t> body);
  void Reset(int32_t stream, uint32_t code);
  /// Streams above `last` are not looked at.
  void GoAway(int32_t last);
  void LimitStreams(uint32_t most);

 private:
  struct Free {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };
  struct Callbacks;

  std::unique_ptr<nghttp2_session, Free> session_;
  std::map<int32_t, Request> requests_;
  std::map<int32_t, std::vector<uint8_t>> answers_;  // What is left of them.
};

}  // namespace caascan::stream
