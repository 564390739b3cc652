// A loop and a network on the test's own thread, and tasks run to their end on them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "scanner/async/task.h"
#include "scanner/dns/name.h"
#include "scanner/net/network.h"

namespace caascan::net {

/// How an exchange ended, its message copied.
struct Got {
  ExchangeResult result;
  std::vector<uint8_t> message;
};

/// The test's thread only.
class Client {
 public:
  explicit Client(const pacing::LimitOptions& limits = {}, const NetworkOptions& options = {});
  /// With limits that other clients share.
  explicit Client(pacing::SharedLimits& limits, const NetworkOptions& options = {});
  /// Over other transports than sockets.
  Client(const pacing::LimitOptions& limits, const NetworkOptions& options,
         const Network::MakeTransport& make);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  async::Loop* loop() { return &loop_; }
  Network* network() { return &network_; }

  /// Starts a task. Wait() returns when all have ended; one that hangs is a failure, and cancelled.
  void Start(async::Task<> task);
  void Wait();
  void Run(async::Task<> task) {
    Start(std::move(task));
    Wait();
  }
  size_t running() const { return running_; }

  /// Runs `hook` once, at the loop's next turn: outside of any coroutine.
  void AtNextTurn(std::function<void()> hook) { at_next_turn_ = std::move(hook); }

  /// One exchange for (name, CAA).
  Got Ask(const async::Address& server, Protocol protocol = Protocol::kUdp,
          std::chrono::milliseconds timeout = std::chrono::seconds(10),
          std::string_view name = "www.example.com");
  /// Likewise, as a task. *out is set when it ends.
  async::Task<> AskTask(async::Address server, Protocol protocol, std::chrono::milliseconds timeout,
                        std::string_view name, Got* out);

 private:
  class Watchdog : public async::Timer {
   public:
    explicit Watchdog(Client* client) : client_(client) {}

   private:
    void OnTimer() override;
    Client* const client_;
  };

  async::Task<> Counted(async::Task<> task);

  void Open();

  async::Loop loop_;
  const std::unique_ptr<pacing::SharedLimits> owned_limits_;
  Network network_;
  Watchdog watchdog_;
  size_t running_ = 0;
  bool waiting_ = false;
  std::function<void()> at_next_turn_;
};

}  // namespace caascan::net
