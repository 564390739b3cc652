// The lab's UDP side: batches of queries in, batches of answers out.
#pragma once

#include <uv.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <absl/random/random.h>

#include "tools/caalab/serve/counters.h"
#include "tools/caalab/serve/responder.h"
#include "tools/caalab/serve/sockets.h"
#include "tools/caalab/serve/weather.h"

namespace caascan::lab {

/// One socket on a loop. Loop thread only. The responder, the counters and the loop outlive it;
/// Close() first, then run the loop until it is idle, then destroy.
class UdpListener {
 public:
  UdpListener(uv_loop_t* loop, Socket socket, Responder* responder, Counters* counters,
              const Weather& weather = {});
  UdpListener(const UdpListener&) = delete;
  UdpListener& operator=(const UdpListener&) = delete;
  ~UdpListener();

  /// Begins to receive.
  void Start();
  /// Stops; answers that were still to come late are not sent.
  void Close();

 private:
  struct Buffers;
  struct Late {
    std::vector<uint8_t> bytes;
    sockaddr_storage to;
    Address source;
    Address server;        // That was asked.
    bool is_first = true;  // Of the copies.
  };

  void OnReadable();
  /// Answers the first `count` received; returns how many datagrams are ready to go.
  size_t AnswerBatch(size_t count);
  void CountArrival(size_t index, const Address& server);
  void SendLater(const Reply& reply, const Query& query, size_t index,
                 std::span<const uint8_t> bytes);
  void Put(size_t index, size_t received, size_t offset, size_t size, const Address& source);
  void SendBatch(size_t count);
  void SendLate();
  void ArmTimer();

  Socket socket_;
  uint16_t port_;
  Responder* responder_;
  Counters* counters_;
  const Weather weather_;
  PortUnreachable unreachable_;
  std::unique_ptr<Buffers> buffers_;
  std::multimap<uint64_t, Late> late_;  // By the loop's milliseconds at which they are due.
  absl::InsecureBitGen random_;
  uint64_t start_ms_;
  uv_poll_t poll_;
  uv_timer_t timer_;
};

}  // namespace caascan::lab
