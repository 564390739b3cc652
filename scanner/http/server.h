// An HTTP/1.1 server on a thread of its own, for a few hundred clients that are not trusted.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scanner/http/exchange.h"
#include "scanner/http/listener.h"

namespace caascan::http {

struct ServerOptions {
  /// Further clients are told 503.
  size_t max_connections = 1024;
  /// A whole header, from its first octet.
  std::chrono::milliseconds header_patience{10'000};
  /// A client that is to send or to take something, and does not; and one that is silent between
  /// two requests.
  std::chrono::milliseconds idle_patience{60'000};
  uint32_t max_header_size = 16 << 10;
};

/// Made, drained and destroyed by one thread; handlers run on the server's.
class Server {
 public:
  /// Called when a request's header is there. What it does not answer at once it keeps.
  using Handler = std::function<void(const std::shared_ptr<Exchange>&)>;

  /// Takes requests from Start() on.
  Server(std::vector<ListenSocket> sockets, const ServerOptions& options, Handler handler);
  /// Cuts off what is left, and ends the thread. No call of the handler or of a callback follows.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Once.
  void Start();

  /// Runs `work` on the server's thread, soon. Any thread, between the constructor's return and the
  /// destructor's call.
  void Post(std::function<void()> work);

  /// Takes no further clients and requests; responses that have begun go on. True once none is
  /// left, false where some are after `grace`.
  bool Drain(std::chrono::milliseconds grace);

  /// Cuts off what is left, and takes nothing further. No callback of a request follows.
  void Cut();

  /// Clients that are connected. Any thread.
  size_t connections() const;
  /// Requests whose header was read. Any thread.
  uint64_t requests() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace caascan::http
