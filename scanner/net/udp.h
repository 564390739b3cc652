// Queries as datagrams: batches of sendmmsg and recvmmsg over a pool of sockets with ports of the
// kernel's choice.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <uv.h>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "scanner/net/exchange.h"
#include "scanner/net/late_answers.h"
#include "scanner/net/network_options.h"
#include "scanner/net/ready_set.h"
#include "scanner/net/transport.h"

namespace caascan::net {

/// Queries leave with the next Flush(), in batches, each from a socket drawn at random. More
/// methods than other classes, in four files: a datagram's way is one loop over sockets, IDs and
/// buffers. Loop thread only.
class UdpTransport final : public Transport {
 public:
  UdpTransport(TransportClient* client, const NetworkOptions& options);
  ~UdpTransport() override;

  [[nodiscard]] absl::Status Open() override;
  bool has_family(bool v6) const override { return !ports_[v6].sockets.empty(); }

  void Submit(Exchange* exchange) override;
  void Flush() override;
  void NoteTimeout(Exchange* exchange) override;
  /// Counts datagrams that found no room in the sockets' buffers. Looks at them a few times a
  /// second at most.
  bool MayHaveLost(std::chrono::nanoseconds since) override;
  void Forget(Exchange* exchange) override;
  void Close() override;

 private:
  static constexpr int kPollEvents = UV_READABLE | UV_PRIORITIZED;
  static constexpr size_t kBatch = 64;
  static constexpr int kBatchesPerTurn = 16;          // More than an idle socket's buffer holds.
  static constexpr size_t kReceiveSize = 4096;        // Above any payload size that we announce.
  static constexpr size_t kReceiveTrainSize = 65536;  // Of datagrams that came together.
  // Of the 65,536 IDs that a socket has, so that a free one is found by a few draws.
  static constexpr uint32_t kMaxInFlight = 49152;

  struct Socket {
    Socket() = default;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();
    uv_poll_t poll{};
    UdpTransport* transport = nullptr;
    int fd = -1;
    uint16_t index = 0;
    bool v6 = false;
    bool polled = false;  // By the loop; else it is in `idle_`.
    uint32_t in_flight = 0;
    uint32_t drops = 0;
    std::chrono::nanoseconds retired_at{0};  // Queries left from it until then.
  };
  /// The sockets of one family. Queries leave from the first `active` of them; the others only
  /// hear, so that who guesses at ports meets them.
  struct Ports {
    std::vector<Socket*> sockets;
    size_t active = 0;
    bool has_idle = false;       // They have been opened, as far as that was possible.
    std::deque<size_t> retired;  // Places in `sockets`, the longest retired first.
    uint32_t sent = 0;           // Queries since the last change.
    std::chrono::nanoseconds changed_at{0};
  };
  struct SendBuffers;
  struct ReceiveBuffers;

  int Bind(int fd, bool v6);
  std::unique_ptr<Socket> OpenSocket(bool v6);
  bool AddSocket(bool v6, bool in_use);
  bool StartPoll(Socket* socket);
  void OpenIdle(bool v6);
  void ChangePorts(bool v6);
  void Replace(Ports* ports, size_t place);
  static void CloseSocket(std::unique_ptr<Socket> socket);
  static void OnPoll(uv_poll_t* poll, int status, int events);
  size_t Prepare(Socket* socket, bool v6);
  size_t LayOut(size_t count);
  void FlushFamily(bool v6);
  Socket* PickSocket(bool v6);
  size_t SendBatch(Socket* socket, size_t count);
  bool TakeSendError(int error, size_t message, int* repeats);
  void Requeue(Socket* socket, size_t first, size_t end);
  void Register(Exchange* exchange, Socket* socket);
  void Receive(Socket* socket);
  void ReceiveIdle();
  void TakeMessages(const Socket& socket, const ReceiveBuffers& from, size_t count);
  void Accept(const Socket& socket, const async::Address& source,
              std::span<const uint8_t> datagram);
  bool TakeLate(uint32_t key, const async::Address& source, std::span<const uint8_t> datagram);
  void Doubt(Exchange* exchange);
  void ReadErrors(Socket* socket);
  void TakeIcmpError(Socket* socket, const async::Address& destination,
                     std::span<const uint8_t> original, int error);
  Exchange* Find(const Socket& socket, uint16_t id) const;
  Exchange* FindByQuestion(const async::Address& source, std::span<const uint8_t> datagram);

  static uint32_t Key(uint16_t socket, uint16_t id) {
    return (static_cast<uint32_t>(socket) << 16) | id;
  }
  static uint32_t KeyOf(const Exchange& exchange) {
    return Key(exchange.course().socket, exchange.course().id);
  }

  TransportClient* const client_;
  const unsigned active_per_family_;
  const unsigned idle_per_family_;
  const std::chrono::milliseconds change_every_;
  const std::array<bool, 2> wanted_;  // IPv4, IPv6.
  const std::shared_ptr<async::LocalEnd> local_end_;
  std::vector<std::unique_ptr<Socket>> sockets_;
  std::array<Ports, 2> ports_;  // IPv4, IPv6.
  std::array<async::List<Exchange, QueueTag>, 2> queues_;
  absl::flat_hash_map<uint32_t, Exchange*> pending_;
  std::unique_ptr<SendBuffers> send_;
  std::unique_ptr<ReceiveBuffers> receive_;
  std::unique_ptr<ReceiveBuffers> receive_idle_;
  ReadySet idle_;  // The sockets that no query has left from, by their places in `sockets_`.
  LateAnswers late_;
  std::chrono::nanoseconds dropped_at_{-1};
  std::chrono::nanoseconds look_at_{0};
  bool segments_;  // Until the kernel, or a device, cannot do it.
};

}  // namespace caascan::net
