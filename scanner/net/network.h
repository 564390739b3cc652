// Everything a worker needs of the network: peers, limits, UDP and TCP, behind one call (Exchange).
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <memory>

#include "scanner/net/exchange.h"
#include "scanner/net/limits.h"
#include "scanner/net/loop.h"
#include "scanner/net/outage.h"
#include "scanner/net/peer_table.h"
#include "scanner/net/random_bits.h"
#include "scanner/net/tcp.h"
#include "scanner/net/udp.h"

namespace caascan::net {

struct NetworkOptions {
  unsigned udp_sockets = 16;  // A family. More makes ports less predictable and batches smaller.
  /// A family, beside those: they only hear, so that who guesses at ports meets them, and take
  /// turns with the others. Opened when the family is used first, as far as descriptors go.
  unsigned udp_idle_sockets = 0;
  /// How often one of them takes its turn; more often where more is asked than usual.
  std::chrono::milliseconds udp_change_every{1000};
  bool ipv4 = true;
  bool ipv6 = true;
  /// Queries of one size to one address, among those of a batch, go to the kernel as one message
  /// that it cuts apart (UDP_SEGMENT), and answers that came together are taken together (UDP_GRO).
  /// Worth its while where few servers are asked much; costs 4 MiB of address space.
  bool udp_segments = false;
  /// Open at the same time. Those that come then wait, or take the place of an idle one.
  size_t tcp_connections = 65536;
  /// How long an outage of our own network holds up what waits, before it ends as kSendFailed.
  std::chrono::milliseconds outage_patience{10'000};
  /// Addresses that no packet may go to, whoever asks for it; empty where there are none. Asked
  /// once for each address; any thread.
  std::function<bool(const Address&)> blocked = {};
  /// Peers that are remembered though nothing refers to them: see PeerTable. Some 220 octets each,
  /// and as many again for the budget of one that was asked.
  size_t peer_capacity = 100'000;
};

/// Counts since the start; plain numbers of the loop's thread.
struct NetworkStats {
  uint64_t udp_queries = 0;
  uint64_t tcp_queries = 0;
  uint64_t replies = 0;
  uint64_t reply_octets = 0;  // Of those.
  uint64_t timeouts = 0;
  uint64_t late = 0;    // Answers to queries whose time was over; nobody waited for them any more.
  uint64_t strays = 0;  // Datagrams that matched no query in flight, or matched it badly.
  uint64_t send_errors = 0;
  uint64_t drops = 0;    // Datagrams that came and found no room in our sockets' buffers.
  uint64_t outages = 0;  // Times when nobody answered any more, canaries included.
};

class Network;
struct PauseTag {};

/// `Pause pause(network, delay); co_await pause;` Waits without holding anybody up; ends early when
/// the network is cancelled. Lives in the awaiting coroutine's frame; awaited once. Loop thread
/// only.
class Pause : public Timer, public ListNode<PauseTag> {
 public:
  Pause(Network* network, std::chrono::milliseconds delay) : network_(network), delay_(delay) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiter);
  void await_resume() const noexcept {}

 private:
  friend class Network;
  void OnTimer() override;

  Network* const network_;
  const std::chrono::milliseconds delay_;
  std::coroutine_handle<> awaiter_;
};

/// One worker's network. Loop thread only. Destroy it before the Loop, with nothing in flight,
/// after Close().
class Network {
 public:
  Network(Loop* loop, SharedLimits* limits, const NetworkOptions& options);
  ~Network();

  /// Opens the sockets. A family that this machine does not have is left out; an error only where
  /// none is left.
  [[nodiscard]] absl::Status Open();
  bool has_ipv4() const { return udp_.has_ipv4(); }
  bool has_ipv6() const { return udp_.has_ipv6(); }

  /// The same Peer for the same address, as long as it is referred to or remembered.
  PeerRef PeerFor(const Address& address);
  size_t peer_count() const { return peers_.size(); }

  /// Servers to ask whether it is our own network that fails, when nobody answers: see Outage.
  /// Without them a silence is always the server's.
  void SetCanaries(const std::vector<PeerRef>& peers);

