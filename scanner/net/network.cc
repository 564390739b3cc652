// Puts the parts together. Tested by network_test.cc.
#include "scanner/net/network.h"

#include <utility>

#include "scanner/net/no_udp.h"
#include "scanner/net/tcp.h"
#include "scanner/net/udp.h"

namespace caascan::net {

Network::Network(async::Loop* loop, pacing::SharedLimits* limits, const NetworkOptions& options)
    : Network(loop, limits, options,
              [&options](Protocol protocol, TransportClient* client) -> std::unique_ptr<Transport> {
                if (protocol == Protocol::kUdp) {
                  if (!options.udp) return std::make_unique<NoUdpTransport>(options);
                  return std::make_unique<UdpTransport>(client, options);
                }
                return std::make_unique<TcpTransport>(client, options.tcp_connections,
                                                      options.make_stream, options.tls);
              }) {}

Network::Network(async::Loop* loop, pacing::SharedLimits* limits, const NetworkOptions& options,
                 const MakeTransport& make)
    : uses_udp_(options.udp),
      blocked_(options.blocked),
      on_host_(options.on_host),
      exchanges_(loop, limits, options),
      udp_(make(Protocol::kUdp, &exchanges_)),
      tcp_(make(Protocol::kTcp, &exchanges_)) {
  exchanges_.SetTransports(udp_.get(), tcp_.get());
}

Network::~Network() = default;

absl::Status Network::Open() {
  const absl::Status opened = udp_->Open();
  return opened.ok() ? tcp_->Open() : opened;
}

PeerRef Network::PeerFor(const stream::Endpoint& at) {
  if (Peer* known = exchanges_.peers().Find(at)) return known;
  const bool blocked = blocked_ && blocked_(at.address);
  Peer* const added = exchanges_.peers().Add(at, blocked);
  if (!uses_udp_) added->UseStreamsOnly();
  return added;
}

void Network::SetCanaries(const std::vector<PeerRef>& peers) {
  std::vector<PeerRef> canaries;
  for (const PeerRef& peer : peers) {
    if (!peer->blocked()) canaries.push_back(peer);
  }
  exchanges_.outage().SetCanaries(std::move(canaries));
}

std::chrono::milliseconds Network::Jittered(std::chrono::milliseconds delay) {
  const int64_t half = delay.count() / 2;
  if (half == 0) return delay;
  const auto draw = static_cast<int64_t>(exchanges_.Random() >> 1);
  return delay - delay / 4 + std::chrono::milliseconds(draw % half);
}

bool Pause::await_suspend(std::coroutine_handle<> awaiter) {
  awaiter_ = awaiter;
  return network_->Begin(this);
}

void Pause::End() {
  async::Timer::Cancel();
  async::ListNode<PauseTag>::Unlink();
  awaiter_.resume();
}

bool Network::Begin(Pause* pause) {
  if (cancelled()) return false;
  pauses_.PushBack(pause);
  loop()->Arm(pause, pause->delay());
  return true;
}

void Network::CancelAll() {
  exchanges_.CancelAll();
  while (Pause* pause = pauses_.front()) pause->End();
}

void Network::Close() {
  exchanges_.Close();
  udp_->Close();
  tcp_->Close();
}

}  // namespace caascan::net
