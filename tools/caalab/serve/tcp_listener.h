// The lab's TCP side: queries with their length in front, as many per connection as the client
// likes (RFC 7766).
#pragma once

#include <uv.h>

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include <absl/random/random.h>
#include <absl/status/status.h>

#include "tools/caalab/serve/counters.h"
#include "tools/caalab/serve/responder.h"
#include "tools/caalab/serve/sockets.h"

namespace caascan::lab {

/// One listening socket on a loop. Loop thread only. The responder, the counters and the loop
/// outlive it; Close() first, then run the loop until it is idle, then destroy.
class TcpListener {
 public:
  TcpListener(uv_loop_t* loop, Responder* responder, Counters* counters);
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  /// Takes the socket and begins to accept.
  [[nodiscard]] absl::Status Start(Socket socket);
  /// Stops; open connections are closed.
  void Close();

 private:
  class Connection;

  void Accept();

  Responder* responder_;
  Counters* counters_;
  absl::InsecureBitGen random_;
  uint64_t start_ms_;
  std::set<Connection*> connections_;  // Each frees itself once its handles are closed.
  std::vector<uint8_t> answer_;        // kMaxMessageSize octets.
  uv_tcp_t handle_;
};

}  // namespace caascan::lab