  /// Forgets peers that are too many, and sends what is queued and what the limits let pass. Called
  /// at every turn, not from inside a coroutine.
  void Flush();
  /// Ends every exchange and pause, and every later one, at once (kCancelled). Not from inside a
  /// coroutine.
  void CancelAll();
  bool cancelled() const { return cancelled_; }
  /// Exchanges that wait for a place or a turn at a busy server, their own queue's and not the
  /// scan's. They cost nobody else anything but memory.
  size_t stalled() const { return stalled_; }
  /// `delay` give or take a quarter of it, so that what failed together is not tried again
  /// together.
  std::chrono::milliseconds Jittered(std::chrono::milliseconds delay);
  /// Closes every handle; the loop must then run until they are gone (Loop::Drain).
  void Close();

  const NetworkStats& stats() const { return stats_; }
  Loop* loop() { return loop_; }

 private:
  friend class Exchange;
  friend class Peer;
  friend class Outage;
  friend class Pause;
  friend class UdpTransport;
  friend class TcpTransport;
  friend class TcpConnection;

  /// False: ended at once, do not suspend.
  bool Start(Exchange* exchange);
  /// Ends it before anything was sent.
  static void EndAtOnce(Exchange* exchange, ExchangeStatus status, int error = 0);
  /// The peer's budget is looked for when it is first asked: most addresses never are.
  void FindBudget(Peer* peer);
  /// At the next Flush() its turn comes, unless its timer is to wake it.
  void MakeReady(Peer* peer);
  /// Lets those pass that the limits allow: of each server in order, the servers by turns.
  void AdmitReady();
  /// One place of the peer's budget; on refusal its timer, or an exchange's end, will ask again.
  bool Grant(Peer* peer);
  /// A turn of the global rate, kept until it is used; on refusal rate_timer_ will ask again.
  bool TakeTurn();
  static void GiveBackGrant(Exchange* exchange);
  /// Gives the grant back of one that could not be sent at its turn: it waits for another one, in
  /// front of the others.
  void Requeue(Exchange* exchange);
  /// Into its peer's queue, and out of it.
  void Enqueue(Exchange* exchange, bool in_front);
  void LeaveQueue(Exchange* exchange);
  void SetStalled(Peer* peer, bool stalled);
  /// Notes for the budget what a UDP exchange's end says of its server's pace.
  void NotePace(const Exchange& exchange, ExchangeStatus status);
  /// Counts a sending beside a turn.
  void Charge(const Exchange* exchange);
  void Dispatch(Exchange* exchange);
  void Expire(Exchange* exchange);
  /// Takes it off its transport and its queues and gives its grant back, not yet completed.
  void Withdraw(Exchange* exchange);
  /// Again, though its deadline has passed: our own side lost the answer, perhaps.
  bool AskAnew(Exchange* exchange);
  /// False: no limit leaves a turn for it now.
  bool TakeCanaryTurn(Peer* peer);
  /// Ends those that are held and all that wait for a turn as ones that cannot be sent.
  void FailWaiting(List<Exchange, QueueTag>* held);
  /// Takes the exchange off every list, gives its grant back and resumes who waits. `exchange` is
  /// gone afterwards.
  void Complete(Exchange* exchange, ExchangeStatus status, int error = 0);
  void CompleteReply(Exchange* exchange, std::span<const uint8_t> message);
  uint64_t Random() { return random_.Next(); }

  /// Fires when the global rate lets the next one through, at the Flush() of that turn.
  class RateTimer : public Timer {
    void OnTimer() override {}
  };

  Loop* const loop_;
  SharedLimits* const limits_;
  const std::function<bool(const Address&)> blocked_;
  RandomBits random_;
  NetworkStats stats_;
  PeerTable peers_;  // Before those that refer to peers.
  UdpTransport udp_;
  TcpTransport tcp_;
  Outage outage_;
  List<Peer, ReadyTag> ready_;  // With waiting exchanges that their own limit may let pass.
  List<Exchange, ActiveTag> active_;
  List<Pause, PauseTag> pauses_;
  RateTimer rate_timer_;
  size_t stalled_ = 0;
  bool has_turn_ = false;  // Of the global rate, not used yet.
  bool cancelled_ = false;
};

}  // namespace caascan::net
