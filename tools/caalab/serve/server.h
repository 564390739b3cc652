// A running lab internet: the loop, its sockets, and the signals that end it.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "tools/caalab/serve/counters.h"
#include "tools/caalab/serve/responder.h"
#include "tools/caalab/serve/tcp_listener.h"
#include "tools/caalab/serve/udp_listener.h"
#include "tools/caalab/world/world.h"

namespace caascan::lab {

/// Serves a world on every loopback address. One thread: the one that calls Run().
class LabServer {
 public:
  /// Takes a line of JSON.
  using Report = std::function<void(const std::string&)>;

  /// `report` gets the counters on SIGUSR1 and at the end. Both must outlive the server.
  LabServer(const World& world, Report report, const Weather& weather = {});
  LabServer(const LabServer&) = delete;
  LabServer& operator=(const LabServer&) = delete;
  ~LabServer();

  /// Counts windows from now on, and reports them. Before Listen().
  void CountWindows();
  /// Opens UDP and TCP on `port`, IPv4 and where the machine has it IPv6; 0 takes a port that is
  /// free for all of them.
  [[nodiscard]] absl::Status Listen(uint16_t port);
  uint16_t port() const { return port_; }
  /// Can it play a closed UDP port (it wants CAP_NET_RAW for it)?
  bool plays_unreachable() const;

  /// Serves until SIGTERM, SIGINT or Stop(). REQUIRES: Listen() succeeded; once.
  void Run();
  /// From any thread or signal handler.
  void Stop();

 private:
  absl::Status ListenOn(uint16_t port);
  absl::Status AddSockets(IpVersion version, uint16_t port);
  void WatchSignal(int number, uv_signal_t* handle, uv_signal_cb callback);
  void CloseAll();

  Responder responder_;
  Counters counters_;
  Report report_;
  const Weather weather_;
  uint16_t port_ = 0;
  bool closed_ = false;
  std::vector<std::unique_ptr<UdpListener>> udp_;
  std::vector<std::unique_ptr<TcpListener>> tcp_;
  uv_loop_t loop_;
  uv_async_t stop_;
  uv_prepare_t look_;
  uv_signal_t on_term_;
  uv_signal_t on_int_;
  uv_signal_t on_usr1_;
};

}  // namespace caascan::lab
