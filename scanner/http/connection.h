// One client's connection: its requests one after the other, and their responses.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "scanner/http/exchange.h"
#include "scanner/http/server.h"

namespace caascan::http {

class Connection;

/// What connections share. The server's thread only, save the counters.
struct Host {
  ServerOptions options;
  Server::Handler handler;
  bool draining = false;
  std::function<void(const std::shared_ptr<Connection>&)> on_closed;
  std::atomic<uint64_t> requests{0};
};

/// Lives as long as its server refers to it, or an operation of its socket is under way. The
/// server's thread only. After Close() nothing happens any more.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  /// `host` outlives it.
  Connection(Socket socket, Host* host);

  void Start();
  /// Instead of Start(): there are too many.
  void Refuse();
  /// Ends it at once, or behind the response that has begun.
  void Drain();
  void Close();

 private:
  class OwnExchange;
  using Error = boost::system::error_code;
  using Clock = std::chrono::steady_clock;
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  struct Callbacks {
    std::function<void(std::string_view)> on_octets;
    std::function<void()> on_end;
    std::function<void()> on_sent;
    std::function<void()> on_gone;
  };

  void AwaitRequest();
  void ReadHeader();
  void OnHeader(Error error);
  void Reject(Error error);
  void BeginExchange();
  void TakeBody();
  void ReadBody();
  void OnBody(Error error);
  void EndBody();
  void WatchForEnd();
  void Respond(const Response& response);
  void BeginStream(std::string_view content_type);
  void Write(std::string_view octets);
  void EndStream(bool whole);
  void AppendHead(unsigned status, std::string_view content_type, const Response* whole);
  void Flush();
  void OnWritten(Error error, size_t size);
  void AfterResponse();
  void EndExchange();
  void Linger();
  void Gone();
  void SetTimer();
  bool is_chunked() const { return version_ >= 11; }

  Socket socket_;
  Host* const host_;
  boost::asio::steady_timer timer_;
  Clock::time_point read_deadline_ = Clock::time_point::max();
  Clock::time_point write_deadline_ = Clock::time_point::max();
  bool closed_ = false;

  // Of the request.
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::array<char, 16384> chunk_{};
  std::shared_ptr<OwnExchange> exchange_;  // Null between requests.
  Callbacks callbacks_;
  unsigned version_ = 11;
  bool is_head_ = false;
  bool reading_ = false;
  bool paused_ = false;
  bool taken_ = false;  // The body has a taker.
  bool body_ended_ = false;

  // Of the response.
  bool begun_ = false;
  bool ended_ = false;
  bool keep_alive_ = false;
  std::string waiting_;
  std::string writing_;
  size_t written_ = 0;
  bool is_writing_ = false;
  size_t discarded_ = 0;
};

}  // namespace caascan::http
