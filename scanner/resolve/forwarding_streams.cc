// A resolver that is silent over UDP may be one that answers over TCP: a firewall, or a resolver
// that is served by TCP alone. It is asked once over both, side by side, for what every resolver
// answers at once. One that has ever answered over UDP, to whatever worker, is never asked so: what
// it loses are single datagrams. Tested by forwarding_streams_test.cc and resolver_ways_test.py.
#include "scanner/async/fan.h"
#include "scanner/dns/message.h"
#include "scanner/resolve/forwarding.h"

namespace caascan::resolve {
namespace {

using Way = ResolverWays::Way;

/// One query, not tried again. *speaks: it gave anything; *serves: and did not refuse.
async::Task<> AskOnce(net::PeerRef peer, const dns::QuerySpec* spec, net::Protocol protocol,
                      std::chrono::milliseconds timeout, bool* speaks, bool* serves,
                      async::Fan* fan) {
  net::Exchange exchange(peer, *spec, protocol, timeout);
  const net::ExchangeResult& result = co_await exchange;
  *speaks = result.status == net::ExchangeStatus::kReply || result.mismatches.any();
  *serves = result.status == net::ExchangeStatus::kReply &&
            dns::HeaderRCode(result.message) != dns::RCode::kRefused;
  fan->End();
}

}  // namespace

bool ForwardingResolver::MayTurnToStreams(const Upstream& upstream) const {
  constexpr uint32_t kSilences = 2;
  const net::Peer& peer = *upstream.peer;
  return !peer.streams_only() && !peer.has_answered_over_udp() && peer.silences() >= kSilences;
}

async::Task<bool> ForwardingResolver::TurnsToStreams(Upstream* upstream) {
  if (!MayTurnToStreams(*upstream)) co_return false;
  const size_t index = upstream->index;
  if (ways_->Of(index) == Way::kUnknown) {
    co_await upstream->trial.Free();
    if (!upstream->trial.known()) co_await TryStreams(upstream);
  }
  if (ways_->Of(index) != Way::kStreams) co_return false;
  upstream->peer->UseStreamsOnly();
  co_return true;
}

async::Task<> ForwardingResolver::TryStreams(Upstream* upstream) {
  upstream->trial.Begin();
  dns::QuerySpec spec;  // The root's SOA.
  spec.type = dns::RRType::kSOA;
  spec.recursion_desired = true;
  bool speaks_udp = false;
  bool serves_udp = false;
  bool speaks_tcp = false;
  bool serves_tcp = false;
  async::Fan fan;
  fan.Begin();
  async::Spawn(AskOnce(upstream->peer, &spec, net::Protocol::kUdp, options_.ask.timeout,
                       &speaks_udp, &serves_udp, &fan));
  fan.Begin();
  async::Spawn(AskOnce(upstream->peer, &spec, net::Protocol::kTcp, options_.ask.timeout,
                       &speaks_tcp, &serves_tcp, &fan));
  co_await fan.All();
  if (speaks_udp || upstream->peer->has_answered_over_udp()) {
    ways_->Note(upstream->index, Way::kUdp);
  } else if (!network_->cancelled()) {
    ways_->Note(upstream->index, serves_tcp ? Way::kStreams : Way::kNone);
  }
  upstream->trial.Keep();
}

}  // namespace caascan::resolve
