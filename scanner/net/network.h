// Everything a worker needs of the network: peers, limits, UDP and TCP, behind one call (Exchange).
#pragma once

#include <absl/status/status.h>

#include <cassert>
#include <functional>
#include <memory>
#include <vector>

#include "scanner/async/loop.h"
#include "scanner/net/exchange.h"
#include "scanner/net/exchanges.h"
#include "scanner/net/network_options.h"
#include "scanner/net/transport.h"
#include "scanner/pacing/limits.h"

namespace caascan::net {

class Network;
struct PauseTag {};

/// `Pause pause(network, delay); co_await pause;` Waits without holding anybody up; ends early when
/// the network is cancelled. Lives in the awaiting coroutine's frame; awaited once. Loop thread
/// only.
class Pause : public async::Timer, public async::ListNode<PauseTag> {
 public:
  Pause(Network* network, std::chrono::milliseconds delay) : network_(network), delay_(delay) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiter);
  void await_resume() const noexcept {}

  std::chrono::milliseconds delay() const { return delay_; }
  /// Goes on with the coroutine that waits, now. `this` is gone afterwards.
  void End();

 private:
  void OnTimer() override { End(); }

  Network* const network_;
  const std::chrono::milliseconds delay_;
  std::coroutine_handle<> awaiter_;
};

/// One worker's network. Loop thread only. Destroy it before the Loop, with nothing in flight,
/// after Close().
class Network {
 public:
  /// Over sockets.
  Network(async::Loop* loop, pacing::SharedLimits* limits, const NetworkOptions& options);
  /// Over other transports. `make` is called once for each protocol.
  using MakeTransport = std::function<std::unique_ptr<Transport>(Protocol, TransportClient*)>;
  Network(async::Loop* loop, pacing::SharedLimits* limits, const NetworkOptions& options,
          const MakeTransport& make);
  ~Network();

  /// Opens the sockets. A family that this machine does not have is left out; an error only where
  /// none is left.
  [[nodiscard]] absl::Status Open();
  bool has_ipv4() const { return udp_->has_family(/*v6=*/false); }
  bool has_ipv6() const { return udp_->has_family(/*v6=*/true); }

  /// The same Peer for the same address and way to it, as long as it is referred to or remembered.
  PeerRef PeerFor(const stream::Endpoint& at);
  /// Is NoteHost() to be called for each address that a server's name was found to have?
  bool notes_hosts() const { return on_host_ != nullptr; }
  /// REQUIRES: notes_hosts().
  void NoteHost(const async::Address& address, dns::NameView host) const {
    assert(notes_hosts() && "somebody wants to know");
    on_host_(address, host);
  }
  size_t peer_count() const { return exchanges_.peers().size(); }

  /// Servers to ask whether it is our own network that fails, when nobody answers: see Outage.
  /// Without them a silence is always the server's.
  void SetCanaries(const std::vector<PeerRef>& peers);

  /// Forgets peers that are too many, and sends what is queued and what the limits let pass. Called
  /// at every turn, not from inside a coroutine.
  void Flush() { exchanges_.Flush(); }
  /// Ends every exchange and pause, and every later one, at once (kCancelled). Not from inside a
  /// coroutine.
  void CancelAll();
  /// NetworkOptions::blocked says yes of more addresses than before: what waits for them ends
  /// (kBlocked), and nothing more is sent there. Not from inside a coroutine.
  void LookForBlocked() {
    if (blocked_) exchanges_.Block(blocked_);
  }
  bool cancelled() const { return exchanges_.cancelled(); }
  /// Exchanges that wait for a place or a turn at a busy server, their own queue's and not the
  /// scan's. They cost nobody else anything but memory.
  size_t stalled() const { return exchanges_.admission().stalled(); }
  /// `delay` give or take a quarter of it, so that what failed together is not tried again
  /// together.
  std::chrono::milliseconds Jittered(std::chrono::milliseconds delay);
  /// Closes every handle; the loop must then run until they are gone (Loop::Drain).
  void Close();

  const NetworkStats& stats() const { return exchanges_.stats(); }
  async::Loop* loop() { return exchanges_.loop(); }

  /// For Pause: false where it ends at once.
  bool Begin(Pause* pause);

 private:
  const bool uses_udp_;
  const std::function<bool(const async::Address&)> blocked_;
  const std::function<void(const async::Address&, dns::NameView)> on_host_;
  Exchanges exchanges_;
  const std::unique_ptr<Transport> udp_;
  const std::unique_ptr<Transport> tcp_;
  async::List<Pause, PauseTag> pauses_;
};

}  // namespace caascan::net
